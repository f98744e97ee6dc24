package org.cloakwork.client.pace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Seed;
import org.cloakwork.client.engine.VirtualTime;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PacerTest {

    private static final Duration MEAN = Duration.ofMillis(20);

    @RegisterExtension
    final Seed seed = new Seed();

    private final VirtualTime time = new VirtualTime(seed.value());
    private final VirtualTime.Host host = time.host();
    private final Parts parts = new Parts();
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final FakeTraffic traffic = new FakeTraffic();
    private final Pacer pacer = new Pacer(host.environment(), parts, traffic);

    private final class FakeTraffic implements Pacer.Traffic {

        private boolean open = true;
        private long pendingBytes;
        private int waiting;
        private int data;
        private int cover;
        private final List<Long> sentNanos = new ArrayList<>();

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public long pendingBytes() {
            return pendingBytes;
        }

        @Override
        public boolean sendWaiting() {
            if (waiting == 0) {
                return false;
            }
            waiting--;
            data++;
            sentNanos.add(time.nanoTime());
            return true;
        }

        @Override
        public void sendCover() {
            cover++;
            sentNanos.add(time.nanoTime());
        }
    }

    /** Draws exponential gaps; without slots or loops where the mean is null. */
    private static CoverTrafficStrategy poisson(Duration slot, Duration loop) {
        return new CoverTrafficStrategy() {
            @Override
            public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                return Optional.ofNullable(slot).map(mean ->
                        Duration.ofNanos(randomness.exponentialNanos(mean.toNanos())));
            }

            @Override
            public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                return Optional.ofNullable(loop).map(mean ->
                        Duration.ofNanos(randomness.exponentialNanos(mean.toNanos())));
            }
        };
    }

    private void assertExponential(List<Long> times) {
        double[] gaps = IntStream.range(1, times.size()).mapToDouble(i -> (times.get(i) - times.get(i - 1)) / 1e6)
                .toArray();
        double mean = IntStream.range(0, gaps.length).mapToDouble(i -> gaps[i]).average().orElseThrow();
        assertEquals(20, mean, 1);
        for (double limit : new double[] {5, 20, 60}) {
            double share = IntStream.range(0, gaps.length).filter(i -> gaps[i] > limit).count() / (double) gaps.length;
            assertEquals(Math.exp(-limit / 20), share, 0.02, "share of gaps above " + limit + " ms");
        }
    }

    @Test
    void tenThousandSlotsFollowTheLawWithCoverWhereNothingWaits() {
        parts.set(PartKind.COVER, poisson(MEAN, null));
        pacer.restart();
        for (int i = 0; i < 2000; i++) {
            traffic.waiting += i % 7;
            pacer.packetReady();
            time.runFor(Duration.ofMillis(100));
        }
        assertEquals(10_000, traffic.sentNanos.size(), 300);
        assertExponential(traffic.sentNanos);
        assertTrue(traffic.cover > 3000 && traffic.data > 5000, traffic.cover + " " + traffic.data);
    }

    @Test
    void loopCoverHasItsOwnLawAndTakesNothingThatWaits() {
        parts.set(PartKind.COVER, poisson(null, MEAN));
        pacer.restart();
        assertFalse(pacer.isPaced());
        time.runFor(Duration.ofSeconds(200));
        assertEquals(traffic.sentNanos.size(), traffic.cover);
        assertExponential(traffic.sentNanos);
        traffic.waiting = 1;
        time.runFor(Duration.ofSeconds(10));
        assertEquals(1, traffic.waiting);
    }

    @Test
    void noBurstFollowsAStall() {
        parts.set(PartKind.COVER, poisson(MEAN, MEAN));
        pacer.restart();
        time.runFor(Duration.ofSeconds(1));
        host.stall(Duration.ofSeconds(60));
        time.runFor(Duration.ofSeconds(60));
        int before = traffic.sentNanos.size();
        time.runFor(Duration.ofSeconds(2));
        assertEquals(200, traffic.sentNanos.size() - before, 60);
    }

    @Test
    void aMachineThatIsAlwaysALittleLateSendsAsMany() {
        parts.set(PartKind.COVER, poisson(MEAN, MEAN));
        pacer.restart();
        for (int i = 0; i < 1200; i++) {
            host.stall(Duration.ofMillis(30));
            time.runFor(Duration.ofMillis(50));
        }
        assertEquals(6000, traffic.sentNanos.size(), 300);
    }

    @Test
    void withoutSlotsEverythingLeavesAtOnce() {
        parts.set(PartKind.COVER, poisson(null, null));
        pacer.restart();
        assertFalse(pacer.needsCover());
        traffic.waiting = 100;
        pacer.packetReady();
        assertEquals(100, traffic.data);
        assertEquals(0, traffic.cover);
    }

    @Test
    void nothingIsAddedToACongestedLink() {
        for (CoverTrafficStrategy strategy : List.of(poisson(null, null), poisson(MEAN, MEAN))) {
            parts.set(PartKind.COVER, strategy);
            pacer.restart();
            traffic.sentNanos.clear();
            traffic.waiting = 10;
            traffic.pendingBytes = Pacer.CONGESTED_BYTES + 1;
            pacer.packetReady();
            time.runFor(Duration.ofSeconds(5));
            assertEquals(0, traffic.sentNanos.size());
            traffic.pendingBytes = 0;
            pacer.packetReady();
            time.runFor(Duration.ofSeconds(5));
            assertEquals(0, traffic.waiting);
        }
    }

    @Test
    void nothingLeavesWhileClosedStoppedOrWithoutAStrategy() {
        traffic.waiting = 10;
        pacer.restart();
        pacer.packetReady();
        time.runFor(Duration.ofSeconds(1));
        parts.set(PartKind.COVER, poisson(MEAN, MEAN));
        traffic.open = false;
        pacer.restart();
        time.runFor(Duration.ofSeconds(1));
        traffic.open = true;
        pacer.stop();
        time.runFor(Duration.ofSeconds(1));
        assertEquals(0, traffic.sentNanos.size());
        assertEquals(0, host.waiting());
    }

    @Test
    void aStrategyThatGivesItsSlotsUpLetsGoWhatWaits() {
        int[] slots = {3};
        parts.set(PartKind.COVER, new CoverTrafficStrategy() {
            @Override
            public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                return slots[0]-- > 0 ? Optional.of(MEAN) : Optional.empty();
            }

            @Override
            public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                return Optional.empty();
            }
        });
        pacer.restart();
        traffic.waiting = 10;
        time.runFor(Duration.ofMillis(59));
        assertEquals(2, traffic.data);
        time.runFor(Duration.ofMillis(2));
        assertEquals(10, traffic.data);
    }

    @Test
    void nothingLeavesUnpacedBetweenTheArrivalOfAStrategyAndItsFirstSlot() {
        pacer.partsChanged();
        traffic.waiting = 10;
        parts.set(PartKind.COVER, poisson(MEAN, null));
        pacer.packetReady();
        assertEquals(0, traffic.data, "there was no strategy, and the new one was not asked yet");
        pacer.partsChanged();
        assertEquals(0, traffic.data);
        time.runFor(Duration.ofSeconds(2));
        assertEquals(10, traffic.data);
        parts.set(PartKind.COVER, poisson(null, null));
        pacer.partsChanged();
        traffic.waiting = 1;
        parts.set(PartKind.COVER, poisson(MEAN, null));
        pacer.packetReady();
        assertEquals(10, traffic.data, "the strategy without slots is not the one in use any more");
    }

    @Test
    void aStrategyThatThrowsIsAskedAgain() {
        boolean[] broken = {true};
        CoverTrafficStrategy good = poisson(MEAN, null);
        parts.set(PartKind.COVER, new CoverTrafficStrategy() {
            @Override
            public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                if (broken[0]) {
                    throw new IllegalStateException("broken");
                }
                return good.untilNextSlot(link, randomness);
            }

            @Override
            public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                return Optional.empty();
            }
        });
        parts.serve(host.environment(), counters, () -> { });
        pacer.restart();
        time.runFor(Duration.ofSeconds(10));
        assertEquals(10, traffic.cover);
        assertEquals(11, counters.get(Counter.PART_FAILURES));
        broken[0] = false;
        time.runFor(Duration.ofSeconds(11));
        assertTrue(traffic.cover > 300);
    }
}
