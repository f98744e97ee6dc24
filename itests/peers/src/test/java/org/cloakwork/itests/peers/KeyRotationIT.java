package org.cloakwork.itests.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real client and ours, in a local network whose keys rotate under them. */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeyRotationIT {

    private static final Duration ROTATION = Duration.ofSeconds(40);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** It needs the new keys before the old ones are refused, a quarter of the rotation after the change. */
    private static final Duration REFRESH = Duration.ofSeconds(2);
    private static final int SURBS = 50;

    private final BlockingQueue<ReceivedMessage> atClient = new LinkedBlockingQueue<>();
    private final Random random = new Random(1);
    private int exchanged;

    @Test
    void bothGoOnOverARotationAndAnswerWhatWasAskedBeforeIt() throws Exception {
        Path script = NodePackage.installed();
        try (LocalNetwork network = LocalNetwork.builder().mixesPerLayer(2).gateways(2).rotation(ROTATION).start();
                MixnetClient client = MixnetClient.builder().network(network).start()) {
            client.subscribe(atClient::add);
            client.awaitReady(LIMIT);
            try (WasmPeer wasm = new WasmPeer.Builder(script, network).refreshing(REFRESH).start()) {
                SenderTag ours = askIt(client, wasm);
                SenderTag its = askUs(client, wasm);
                bothWays(client, wasm, its);
                itsAnswer(client, wasm, ours);
                assertEquals(0, network.counters().get("key-rotations"), "too slow to be before the rotation");

                await(() -> network.counters().get("key-rotations") == 1);
                long refreshes = client.counters().get("topology.refreshes");
                bothWays(client, wasm, its);
                // It drops blocks of before as soon as it notices (protocol/3-messages, 5.5), so it needs new ones.
                await(() -> client.counters().get("topology.refreshes") > refreshes + 1);
                itsAnswer(client, wasm, askIt(client, wasm));
                assertEquals(0, network.counters().get("dropped-bad-packet"));
                assertEquals(0, network.counters().get("dropped-unknown-rotation"));

                // The old keys are gone.
                long epoch = network.topology().epochId();
                await(() -> network.topology().epochId() > epoch);
                ours = askIt(client, wasm);
                bothWays(client, wasm, askUs(client, wasm));
                itsAnswer(client, wasm, ours);
                System.out.printf("peers: key rotation: %d messages exchanged, 0 lost, %d copies of ours, dropped by "
                        + "nodes: %d for keys that are gone%n", exchanged,
                        client.counters().get("packets.sent.retransmission"),
                        network.counters().get("dropped-bad-packet")
                                + network.counters().get("dropped-unknown-rotation"));
            }
        }
    }

    /** {@return what it answers with} */
    private SenderTag askIt(MixnetClient client, WasmPeer wasm) throws Exception {
        byte[] question = bytes(300);
        acknowledged(client.send(wasm.address(), question, SendOptions.DEFAULT.withReplySurbs(SURBS)));
        WasmPeer.Received received = wasm.receive(LIMIT);
        assertSame(question, received.payload());
        return received.senderTag().orElseThrow();
    }

    /** {@return what we answer with} */
    private SenderTag askUs(MixnetClient client, WasmPeer wasm) throws Exception {
        byte[] question = bytes(300);
        wasm.sendAnonymously(client.address(), question, SURBS);
        ReceivedMessage received = next(client);
        assertSame(question, received.payload());
        return received.sender().orElseThrow();
    }

    /** A plain message in both directions, and our answer. */
    private void bothWays(MixnetClient client, WasmPeer wasm, SenderTag its) throws Exception {
        byte[] out = bytes(2_000);
        Delivery sent = client.send(wasm.address(), out);
        assertSame(out, wasm.receive(LIMIT).payload());
        acknowledged(sent);
        byte[] back = bytes(2_000);
        wasm.send(client.address(), back);
        assertSame(back, next(client).payload());
        byte[] answer = bytes(2_000);
        Delivery answered = client.reply(its, answer);
        assertSame(answer, wasm.receive(LIMIT).payload());
        acknowledged(answered);
    }

    private void itsAnswer(MixnetClient client, WasmPeer wasm, SenderTag ours) throws Exception {
        byte[] answer = bytes(2_000);
        wasm.reply(ours, answer);
        assertSame(answer, next(client).payload());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private ReceivedMessage next(MixnetClient client) throws InterruptedException {
        ReceivedMessage message = atClient.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        assertNotNull(message, () -> "nothing arrived; " + client.counters());
        return message;
    }

    private void assertSame(byte[] expected, byte[] actual) {
        assertArrayEquals(expected, actual);
        exchanged++;
    }

    private static void acknowledged(Delivery delivery) throws Exception {
        assertInstanceOf(Outcome.Acknowledged.class, delivery.outcome().get(LIMIT.toSeconds(), TimeUnit.SECONDS));
    }
}
