package org.cloakwork.itests.line;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short form of {@code ./cloakwork line}: what it prints is of a few minutes, and has the same seed each time. */
@Timeout(300)
class LineIT {

    private static final Duration LENGTH = Duration.ofMinutes(1);
    /** Of many comparisons one is as unlikely as one in a hundred. */
    private static final double SIGNIFICANT = 0.0005;

    private static Map<Scenario, Trace.View> watch(Cover cover, Scenario... scenarios) throws Exception {
        Map<Scenario, Trace.View> seen = Frames.watch((of, number) -> new VirtualWorld(of, 1 + number, 0), cover,
                List.of(scenarios), LENGTH, Frames.WARM_UP);
        new Frames(System.out).tell(cover, seen);
        Frames.write(Path.of("target", "frames"), cover, seen);
        return seen;
    }

    /** The watcher is no use if he does not see what is there to be seen. */
    @Test
    void coverOfOneDirectionLeavesTheOtherOneOpen() throws Exception {
        Map<Scenario, Trace.View> seen = watch(Cover.POISSON, Scenario.IDLE, Scenario.DOWNLOAD, Scenario.UPLOAD);
        Trace.View idle = seen.get(Scenario.IDLE);
        for (Scenario scenario : List.of(Scenario.DOWNLOAD, Scenario.UPLOAD)) {
            assertTrue(Comparison.of(Frame.Kind.UP_LARGE, idle, seen.get(scenario)).leastP() > SIGNIFICANT);
            assertTrue(Comparison.of(Frame.Kind.DOWN_LARGE, idle, seen.get(scenario)).leastP() < 1e-12);
        }
    }

    @Test
    void withTwoWayCoverTheLineIsThatOfAClientThatDoesNothing() throws Exception {
        Map<Scenario, Trace.View> seen = watch(Cover.TWO_WAY, Scenario.IDLE, Scenario.DOWNLOAD, Scenario.UPLOAD);
        Trace.View idle = seen.remove(Scenario.IDLE);
        seen.forEach((scenario, view) -> {
            for (Frame.Kind kind : Frame.Kind.values()) {
                Comparison comparison = Comparison.of(kind, idle, view);
                assertTrue(comparison.leastP() > SIGNIFICANT, () -> comparison.row(scenario.text()));
            }
            double lags = Lags.p(idle, view);
            assertTrue(lags > SIGNIFICANT, () -> scenario.text() + ": what comes answers what goes as late, p = "
                    + lags);
            assertArrayEquals(idle.lengths(true), view.lengths(true));
            assertArrayEquals(idle.lengths(false), view.lengths(false));
        });
    }

    /** A site that says nothing, and uploads that fill the line, are no end of an exit; its end is one. */
    @Test
    void aTransferEndsWithItsReasonWhenTheExitIsGoneAndNotBefore() {
        VirtualWorld world = new VirtualWorld(Cover.TWO_WAY, 3, 0.05);
        VirtualTunnel silent = world.connect();
        boolean[] answered = new boolean[1];
        silent.exchange(100, 100, () -> answered[0] = true);
        world.await(() -> answered[0], Duration.ofMinutes(1));
        world.run(Duration.ofMinutes(3));
        VirtualTunnel upload = world.connect();
        upload.exchange(Long.MAX_VALUE, 1, () -> { });
        world.run(Duration.ofSeconds(100));
        assertEquals(Optional.empty(), silent.reason().or(upload::reason));
        world.killExit();
        long killed = world.trace().nanoTime();
        world.await(() -> silent.reason().isPresent() && upload.reason().isPresent(), Duration.ofSeconds(70));
        assertEquals(60, (world.trace().nanoTime() - killed) / 1e9, 3);
        assertEquals("it has said nothing for 60 s", silent.reason().orElseThrow());
    }

    /** The relay on sockets sees what the wrapped transport sees in virtual time, a frame's own head included. */
    @Test
    void aRelaySeesEachFrameOnSockets() throws Exception {
        Map<Scenario, Trace.View> seen = Frames.watch((cover, number) -> new RealWorld(cover, number), Cover.TWO_WAY,
                List.of(Scenario.IDLE, Scenario.DOWNLOAD), Duration.ofSeconds(12), Duration.ofSeconds(6));
        new Frames(System.out).tell(Cover.TWO_WAY, seen);
        seen.values().forEach(view -> {
            assertArrayEquals(new int[] {2460}, view.lengths(true));
            assertArrayEquals(new int[] {53, 72, 1677}, view.lengths(false));
            assertTrue(view.count(Frame.Kind.DOWN_LARGE) > 50, () -> view.frames().size() + " frames");
            // One-way it is 3 and more; how near to 1 it is, virtual time shows, in which no machine is late.
            assertEquals(1, (double) view.count(Frame.Kind.DOWN_LARGE) / view.count(Frame.Kind.UP_LARGE), 0.5);
        });
    }
}
