package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.testing.Mixnet;
import org.junit.jupiter.api.Test;

class GreetingTest {

    @Mixnet
    LocalNetwork network;

    @Test
    void aGreetingArrives() throws Exception {
        try (MixnetClient client = MixnetClient.builder().network(network).start()) {
            BlockingQueue<ReceivedMessage> received = new LinkedBlockingQueue<>();
            client.subscribe(received::add);
            Greeting greeting = new Greeting(client);
            client.awaitReady(Duration.ofSeconds(60));
            assertEquals("Acknowledged", greeting.to(client.address()));
            assertEquals("hello", new String(received.poll(60, TimeUnit.SECONDS).payload()));
        }
    }
}
