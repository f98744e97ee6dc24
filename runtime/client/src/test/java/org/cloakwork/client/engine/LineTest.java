package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.StreamListener;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.LinePolicy;
import org.cloakwork.cover.poisson.PoissonCover;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.streams.OpenStream;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One packet out, one in: what the gateway gives to a client whatever it does. */
class LineTest {

    private static final CoverTrafficStrategy POISSON = new PoissonCover.Factory().create(Map.of());
    private static final double PACKETS_A_SECOND = 1000.0 / 20 + 1000.0 / 200;
    private static final int LARGE = 1000;
    private static final int PORT = 7;
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private static final SendOptions ANONYMOUS = SendOptions.DEFAULT.withReplySurbs(5);

    @RegisterExtension
    final Seed seed = new Seed();

    /** Large payloads that came to the client in that time, a second. */
    private static double perSecond(World world, TestClient client, Duration time) {
        world.gateway().delivered.clear();
        world.runFor(time);
        return large(world, client.address().identity()) / (double) time.toSeconds();
    }

    private static long large(World world, IdentityKey client) {
        return world.gateway().delivered.stream()
                .filter(one -> one.client().equals(client) && one.length() > LARGE).count();
    }

    private static void assertAsIdle(double perSecond, Duration time, String what) {
        double deviation = Math.sqrt(PACKETS_A_SECOND / time.toSeconds());
        System.out.printf("%s: %.2f large payloads a second, %.1f deviations from %.0f%n", what, perSecond,
                (perSecond - PACKETS_A_SECOND) / deviation, PACKETS_A_SECOND);
        assertEquals(PACKETS_A_SECOND, perSecond, 4 * deviation, what);
    }

    private record Pair(World world, TestClient alice, TestClient exit, OpenStream near, MixnetStream far) {
    }

    private static Pair pair(World world, CoverTrafficStrategy cover) throws IOException {
        TestClient alice = world.client(ClientConfiguration.DEFAULT, cover);
        TestClient exit = world.readyClient();
        alice.awaitReady();
        exit.engine.returnPackets(true);
        StreamListener listener = exit.engine.listen(PORT);
        OpenStream near = alice.engine.beginStream(exit.address(), PORT, StreamOptions.DEFAULT);
        run(world, near.opened()::isDone, "not answered");
        return new Pair(world, alice, exit, near, listener.accept(Duration.ofMillis(1)));
    }

    private static void run(World world, BooleanSupplier until, String what) {
        assertTrue(world.time.runUntil(until, PATIENCE), what);
    }

    private static byte[] bytes(World world, int length) {
        byte[] bytes = new byte[length];
        world.random.nextBytes(bytes);
        return bytes;
    }

    /** Moves bytes without threads: writes as there is room and reads what is there, for that long. */
    private static double move(Pair pair, MixnetStream from, MixnetStream to, byte[] bytes, byte[] got, int[] at,
                               Duration time) throws IOException {
        World world = pair.world();
        world.gateway().delivered.clear();
        long end = world.time.nanoTime() + time.toNanos();
        while (world.time.nanoTime() < end) {
            int room = ((OpenStream) from).messages().room();
            while (at[0] < bytes.length && at[0] - at[1] < 30_000 && room > 0) {
                int length = Math.min(Math.min(4000, room), bytes.length - at[0]);
                from.output().write(bytes, at[0], length);
                at[0] += length;
                room = ((OpenStream) from).messages().room();
            }
            while (to.input().available() > 0) {
                at[1] += to.input().read(got, at[1], got.length - at[1]);
            }
            world.runFor(Duration.ofMillis(50));
        }
        return large(world, pair.alice().address().identity()) / (double) time.toSeconds();
    }

