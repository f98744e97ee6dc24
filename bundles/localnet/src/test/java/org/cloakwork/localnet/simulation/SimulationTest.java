package org.cloakwork.localnet.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloakwork.api.Simulator;
import org.cloakwork.api.Simulator.Options;
import org.cloakwork.api.Simulator.Packets;
import org.cloakwork.api.Simulator.Report;
import org.cloakwork.localnet.Parts;
import org.cloakwork.localnet.node.Counter;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Randomness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {

    private static final Consumer<Duration> UNHEARD = passed -> { };

    private static Options options(int clients, Duration duration, long seed, double loss, String... faults) {
        return new Options(clients, duration, seed, loss, "none", "timeout", List.of(faults), Packets.STUB);
    }

    private static Report run(Options options) {
        return Simulator.load().run(options);
    }

    /** The number in the row of that name. */
    private static long row(Report report, String name) {
        Matcher row = Pattern.compile("(?m)^  " + Pattern.quote(name) + " +([\\d,]+)$").matcher(report.text());
        assertTrue(row.find(), () -> "no " + name + " in\n" + report.text());
        return Long.parseLong(row.group(1).replace(",", ""));
    }

    private static void assertHolds(Report report) {
        assertEquals(List.of(), report.violated(), report::text);
        assertFalse(report.text().contains("VIOLATED"), report::text);
    }

    @Test
    void theSameSeedGivesTheSameReport() {
        Options options = options(5, Duration.ofMinutes(30), 1, 0.05, "reorder@5m-10m", "rotation@12m");
        Report report = run(options);
        assertHolds(report);
        assertEquals(report.text(), run(options).text());
        assertTrue(row(report, "sent") > 100, report::text);
    }

    @Test
    void itTellsHowFarItIs() {
        Options options = options(3, Duration.ofMinutes(5), 1, 0);
        List<Duration> passed = new ArrayList<>();
        Report report = Simulator.load().run(options, passed::add);
        assertEquals(report.text(), run(options).text());
        assertEquals(passed.stream().sorted().toList(), passed);
        assertTrue(passed.getFirst().compareTo(Duration.ofMinutes(1)) < 0, passed.getFirst()::toString);
        assertTrue(passed.getLast().compareTo(Duration.ofMinutes(4)) > 0, passed.getLast()::toString);
        assertTrue(passed.getLast().compareTo(options.duration()) <= 0, passed.getLast()::toString);
    }

    @Test
    void anotherSeedGivesAnotherReport() {
        String one = run(options(3, Duration.ofMinutes(5), 1, 0)).text().replace("seed 1", "");
        String two = run(options(3, Duration.ofMinutes(5), 2, 0)).text().replace("seed 2", "");
        assertNotEquals(one, two);
    }

    @Test
    void withoutFaultsEverythingArrives() {
        Report report = run(options(10, Duration.ofMinutes(30), 3, 0));
        assertHolds(report);
        assertEquals(row(report, "sent"), row(report, "acknowledged"));
        assertEquals(row(report, "sent"), row(report, "received"));
        assertTrue(row(report, "  of these answers") > 0, report::text);
        assertEquals(0, row(report, "clients: retransmissions"));
    }

    @Test
    void whatGetsLostIsSentAgainOrFailsWithAReason() {
        Report report = run(options(20, Duration.ofMinutes(12), 7, 0.3));
        assertHolds(report);
        assertEquals(row(report, "sent"), row(report, "acknowledged") + row(report, "failed"));
        assertTrue(row(report, "lost in the network") > 100, report::text);
        assertTrue(row(report, "clients: retransmissions") > 100, report::text);
    }

    @Test
    void realPackets() {
        Report report = run(new Options(2, Duration.ofMinutes(3), 3, 0, "none", "timeout", List.of(), Packets.REAL));
        assertHolds(report);
        assertTrue(row(report, "acknowledged") > 0, report::text);
    }

    @Test
    void coverIsCountedAsItIsSent() {
        CoverTrafficStrategy twiceASecond = cover(Duration.ofMillis(500), Duration.ofSeconds(1));
        Report report = simulation(options(3, Duration.ofMinutes(10), 1, 0), twiceASecond).run(UNHEARD);
        assertHolds(report);
        long slotsAndLoops = 3 * 600 * 3;
        assertEquals(slotsAndLoops, row(report, "clients: cover"), 0.1 * slotsAndLoops);
    }

    @ParameterizedTest
    @ValueSource(strings = {"delay=300@2m-8m", "reorder@1m-9m", "gateway-restart@5m", "gateway-restart@5m+70s",
        "gateway-restart@3m+10m", "directory-outage@0s-4m", "directory-outage@4m-9m", "epoch@5m", "rotation@5m",
        "suspend@2m-7m", "suspend@2m-30m"})
    void nothingIsLostWithoutReasonWhateverGoesWrong(String fault) {
        Report report = run(options(6, Duration.ofMinutes(15), 11, 0, fault));
        assertHolds(report);
        assertEquals(row(report, "sent"), row(report, "acknowledged") + row(report, "failed"), report::text);
        assertTrue(row(report, "acknowledged") > 30, report::text);
    }

    @Test
    void aDelayShowsInTheLatency() {
        Report report = run(options(4, Duration.ofMinutes(20), 5, 0, "delay=1000@0s-1h"));
        assertHolds(report);
        Matcher p50 = Pattern.compile("sent to received +([\\d,]+) ms").matcher(report.text());
        assertTrue(p50.find());
        assertTrue(Integer.parseInt(p50.group(1).replace(",", "")) > 4 * 1000, report::text);
    }

    @Test
    void aRestartEndsSessionsAndTheyComeBack() {
        Report report = run(options(4, Duration.ofMinutes(10), 5, 0, "gateway-restart@5m+70s"));
        assertHolds(report);
        // Those of the first gateway; none when its client is closed.
        long lost = row(report, "client: gateway.sessions.lost");
        assertTrue(lost > 0 && lost < 4, report::text);
    }

    @Test
    void aTransportExchangedInMidTrafficLosesNoFrame() {
        Simulation simulation = simulation(options(4, Duration.ofMinutes(10), 5, 0),
                cover(Duration.ofMillis(20), Duration.ofMillis(200)));
        for (int i = 0; i < 100; i++) {
            SimulatedClient client = simulation.clients().get(i % 4);
            simulation.host().schedule(Duration.ofMillis(20_000 + 5_003L * i),
                    () -> client.parts().set(PartKind.TRANSPORT, simulation.network().transport(client.host())));
        }
        Report report = simulation.run(UNHEARD);
        assertHolds(report);
        // Each session but the last ones ended in order, and what was on its way in either direction arrived.
        assertFalse(report.text().contains("frames to"), report::text);
        assertFalse(report.text().contains("link-lost"), report::text);
        assertEquals(row(report, "sent"), row(report, "received"));
        assertEquals(0, row(report, "clients: retransmissions"));
        assertTrue(simulation.clients().stream().mapToLong(client -> client.engine().counters().get("gateway.sessions"))
                .sum() >= 104);
    }

    @Test
    void theBudgetOfTheRetransmissionPartIsCheckedByANumber() {
        RetransmissionPolicy adaptive = Parts.make(RetransmissionPolicy.class, "adaptive", Map.of("budget-ratio", "0",
                "budget-floor", "1"));
        Report report = simulation(options(4, Duration.ofMinutes(20), 7, 0.3), cover("none"), adaptive).run(UNHEARD);
        assertHolds(report);
        assertEquals(1, row(report, "most copies by one client within a minute"), report::text);
        // A part that now and then forgets its budget.
        boolean[] lies = new boolean[1];
        RetransmissionPolicy fooled = new RetransmissionPolicy() {
            @Override
            public Optional<Duration> waitForAck(SentPacket packet) {
                return adaptive.waitForAck(packet);
            }

            @Override
            public Optional<Duration> untilCopy(SentPacket packet) {
                lies[0] = !lies[0];
                return lies[0] ? Optional.of(Duration.ZERO) : adaptive.untilCopy(packet);
            }
        };
        assertEquals(List.of("copies within the budget of the retransmission part"),
                simulation(options(4, Duration.ofMinutes(20), 7, 0.3), cover("none"), fooled).run(UNHEARD).violated());
    }

    @Test
    void packetsForKeysThatAreGoneAreDroppedAndCounted() {
        Report report = run(options(4, Duration.ofHours(2), 5, 0, "rotation@10m", "directory-outage@5m-90m"));
        assertHolds(report);
        assertTrue(row(report, "network: dropped-unknown-rotation") > 0, report::text);
    }

    @Test
    void keysRotateAllDayAndNothingIsLost() {
        Options options = options(6, Duration.ofHours(5), 2, 0).withRotation(Duration.ofHours(1));
        Report report = run(options);
        assertHolds(report);
        assertEquals(row(report, "sent"), row(report, "acknowledged"), report::text);
        assertTrue(row(report, "own address told to ask for more") > 0, report::text);
        assertEquals(report.text(), run(options).text());
    }

    @Test
    void aHostileClientLearnsNoAddressOverAReplyBlock() {
        Report report = run(options(4, Duration.ofHours(3), 2, 0).withRotation(Duration.ofHours(1))
                .withHostileClient());
        assertHolds(report);
        assertTrue(report.text().contains("the first client is hostile"), report::text);
    }

    @Test
    void aViolatedInvariantIsReported() {
        Simulation simulation = simulation(options(2, Duration.ofMinutes(2), 1, 0),
                cover(Duration.ofSeconds(1), Duration.ofSeconds(1)));
        simulation.network().counters().count(Counter.DROPPED_REPLAY);
        Report report = simulation.run(UNHEARD);
        assertEquals(List.of("packets created = delivered + dropped by reason + under way"), report.violated());
        assertTrue(report.text().contains("VIOLATED  packets created"), report::text);
    }

    @Test
    void anExceptionIsAViolation() {
        Simulation simulation = simulation(options(2, Duration.ofMinutes(1), 1, 0),
                cover(Duration.ofSeconds(1), Duration.ofSeconds(1)));
        simulation.host().execute(() -> {
            throw new IllegalStateException("thrown by a test");
        });
        assertEquals(List.of("no task failed"), simulation.run(UNHEARD).violated());
    }

    @Test
    void faultsAfterTheEndAreRefused() {
        assertEquals("fault \"epoch@2h\": begins after the end", assertThrows(IllegalArgumentException.class,
                () -> run(options(2, Duration.ofHours(1), 1, 0, "epoch@1h", "epoch@2h"))).getMessage());
    }

    @Test
    void aRotationAmongTheFaultsIsRefusedWhereKeysRotateAnyway() {
        Options options = options(2, Duration.ofHours(1), 1, 0, "rotation@1m").withRotation(Duration.ofHours(1));
        assertEquals("fault \"rotation@1m\": keys rotate anyway",
                assertThrows(IllegalArgumentException.class, () -> run(options)).getMessage());
    }

    @Test
    void unknownPartsAreNamed() {
        Options options = new Options(2, Duration.ofMinutes(1), 1, 0, "polka", "timeout", List.of(), Packets.STUB);
        assertEquals("there is no cover part called \"polka\"; there are [none]",
                assertThrows(IllegalArgumentException.class, () -> run(options)).getMessage());
    }

    private static CoverTrafficStrategy cover(Duration slot, Duration loop) {
        return new CoverTrafficStrategy() {
            @Override
            public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                return Optional.of(slot);
            }

            @Override
            public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                return Optional.of(loop);
            }
        };
    }

    private static CoverTrafficStrategy cover(String name) {
        return Parts.make(CoverTrafficStrategy.class, name, Map.of());
    }

    private static Simulation simulation(Options options, CoverTrafficStrategy cover) {
        return simulation(options, cover, Parts.make(RetransmissionPolicy.class, "timeout", Map.of()));
    }

    private static Simulation simulation(Options options, CoverTrafficStrategy cover,
            RetransmissionPolicy retransmission) {
        StubPacketFormat format = new StubPacketFormat();
        StubCryptography stub = new StubCryptography(format);
        return new Simulation(options, new Simulation.SharedParts(format, stub, stub, cover,
                Parts.make(RoutePolicy.class, "uniform", Map.of()), retransmission));
    }
}
