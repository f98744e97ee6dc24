package example;

import java.time.Duration;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;

/** Sends itself a message through a network in this process. */
public class Hello {

    public static void main(String[] arguments) throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
                MixnetClient client = MixnetClient.builder().network(network).start()) {
            client.awaitReady(Duration.ofSeconds(60));
            System.out.println(client.send(client.address(), "hello".getBytes()).outcome().get().getClass()
                    .getSimpleName());
        }
    }
}