    @Test
    void whatComesIsTheSameWhetherAClientIsIdleOrLoadsOrSends() throws Exception {
        try (World world = new World(seed.value())) {
            Duration time = Duration.ofSeconds(20);
            Pair pair = pair(world, POISSON);
            TestClient alice = pair.alice();
            world.runFor(Duration.ofSeconds(15));
            double silence = perSecond(world, alice, time);
            assertAsIdle(silence, time, "silence");
            byte[] down = bytes(world, 20_000_000);
            byte[] got = new byte[down.length];
            int[] at = new int[2];
            assertAsIdle(move(pair, pair.far(), pair.near(), down, got, at, time), time, "download");
            assertTrue(at[1] > 900_000, "bytes loaded: " + at[1]);
            assertArrayEquals(Arrays.copyOf(down, at[1]), Arrays.copyOf(got, at[1]));
            System.out.println(at[1] + " bytes down");
            world.runFor(Duration.ofSeconds(5));
            int[] up = new int[2];
            assertAsIdle(move(pair, pair.near(), pair.far(), down, got, up, time), time, "upload");
            assertTrue(up[1] > 600_000, "bytes sent: " + up[1]);
            assertArrayEquals(Arrays.copyOf(down, up[1]), Arrays.copyOf(got, up[1]));
            System.out.println(up[1] + " bytes up");
            assertTrue(alice.counter(Counter.LINE_UNEVEN) < 10, alice::counters);
        }
    }

    @Test
    void whatIsLostIsMadeUpForAndNeverMore() throws Exception {
        try (World world = new World(seed.value())) {
            Duration time = Duration.ofSeconds(25);
            Pair pair = pair(world, POISSON);
            TestClient alice = pair.alice();
            world.runFor(Duration.ofSeconds(12));
            world.loss = 0.1;
            world.runFor(Duration.ofSeconds(25));
            byte[] down = bytes(world, 5_000_000);
            byte[] got = new byte[down.length];
            int[] at = new int[2];
            double loading = move(pair, pair.far(), pair.near(), down, got, at, time);
            assertArrayEquals(Arrays.copyOf(down, at[1]), Arrays.copyOf(got, at[1]));
            assertTrue(at[1] > 300_000, "bytes loaded: " + at[1]);
            assertTrue(alice.counter(Counter.RETURNS_OVERDUE) > 100, alice::counters);
            // A loop is lost once in ten times, a packet and the one in return once in five. An idle client has 49.5.
            double deviation = Math.sqrt(PACKETS_A_SECOND / time.toSeconds());
            System.out.printf("loss of 10 %%: %.2f a second, without making up 44.6, all made up 55%n", loading);
            assertTrue(loading > 0.9 * PACKETS_A_SECOND - 3.5 * deviation, "too little is made up for: " + loading);
            assertTrue(loading < PACKETS_A_SECOND + 3.5 * deviation, "more comes than leaves: " + loading);
        }
    }

    /**
     * What is under way is lost with the exit, and then loops leave: what comes is less for as long as it takes to
     * notice, and for the way of a loop.
     */
    @Test
    void theEndOfAnExitIsOverAfterHalfASecondWhetherItIsUsedOrNot() throws Exception {
        Duration soon = Duration.ofSeconds(2);
        Duration time = Duration.ofSeconds(15);
        for (boolean used : new boolean[] {false, true}) {
            try (World world = new World(seed.value())) {
                Pair pair = pair(world, POISSON);
                TestClient alice = pair.alice();
                world.runFor(Duration.ofSeconds(15));
                if (used) {
                    byte[] down = bytes(world, 5_000_000);
                    move(pair, pair.far(), pair.near(), down, new byte[down.length], new int[2], Duration.ofSeconds(3));
                }
                pair.exit().kill();
                double missing = (PACKETS_A_SECOND - perSecond(world, alice, soon)) * soon.toSeconds();
                System.out.printf("exit gone, used %b: %.0f of %.0f are missing in the two seconds after%n", used,
                        missing, PACKETS_A_SECOND * soon.toSeconds());
                double deviation = Math.sqrt(PACKETS_A_SECOND * soon.toSeconds());
                assertTrue(missing < PACKETS_A_SECOND / 2 + 2 * deviation, "missing in two seconds: " + missing);
                assertAsIdle(perSecond(world, alice, time), time, "after the exit is gone");
                pair.near().reset("enough");
            }
        }
    }

