package org.cloakwork.itests.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every line between two components drops, delays, doubles, changes, reorders, cuts and stalls what passes; what
 * {@code simulate} checks holds on sockets, too. {@code -Dcloakwork.seed=SEED} repeats a run.
 */
@Timeout(600)
class BetweenComponentsIT {

    private static final long SEED = Long.getLong("cloakwork.seed", new Random().nextLong());
    private static final int MESSAGES = 10;
    private static final int TRANSFER_BYTES = 48 * 1024;
    private static final Duration SILENCE = Duration.ofMinutes(3);
    /** To one piece of so many; what stops everything comes less often. */
    private static final Map<Fault, Integer> ONE_IN = Map.of(Fault.DROP, 12, Fault.DELAY, 12, Fault.DUPLICATE, 8,
            Fault.CORRUPT, 20, Fault.REORDER, 8, Fault.CUT, 40, Fault.STALL, 120);

    private static World world;

    @BeforeAll
    static void start() throws Exception {
        System.out.println("chaos: seed " + SEED);
        world = new World(SEED);
    }

    @AfterEach
    void calm() {
        world.calm();
    }

    @AfterAll
    static void end() throws Exception {
        if (world != null) {
            world.close();
        }
    }

    static Stream<Arguments> messageLines() {
        return Stream.of(World.Place.CLIENT_AND_GATEWAY, World.Place.NODE_AND_NODE)
                .flatMap(place -> Stream.of(Fault.values()).map(fault -> Arguments.of(place, fault)));
    }

    @ParameterizedTest
    @MethodSource("messageLines")
    void everyMessageEndsAndNoneComesTwiceOrChanged(World.Place place, Fault fault) throws Exception {
        world.account();
        long before = world.done(place, fault);
        world.begin(place, fault, ONE_IN.get(fault));
        world.send(MESSAGES);
        // Until the line has done it, there is nothing to see.
        while (world.done(place, fault) == before) {
            World.await(() -> world.result().open() == 0 || world.done(place, fault) > before, "a piece");
            if (world.done(place, fault) == before) {
                world.send(1);
            }
        }
        World.await(() -> world.result().open() == 0, "the end of every message");
        world.calm();
        // Frames that a gateway has handed out are acknowledged: what is lost behind it is lost, as simulate has it.
        boolean lossy = place == World.Place.CLIENT_AND_GATEWAY && (fault.isLie() || fault == Fault.CUT);
        if (!lossy) {
            World.await(() -> world.result().vain() == 0,
                    () -> "all that was acknowledged has come to its listener: " + world.result() + world.counters());
        }
        Tally.Result result = world.result();
        System.out.printf("chaos: %s, %s: %d times; %s%n", place, fault, world.done(place, fault) - before, result);
        assertTrue(result.holds(), () -> fault + ", seed " + SEED + ": " + result);
        countersAddUp();
    }

    private static void countersAddUp() throws InterruptedException {
        for (MixnetClient client : world.clients()) {
            World.await(() -> {
                Map<String, Long> counters = client.counters();
                return counters.get("messages.created") == counters.get("messages.acknowledged")
                        + counters.get("messages.failed") + counters.get("messages.in-flight");
            }, "messages created = acknowledged + failed + in flight");
            Map<String, Long> counters = client.counters();
            assertEquals(0, counters.get("listeners.failed"), counters::toString);
            assertEquals(0, counters.get("parts.failed"), counters::toString);
        }
        assertEquals(0, world.network().counters().get("internal-errors"));
        World.await(() -> {
            Map<String, Long> counters = world.network().counters();
            return counters.get("messages-stored") == counters.get("messages-delivered")
                    + counters.get("dropped-inbox-expired") + counters.get("dropped-forgotten");
        }, "stored at gateways = handed to clients + dropped by reason");
    }

    static Stream<Arguments> streamLines() {
        return Stream.of(World.Place.PROGRAM_AND_SOCKS, World.Place.EXIT_AND_TARGET)
                .flatMap(place -> Stream.of(Fault.values()).map(fault -> Arguments.of(place, fault)));
    }

    @ParameterizedTest
    @MethodSource("streamLines")
    void everyStreamEndsAndTheNextOneIsWhole(World.Place place, Fault fault) throws Exception {
        long before = world.done(place, fault);
        world.begin(place, fault, fault == Fault.STALL ? 10 : 4);
        // Where the line eats bytes, both ends wait for more: a program that asked has patience of its own.
        Duration patience = fault.isLie() ? Duration.ofSeconds(2) : SILENCE;
        Transfer.End end;
        do {
            end = world.transfer(SEED, TRANSFER_BYTES, patience).run();
            if (!fault.isLie()) {
                assertNotEquals(Transfer.End.WRONG, end, () -> fault + ", seed " + SEED);
                assertNotEquals(Transfer.End.SILENT, end, () -> fault + ", seed " + SEED);
            }
        } while (world.done(place, fault) == before);
        long times = world.done(place, fault) - before;
        world.calm();
        assertEquals(Transfer.End.RIGHT, world.transfer(SEED + 1, TRANSFER_BYTES, SILENCE).run());
        System.out.printf("chaos: %s, %s: %d times; %s, then right%n", place, fault, times, end);
    }

    @ParameterizedTest
    @EnumSource
    void aNewClientFindsItsWay(Fault fault) throws Exception {
        World.Place place = World.Place.CLIENT_AND_DIRECTORY;
        long before = world.done(place, fault);
        world.begin(place, fault, 3);
        try (MixnetClient client = world.newcomer()) {
            World.await(() -> world.done(place, fault) > before || isReady(client), "a piece");
            world.calm();
            client.awaitReady(World.PATIENCE);
        }
        System.out.printf("chaos: %s, %s: %d times; ready%n", place, fault, world.done(place, fault) - before);
    }

    private static boolean isReady(MixnetClient client) {
        return client.state() instanceof ClientState.Ready;
    }
}
