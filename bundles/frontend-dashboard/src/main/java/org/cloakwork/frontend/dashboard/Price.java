package org.cloakwork.frontend.dashboard;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.PacketSize;

/** What each cover part that is installed costs, learnt by asking it for its gaps as a client would. */
final class Price {

    private static final int DRAWS = 500;
    private static final double NANOS = 1e9;
    private static final int OUT_BYTES = PacketSize.REGULAR.packetLength();
    /** As measured: the frames of a loop that comes back, of its acknowledgement, and of the gateway's answer to it. */
    private static final int BACK_BYTES = 1677 + 53 + 72;

    /**
     * @param packetsPerSecond that leave in any case; 0: only what there is to send
     * @param outBytes         a second
     * @param backBytes        a second, while nothing is sent
     * @param waitMillis       that a packet waits for its turn, in the mean
     */
    record Of(double packetsPerSecond, double outBytes, double backBytes, double waitMillis) {
    }

    private final Map<CoverTrafficStrategy, Of> known = new WeakHashMap<>();

    synchronized Of of(CoverTrafficStrategy strategy) {
        return known.computeIfAbsent(strategy, Price::ask);
    }

    private static Of ask(CoverTrafficStrategy strategy) {
        Random random = new Random(1);
        Randomness randomness = random::nextBytes;
        CoverTrafficStrategy.Link quiet = new CoverTrafficStrategy.Link() {
            @Override
            public boolean congested() {
                return false;
            }

            @Override
            public int congestionLevel() {
                return 0;
            }
        };
        Gaps slots = Gaps.of(() -> strategy.untilNextSlot(quiet, randomness));
        Gaps loops = Gaps.of(() -> strategy.untilNextLoop(quiet, randomness));
        double rate = slots.rate() + loops.rate();
        return new Of(rate, rate * OUT_BYTES, rate * BACK_BYTES, slots.waitMillis());
    }

    /** @param sum of the gaps and of their squares, seconds */
    private record Gaps(int count, double sum, double squares) {

        static Gaps of(Supplier<Optional<Duration>> next) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < DRAWS; i++) {
                Optional<Duration> gap = next.get();
                if (gap.isEmpty()) {
                    return new Gaps(0, 0, 0);
                }
                double seconds = gap.get().toNanos() / NANOS;
                sum += seconds;
                squares += seconds * seconds;
            }
            return new Gaps(DRAWS, sum, squares);
        }

        double rate() {
            return sum == 0 ? 0 : count / sum;
        }

        /** Whoever comes at any time meets a long gap more likely than a short one. */
        double waitMillis() {
            return sum == 0 ? 0 : squares / (2 * sum) * 1000;
        }
    }
}
