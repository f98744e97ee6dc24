package example;

import java.time.Duration;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;

/** What a program might do. */
class Greeting {

    private final MixnetClient client;

    Greeting(MixnetClient client) {
        this.client = client;
    }

    String to(MixnetAddress somebody) throws Exception {
        client.awaitReady(Duration.ofSeconds(60));
        return client.send(somebody, "hello".getBytes()).outcome().get().getClass().getSimpleName();
    }
}