    @Test
    void whoWillBeUsedIsAskedFromTheStartSoThatTheFirstUseDoesNotShow() {
        try (World world = new World(seed.value())) {
            Duration time = Duration.ofSeconds(20);
            TestClient exit = world.readyClient();
            exit.engine.returnPackets(true);
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            alice.engine.partner(exit.address());
            alice.awaitReady();
            run(world, () -> share(alice) == 100, "not asked in every slot");
            assertAsIdle(perSecond(world, alice, time), time, "silence");
            assertTrue(alice.engine.line().orElseThrow().contains("do not depend"), alice.engine.line()::toString);
            long begun = world.time.nanoTime();
            Delivery first = alice.send(exit.address(), new byte[10], ANONYMOUS);
            alice.awaitAcknowledged(first);
            assertTrue(world.time.nanoTime() - begun < Duration.ofSeconds(1).toNanos(), "the first one waited");
        }
    }

    private static long share(TestClient client) {
        return client.engine.counters().get("line.share");
    }

    @Test
    void whoGivesNothingInReturnIsWrittenToAsBefore() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            TestClient bob = world.readyClient();
            alice.awaitReady();
            alice.awaitAcknowledged(alice.send(bob.address(), new byte[10_000], ANONYMOUS));
            bob.awaitReceived(1);
            assertTrue(bob.counter(Counter.SURBS_RECEIVED) >= 5, bob::counters);
            assertTrue(alice.counter(Counter.PULLS_SENT) <= 4, alice::counters);
        }
    }

    /** Whoever counts what leaves a client need not know what it is for. */
    @Test
    void whatAsksForPacketsInReturnAndWhatFillsThemIsCover() {
        try (World world = new World(seed.value())) {
            TestClient exit = world.readyClient();
            exit.engine.returnPackets(true);
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            alice.engine.partner(exit.address());
            alice.awaitReady();
            world.runFor(Duration.ofSeconds(30));
            long pulls = alice.counter(Counter.PULLS_SENT);
            assertTrue(pulls > 500, alice::counters);
            assertTrue(alice.counter(Counter.PACKETS_COVER) >= pulls, alice::counters);
            assertEquals(exit.counter(Counter.FILLER_SENT), exit.counter(Counter.PACKETS_COVER), exit::counters);
        }
    }

    @Test
    void whoIsWrittenToWhileThereIsNoSessionIsAskedOnceThereIsOne() {
        try (World world = new World(seed.value())) {
            TestClient exit = world.readyClient();
            exit.engine.returnPackets(true);
            world.gateway().unreachable = true;
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            Delivery delivery = alice.send(exit.address(), new byte[10], ANONYMOUS);
            world.runFor(Duration.ofSeconds(20));
            world.gateway().unreachable = false;
            alice.awaitAcknowledged(delivery);
            assertTrue(alice.counter(Counter.RETURNS_RECEIVED) > 0, alice::counters);
            assertEquals(0, alice.counter(Counter.LINE_UNEVEN), alice::counters);
        }
    }

    @Test
    void whoseGatewayIsNotInTheNetworkIsToldAtOnce() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            alice.awaitReady();
            MixnetAddress nobody = new MixnetAddress(world.nobody().identity(), world.nobody().encryption(),
                    IdentityKeyPair.generate(world.randomness).publicKey());
            Delivery delivery = alice.send(nobody, new byte[10], ANONYMOUS);
            world.runFor(Duration.ofSeconds(1));
            assertTrue(delivery.outcome().isDone(), alice::counters);
            alice.awaitFailed(delivery, FailureReason.UNKNOWN_GATEWAY);
        }
    }

    /** Packets for it cannot be made, and trying without end would be all that the client does. */
    @Test
    @Timeout(60)
    void aPartnerWhoseGatewayLeavesTheNetworkIsNoReasonForHaste() {
        try (World world = new World(seed.value(), new ClearFormat(), 2)) {
            TestClient exit = world.clientAt(world.gateways.get(1));
            exit.engine.returnPackets(true);
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            alice.engine.partner(exit.address());
            run(world, () -> alice.isReady() && share(alice) == 100, "not asked in every slot");
            Set<IdentityKey> without = Set.of(exit.address().gateway());
            world.directory = () -> CompletableFuture.completedFuture(world.topology(without));
            alice.parts.set(PartKind.TOPOLOGY, world.topologyProvider());
            world.runFor(Duration.ofSeconds(10));
        }
    }

    /** Those that were made for the gateway before are of no use, and the next ones are asked instead. */
    @Test
    void whoIsWrittenToWhileWeMoveIsAskedAtTheNextGateway() {
        try (World world = new World(seed.value(), new ClearFormat(), 3)) {
            TestClient exit = world.clientAt(world.gateways.get(2));
            exit.engine.returnPackets(true);
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            alice.awaitReady();
            FakeGateway first = world.gateways.stream().filter(gateway -> gateway.identity().equals(
                    alice.address().gateway())).findFirst().orElseThrow();
            first.unreachable = true;
            ((FakeTransport) alice.parts.chosen(PartKind.TRANSPORT)).breakAll();
            List<Delivery> deliveries = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                deliveries.add(alice.send(exit.address(), new byte[10], ANONYMOUS));
                world.runFor(Duration.ofSeconds(1));
            }
            run(world, alice::isReady, "not ready again");
            assertNotEquals(first.identity(), alice.address().gateway());
            world.runFor(Duration.ofSeconds(20));
            deliveries.forEach(delivery -> assertTrue(delivery.outcome().isDone(), alice::counters));
        }
    }

    @Test
    void whoAnswersLateGetsAllThatWaits() {
        try (World world = new World(seed.value())) {
            TestClient exit = world.readyClient();
            exit.engine.returnPackets(true);
            TestClient alice = world.client(ClientConfiguration.DEFAULT, POISSON);
            alice.awaitReady();
            world.jitter = Duration.ofSeconds(8);
            Delivery delivery = alice.send(exit.address(), new byte[500_000], ANONYMOUS);
            long begun = world.time.nanoTime();
            alice.awaitAcknowledged(delivery);
            System.out.printf("half a megabyte with ways of up to 8 s: %d s%n",
                    (world.time.nanoTime() - begun) / 1_000_000_000);
        }
    }

    @Test
    void aMirrorEvensMessagesThatGoOutAndThatCome() {
        try (World world = new World(seed.value())) {
            Duration time = Duration.ofSeconds(20);
            TestClient mirror = world.readyClient();
            mirror.engine.returnPackets(true);
            TestClient bob = world.readyClient();
            TestClient alice = world.client(ClientConfiguration.DEFAULT.withLine(new LinePolicy(true,
                    Duration.ofSeconds(5), Optional.of(mirror.address()), false, 1000, 1000)),
                    POISSON);
            alice.awaitReady();
            alice.awaitAcknowledged(alice.send(bob.address(), "first"));
            world.runFor(Duration.ofSeconds(7));
            alice.send(bob.address(), new byte[2_000_000]);
            world.runFor(Duration.ofSeconds(2));
            assertAsIdle(perSecond(world, alice, time), time, "message out");
            assertTrue(alice.counter(Counter.PACKETS_DATA) > 250, alice::counters);
            for (int i = 0; i < 200; i++) {
                int after = i;
                world.host.schedule(Duration.ofMillis(100L * after), () -> bob.send(alice.address(), new byte[1000]));
            }
            assertAsIdle(perSecond(world, alice, time), time, "both");
            assertTrue(alice.counter(Counter.LINE_UNEVEN) < 20, alice::counters);
        }
    }
}
