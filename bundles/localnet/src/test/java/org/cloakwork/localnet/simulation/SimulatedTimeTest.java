package org.cloakwork.localnet.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.junit.jupiter.api.Test;

class SimulatedTimeTest {

    private final SimulatedTime time = new SimulatedTime();
    private final SimulatedTime.Host host = time.host();
    private final List<String> ran = new ArrayList<>();

    @Test
    void tasksRunByTimeAndThenInTheirOrder() {
        record Planned(int number, int millis) {
        }
        SimulatedRandomness randomness = new SimulatedRandomness(1);
        List<Planned> planned = IntStream.range(0, 5000)
                .mapToObj(i -> new Planned(i, 1 + randomness.nextInt(500))).toList();
        List<Planned> order = new ArrayList<>();
        planned.forEach(task -> host.schedule(Duration.ofMillis(task.millis), () -> {
            assertEquals(Duration.ofMillis(task.millis).toNanos(), time.nanoTime());
            order.add(task);
        }));
        time.run(Duration.ofSeconds(1));
        assertEquals(planned.stream().sorted(Comparator.comparingInt(Planned::millis)).toList(), order);
        assertEquals(SimulatedTime.START.plusSeconds(1), time.now());
        assertEquals(0, host.waiting());
    }

    @Test
    void whatIsDueAtOnceRunsAfterWhatWasDueBefore() {
        host.schedule(Duration.ofSeconds(1), () -> {
            host.execute(() -> ran.add("at once"));
            host.schedule(Duration.ofSeconds(-1), () -> ran.add("overdue"));
            ran.add("first");
        });
        host.schedule(Duration.ofSeconds(1), () -> ran.add("second"));
        time.run(Duration.ofSeconds(1));
        assertEquals(List.of("first", "second", "at once", "overdue"), ran);
    }

    @Test
    void cancelledTasksDoNotRun() {
        Cancellable later = host.schedule(Duration.ofSeconds(1), () -> ran.add("later"));
        Cancellable soon = host.schedule(Duration.ZERO, () -> ran.add("soon"));
        assertEquals(2, host.waiting());
        later.cancel();
        later.cancel();
        soon.cancel();
        assertEquals(0, host.waiting());
        time.run(Duration.ofSeconds(2));
        assertEquals(List.of(), ran);
    }

    @Test
    void whoIsSuspendedRunsItsTasksAfterwardsInTheirOrder() {
        SimulatedTime.Host other = time.host();
        host.suspend(Duration.ofSeconds(10).toNanos());
        host.schedule(Duration.ofSeconds(2), () -> ran.add("b at " + time.nanoTime() / 1_000_000_000));
        host.schedule(Duration.ofSeconds(1), () -> ran.add("a at " + time.nanoTime() / 1_000_000_000));
        host.schedule(Duration.ofSeconds(11), () -> ran.add("c at " + time.nanoTime() / 1_000_000_000));
        other.schedule(Duration.ofSeconds(5), () -> ran.add("other"));
        time.run(Duration.ofSeconds(20));
        assertEquals(List.of("other", "a at 10", "b at 10", "c at 11"), ran);
    }

    @Test
    void aTaskThatFailsIsCountedAndTheOthersGoOn() {
        host.execute(() -> {
            throw new IllegalStateException("thrown by a test");
        });
        host.execute(() -> ran.add("next"));
        time.run(Duration.ZERO);
        assertEquals(List.of("next"), ran);
        assertEquals(1, time.failures());
    }

    @Test
    void runsUntilAConditionHolds() {
        host.schedule(Duration.ofSeconds(3), () -> ran.add("x"));
        host.schedule(Duration.ofSeconds(5), () -> ran.add("y"));
        time.run(Duration.ofSeconds(60), () -> !ran.isEmpty());
        assertEquals(List.of("x"), ran);
        assertEquals(Duration.ofSeconds(3).toNanos(), time.nanoTime());
    }
}
