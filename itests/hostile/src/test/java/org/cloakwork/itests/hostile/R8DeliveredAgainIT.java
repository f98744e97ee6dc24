package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.wire.NymMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway keeps what it has delivered, and delivers it again much later. What must not come is waited for by
 * what comes after it. The same in virtual time, over days and packet by packet, in {@code HostileInputTest} and {@code
 * KillTest} of {@code runtime/client}.
 */
@Timeout(300)
class R8DeliveredAgainIT {

    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(31);
    private static final int MESSAGES = 3;
    private static final String AGAIN = Counter.MESSAGES_AGAIN.key();

    @TempDir
    private Path state;
    private final LinkedBlockingQueue<ReceivedMessage> received = new LinkedBlockingQueue<>();
    private LocalNetwork network;
    private HostilePeer sender;
    private LineTap gateway;
    private HostileDirectory directory;

    @BeforeEach
    void start() throws Exception {
        network = LocalNetwork.builder().gateways(1).start();
        sender = new HostilePeer(network.topology(), 0);
        gateway = new LineTap(network.topology().gateways().getFirst().entry().orElseThrow().websocketPort());
        directory = new HostileDirectory(network.directory(), (ArrayNode gateways) ->
                gateways.forEach(one -> HostileDirectory.entry(one).put("ws_port", gateway.port())));
    }

    @AfterEach
    void end() throws Exception {
        directory.close();
        gateway.close();
        sender.close();
        network.close();
    }

    private String next() throws InterruptedException {
        ReceivedMessage next = received.poll(HostilePeer.PATIENCE_SECONDS, TimeUnit.SECONDS);
        return next == null ? "nothing" : new String(next.payload(), StandardCharsets.UTF_8).strip();
    }

    private void send(MixnetAddress to, String text) throws Exception {
        sender.to(to, new NymMessage.Plain(text.getBytes(StandardCharsets.UTF_8)));
        assertEquals(text.strip(), next());
    }

    /** The second is of several packets. */
    private void sendThree(MixnetAddress to) throws Exception {
        send(to, "one");
        send(to, "two" + " ".repeat(5000));
        send(to, "three");
    }

    @Test
    void whatItsGatewaySaysAgainAfterHalfAnHourIsNoMessage() throws Exception {
        try (ConfiguredClient client = new ConfiguredClient(ClientConfiguration.DEFAULT, directory.uri())) {
            Engine engine = client.engine();
            engine.subscribe(received::add);
            Waiting.await(() -> engine.state() instanceof ClientState.Ready, "ready");
            MixnetAddress address = engine.address();
            sendThree(address);
            for (int time = 1; time <= 4; time++) {
                client.letPass(HALF_AN_HOUR);
                int frames = gateway.sayAgain();
                send(address, "after it, " + time);
                assertTrue(engine.counters().get(AGAIN) >= (long) MESSAGES * time, engine.counters()::toString);
                System.out.println("R8 " + frames + " frames again after " + time * HALF_AN_HOUR.toMinutes()
                        + " minutes: no message, " + AGAIN + " " + engine.counters().get(AGAIN));
            }
        }
    }

    private MixnetClient client() throws Exception {
        MixnetClient client = MixnetClient.builder().directory(directory.uri()).state(state)
                .part("cover", "none", Map.of()).start();
        client.awaitReady(Duration.ofMinutes(1));
        client.subscribe(received::add);
        return client;
    }

    @Test
    void norIsItAfterRestarts() throws Exception {
        try (MixnetClient client = client()) {
            sendThree(client.address());
        }
        for (int time = 1; time <= 2; time++) {
            try (MixnetClient client = client()) {
                int frames = gateway.sayAgain();
                send(client.address(), "after restart " + time);
                // So soon afterwards fragments are known, too, before any message of theirs is.
                long known = client.counters().get(AGAIN)
                        + client.counters().get(Counter.FRAGMENTS_DUPLICATE.key());
                assertTrue(known >= MESSAGES, client.counters()::toString);
                assertTrue(client.send(client.address(), new byte[1]).outcome().get(1, TimeUnit.MINUTES)
                        instanceof Outcome.Acknowledged);
                received.take();
                System.out.println("R8 " + frames + " frames again after " + time + " restarts: no message, "
                        + known + " known");
            }
        }
    }
}
