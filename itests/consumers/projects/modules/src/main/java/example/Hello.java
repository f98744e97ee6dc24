package example;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.cloakwork.api.Internet;
import org.cloakwork.api.MixnetClient;

/** Sends itself a message through the network that a directory describes, and keeps its state in a folder. */
public class Hello {

    public static void main(String[] arguments) throws Exception {
        try (MixnetClient client = MixnetClient.builder().directory(URI.create(arguments[0]))
                .state(Path.of(arguments[1])).start();
                Internet internet = client.internet()) {
            client.awaitReady(Duration.ofSeconds(60));
            System.out.println(client.send(client.address(), "hello".getBytes()).outcome().get().getClass()
                    .getSimpleName() + " by " + client.getClass().getModule() + ", " + internet.getClass().getModule());
        }
    }
}
