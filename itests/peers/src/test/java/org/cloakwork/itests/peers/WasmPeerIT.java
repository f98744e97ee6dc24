package org.cloakwork.itests.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.spi.topology.Node;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real client and ours, in one local network on real sockets. */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WasmPeerIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration REST_LIMIT = Duration.ofSeconds(5);
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);
    /** Most bytes of a plain message in one regular packet. Source: protocol/3-messages. */
    private static final int ONE_PACKET = 1602;
    private static final int LARGE = 100_000;
    /** Some 40 packets, so as many reply blocks. */
    private static final int LONG_REPLY = 60_000;

    private static final Pattern FAULT =
            Pattern.compile("dropped|refused|malformed|failed|errors|expired|lost|too-slow|out-of-bandwidth");
    private static final Set<String> CAUSED_BY_RETRANSMISSION =
            Set.of("fragments.dropped.duplicate", "acks.dropped.unknown");

    private static Path script;

    private LocalNetwork network;
    private MixnetClient client;
    private final BlockingQueue<ReceivedMessage> atClient = new LinkedBlockingQueue<>();
    private final Random random = new Random(1);
    private String test;
    private long startedNanos;

    @BeforeAll
    static void install() throws Exception {
        script = NodePackage.installed();
    }

    @BeforeEach
    void start(TestInfo info) throws Exception {
        test = info.getTestMethod().orElseThrow().getName();
        network = LocalNetwork.builder().mixesPerLayer(2).gateways(2).start();
        client = client(gateway(0));
        startedNanos = System.nanoTime();
    }

    /** Whatever was tested, no packet may get lost on the way, and nothing may be refused. */
    @AfterEach
    void stop() throws InterruptedException {
        try (LocalNetwork closing = network; MixnetClient closingBefore = client) {
            if (client != null) {
                assertEquals(Map.of(), faults(client.counters()), "our client dropped something");
                client.close();
                awaitNothingUnderWay();
                assertEquals(Map.of(), faults(network.counters()), "the network dropped or refused something");
            }
        }
    }

    private void awaitNothingUnderWay() throws InterruptedException {
        long deadline = System.nanoTime() + REST_LIMIT.toNanos();
        Map<String, Long> now = network.counters();
        while (underWay(now)) {
            assertTrue(System.nanoTime() < deadline, "packets got lost: " + now);
            TimeUnit.MILLISECONDS.sleep(20);
            now = network.counters();
        }
    }

    /** Each packet and each acknowledgement passes three mixes and ends in an inbox. */
    private static boolean underWay(Map<String, Long> network) {
        long sent = network.get("packets-from-clients") + network.get("acks-forwarded");
        return network.get("packets-forwarded") != 3 * sent || network.get("messages-stored") != sent;
    }

    @Test
    void registersAndReceivesItsOwnMessage() throws Exception {
        try (WasmPeer wasm = new WasmPeer.Builder(script, network).start()) {
            figure("registered and connected");
            byte[] message = bytes(200);
            startedNanos = System.nanoTime();
            wasm.send(wasm.address(), message);
            assertEquals(Optional.empty(), receives(wasm, message));
            figure("own message came back");
        }
        assertEquals(2, network.counters().get("registrations"));
    }

    @Test
    void reachesUs() throws Exception {
        try (WasmPeer wasm = wasm()) {
            byte[] message = bytes(500);
            wasm.send(client.address(), message);
            assertEquals(Optional.empty(), receives(message));
            figure("plain message of 500 bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 50})
    void isAnsweredBySurb(int replySurbs) throws Exception {
        try (WasmPeer wasm = wasm()) {
            byte[] question = bytes(300);
            byte[] answer = bytes(400);
            wasm.sendAnonymously(client.address(), question, replySurbs);
            SenderTag tag = receives(question).orElseThrow();
            Delivery delivery = client.reply(tag, answer);
            assertEquals(Optional.empty(), receives(wasm, answer));
            int again = acknowledged(delivery).retransmissions();
            figure(replySurbs + " reply SURBs, answered, " + again + " retransmissions, "
                    + client.counters().get("surbs.requests.sent") + " requests for more");
        }
    }

    @Test
    void isReachedByUs() throws Exception {
        try (WasmPeer wasm = wasm()) {
            byte[] message = bytes(500);
            Delivery delivery = client.send(wasm.address(), message);
            assertEquals(Optional.empty(), receives(wasm, message));
            figure("plain message of 500 bytes, acknowledged after " + acknowledged(delivery).elapsed().toMillis()
                    + " ms");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 50})
    void answersUsBySurb(int replySurbs) throws Exception {
        try (WasmPeer wasm = wasm()) {
            byte[] question = bytes(300);
            byte[] answer = bytes(400);
            Delivery delivery = client.send(wasm.address(), question, SendOptions.DEFAULT.withReplySurbs(replySurbs));
            SenderTag tag = receives(wasm, question).orElseThrow();
            acknowledged(delivery);
            wasm.reply(tag, answer);
            assertEquals(Optional.empty(), receives(answer));
            figure(replySurbs + " reply SURBs, answered, " + client.counters().get("surbs.requests.received")
                    + " requests for more");
        }
    }

    @Test
    void tagsStayTheSameWithoutNewSurbs() throws Exception {
        try (WasmPeer wasm = wasm()) {
            byte[] first = bytes(100);
            byte[] second = bytes(100);
            byte[] answer = bytes(100);

            wasm.sendAnonymously(client.address(), first, 30);
            SenderTag itsTag = receives(first).orElseThrow();
            wasm.sendAnonymously(client.address(), second, 0);
            assertEquals(Optional.of(itsTag), receives(second));
            client.reply(itsTag, answer);
            receives(wasm, answer);

            client.send(wasm.address(), first, SendOptions.DEFAULT.withReplySurbs(30));
            SenderTag ourTag = receives(wasm, first).orElseThrow();
            client.send(wasm.address(), second, SendOptions.DEFAULT.withReplySurbs(0));
            assertEquals(Optional.of(ourTag), receives(wasm, second));
            wasm.reply(ourTag, answer);
            receives(answer);
            figure("two messages and an answer on each way");
        }
    }

    @Test
    void manyMessagesAtOnceOnBothWays() throws Exception {
        int count = 25;
        int size = 6_000;
        try (WasmPeer wasm = wasm()) {
            Set<String> out = new HashSet<>();
            Set<String> back = new HashSet<>();
            List<Delivery> deliveries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                byte[] ours = bytes(size);
                byte[] its = bytes(size);
                out.add(sha256(ours));
                back.add(sha256(its));
                deliveries.add(client.send(wasm.address(), ours));
                wasm.send(client.address(), its);
            }
            Set<String> receivedByIt = new HashSet<>();
            Set<String> receivedByUs = new HashSet<>();
            for (int i = 0; i < count; i++) {
                receivedByIt.add(sha256(wasm.receive(LIMIT).payload()));
                receivedByUs.add(sha256(next().payload()));
            }
            int again = 0;
            for (Delivery delivery : deliveries) {
                again += acknowledged(delivery).retransmissions();
            }
            assertEquals(out, receivedByIt);
            assertEquals(back, receivedByUs);
            figure(count + " messages of " + size + " bytes on each way, " + again + " retransmissions, "
                    + client.counters().get("fragments.dropped.duplicate") + " duplicates");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", ONE_PACKET + ", 1", ONE_PACKET + 1 + ", 2", LARGE + ", 0"})
    void everySizeArrivesOnBothWays(int size, int packets) throws Exception {
        try (WasmPeer wasm = wasm()) {
            byte[] out = bytes(size);
            Delivery delivery = client.send(wasm.address(), out);
            receives(wasm, out);
            Outcome.Acknowledged acknowledged = acknowledged(delivery);
            figure(size + " bytes to it in " + acknowledged.packets() + " packets, " + acknowledged.retransmissions()
                    + " retransmissions");
            byte[] back = bytes(size);
            startedNanos = System.nanoTime();
            wasm.send(client.address(), back);
            receives(back);
            long duplicates = client.counters().get("fragments.dropped.duplicate");
            long fragments = client.counters().get("fragments.received") - duplicates;
            figure(size + " bytes from it in " + fragments + " packets, " + duplicates + " duplicates");
            assertEquals(acknowledged.packets(), fragments, "both cut alike");
            if (packets > 0) {
                assertEquals(packets, fragments);
            }
        }
    }

    @Test
    void ourReplyLongerThanItsSurbsSufficeFor() throws Exception {
        try (WasmPeer wasm = wasm()) {
            byte[] question = bytes(10);
            byte[] answer = bytes(LONG_REPLY);
            wasm.sendAnonymously(client.address(), question, 10);
            SenderTag tag = receives(question).orElseThrow();
            Delivery delivery = client.reply(tag, answer);
            receives(wasm, answer);
            Outcome.Acknowledged acknowledged = acknowledged(delivery);
            assertTrue(client.counters().get("surbs.requests.sent") > 0);
            figure(LONG_REPLY + " bytes in " + acknowledged.packets() + " packets on 10 SURBs, "
                    + acknowledged.retransmissions() + " retransmissions, "
                    + client.counters().get("surbs.requests.sent") + " requests for more, "
                    + client.counters().get("surbs.received") + " SURBs received");
        }
    }

    @Test
    void itsReplyLongerThanOurSurbsSufficeFor() throws Exception {
        try (WasmPeer wasm = wasm()) {
            byte[] question = bytes(10);
            byte[] answer = bytes(LONG_REPLY);
            client.send(wasm.address(), question, SendOptions.DEFAULT.withReplySurbs(10));
            SenderTag tag = receives(wasm, question).orElseThrow();
            wasm.reply(tag, answer);
            receives(answer);
            assertTrue(client.counters().get("surbs.requests.received") > 0);
            figure(LONG_REPLY + " bytes on 10 SURBs, " + client.counters().get("surbs.requests.received")
                    + " requests for more, " + client.counters().get("surbs.made") + " SURBs made, "
                    + client.counters().get("fragments.dropped.duplicate") + " duplicates");
        }
    }

    @Test
    void itsDefaultCoverFlowsBesideMessages() throws Exception {
        try (WasmPeer wasm = new WasmPeer.Builder(script, network).gateway(gateway(1)).withItsDefaultCover().start()) {
            Map<String, Long> before = network.counters();
            startedNanos = System.nanoTime();
            int rounds = 5;
            for (int i = 0; i < rounds; i++) {
                byte[] question = bytes(300);
                byte[] answer = bytes(400);
                wasm.sendAnonymously(client.address(), question, 20);
                SenderTag tag = receives(question).orElseThrow();
                Delivery delivery = client.reply(tag, answer);
                receives(wasm, answer);
                acknowledged(delivery);
                TimeUnit.SECONDS.sleep(1);
            }
            double seconds = (System.nanoTime() - startedNanos) / 1e9;
            Map<String, Long> after = network.counters();
            double packets = (after.get("packets-from-clients") - before.get("packets-from-clients")) / seconds;
            double acks = (after.get("acks-forwarded") - before.get("acks-forwarded")) / seconds;
            assertTrue(packets > 20, "with cover it sends 55 packets/s, not " + packets);
            assertTrue(acks > 20, "each cover packet is acknowledged: " + acks + " acks/s");
            figure(rounds + " questions and answers, %.0f packets/s from clients, %.0f acks/s".formatted(packets,
                    acks));
        }
    }

    @Test
    void eachAtAGatewayOfItsOwn() throws Exception {
        try (WasmPeer wasm = wasm()) {
            assertEquals(gateway(0), client.address().gateway());
            assertEquals(gateway(1), wasm.address().gateway());
            assertNotEquals(gateway(0), gateway(1));
            bothWays(client, wasm);
            figure("gateways differ");
        }
    }

    @Test
    void bothAtOneGateway() throws Exception {
        try (WasmPeer wasm = new WasmPeer.Builder(script, network).gateway(gateway(0)).start()) {
            assertEquals(client.address().gateway(), wasm.address().gateway());
            bothWays(client, wasm);
            figure("one gateway");
        }
    }

    private void bothWays(MixnetClient ours, WasmPeer wasm) throws Exception {
        byte[] out = bytes(5_000);
        byte[] back = bytes(5_000);
        Delivery delivery = ours.send(wasm.address(), out, SendOptions.DEFAULT.withReplySurbs(30));
        wasm.reply(receives(wasm, out).orElseThrow(), back);
        receives(back);
        acknowledged(delivery);
    }

    private WasmPeer wasm() throws Exception {
        WasmPeer peer = new WasmPeer.Builder(script, network).gateway(gateway(1)).start();
        startedNanos = System.nanoTime();
        return peer;
    }

    private MixnetClient client(IdentityKey gateway) throws Exception {
        MixnetClient started = MixnetClient.builder().network(network).gateway(gateway)
                .part("routes", System.getProperty("cloakwork.routes", "subset"), Map.of()).start();
        started.subscribe(atClient::add);
        started.awaitReady(READY_LIMIT);
        return started;
    }

    private IdentityKey gateway(int index) {
        List<Node> gateways = new ArrayList<>(network.topology().gateways());
        return gateways.get(index).identity();
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private ReceivedMessage next() throws InterruptedException {
        ReceivedMessage message = atClient.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        assertNotNull(message, () -> "nothing arrived; " + client.counters() + "; " + network.counters());
        return message;
    }

    private Optional<SenderTag> receives(byte[] expected) throws InterruptedException {
        ReceivedMessage message = next();
        assertSame(expected, message.payload());
        return message.sender();
    }

    private Optional<SenderTag> receives(WasmPeer wasm, byte[] expected) throws InterruptedException {
        WasmPeer.Received message = wasm.receive(LIMIT);
        assertSame(expected, message.payload());
        return message.senderTag();
    }

    private static void assertSame(byte[] expected, byte[] actual) {
        assertEquals(expected.length, actual.length);
        assertEquals(sha256(expected), sha256(actual));
    }

    private static Outcome.Acknowledged acknowledged(Delivery delivery) throws Exception {
        return assertInstanceOf(Outcome.Acknowledged.class,
                delivery.outcome().get(LIMIT.toSeconds(), TimeUnit.SECONDS));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Long> faults(Map<String, Long> counters) {
        Map<String, Long> faults = new TreeMap<>(counters);
        faults.entrySet().removeIf(e -> e.getValue() == 0 || !FAULT.matcher(e.getKey()).find()
                || CAUSED_BY_RETRANSMISSION.contains(e.getKey()));
        return faults;
    }

    private void figure(String text) {
        System.out.printf("peers: %s: %s, %d ms%n", test, text, (System.nanoTime() - startedNanos) / 1_000_000);
    }
}
