package org.cloakwork.itests.line;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short form of {@code ./cloakwork line}. */
@Timeout(300)
class LineIT {

    private static final Duration LENGTH = Duration.ofMinutes(2);
    private static final double SIGNIFICANT = 0.001;

    private static Map<Scenario, Trace.View> watch(Cover cover, Scenario... scenarios) throws Exception {
        return Frames.watch((of, number) -> new VirtualWorld(of, 1 + number, 0), cover, List.of(scenarios), LENGTH,
                Frames.WARM_UP);
    }

    /** Without it nothing is covered, and the watcher is no use if he does not see that. */
    @Test
    void withoutCoverAWatcherSeesAll() throws Exception {
        Map<Scenario, Trace.View> seen = watch(Cover.NONE, Scenario.IDLE, Scenario.BROWSING);
        assertEquals(0, seen.get(Scenario.IDLE).count(Frame.Kind.UP_LARGE));
        assertTrue(seen.get(Scenario.BROWSING).count(Frame.Kind.DOWN_LARGE) > 100);
    }

    @Test
    void whatLeavesAClientWithCoverIsTheSameWhateverItDoes() throws Exception {
        Map<Scenario, Trace.View> seen = watch(Cover.POISSON, Scenario.values());
        seen.forEach((scenario, view) -> {
            Comparison comparison = Comparison.of(Frame.Kind.UP_LARGE, seen.get(Scenario.IDLE), view);
            assertTrue(comparison.leastP() > SIGNIFICANT, () -> comparison.row(scenario.text()));
            assertArrayEquals(seen.get(Scenario.IDLE).lengths(true), view.lengths(true));
        });
    }

    /** The relay on sockets sees what the wrapped transport sees in virtual time, a frame's own header included. */
    @Test
    void aRelaySeesEachFrameOnSockets() throws Exception {
        Duration length = Duration.ofSeconds(15);
        Map<Scenario, Trace.View> seen = Frames.watch((cover, number) -> new RealWorld(cover, number), Cover.POISSON,
                List.of(Scenario.IDLE, Scenario.DOWNLOAD), length, Duration.ofSeconds(3));
        seen.values().forEach(view -> assertArrayEquals(new int[] {2460}, view.lengths(true)));
        Trace.View idle = seen.get(Scenario.IDLE);
        assertArrayEquals(new int[] {53, 72, 1677}, idle.lengths(false));
        assertTrue(idle.count(Frame.Kind.UP_LARGE) > 100, () -> idle.frames().size() + " frames");
        assertTrue(seen.get(Scenario.DOWNLOAD).count(Frame.Kind.DOWN_LARGE) > 100);
    }
}
