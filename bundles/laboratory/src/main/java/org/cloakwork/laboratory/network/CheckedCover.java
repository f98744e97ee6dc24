package org.cloakwork.laboratory.network;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.Randomness;

/** A cover part whose faults are told with its name: with gaps of nothing a study would never come to its end. */
public final class CheckedCover implements CoverTrafficStrategy {

    private static final int GAPS_IN_A_ROW = 100;

    private final CoverTrafficStrategy part;
    private final Rate slots = new Rate("untilNextSlot");
    private final Rate loops = new Rate("untilNextLoop");

    /** @param part that answers */
    public CheckedCover(CoverTrafficStrategy part) {
        this.part = part;
    }

    @Override
    public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
        return slots.checked(() -> part.untilNextSlot(link, randomness));
    }

    @Override
    public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
        return loops.checked(() -> part.untilNextLoop(link, randomness));
    }

    @Override
    public Promise promise() {
        return part.promise();
    }

    private final class Rate {

        private final String call;
        private int gaps;
        private Duration sum = Duration.ZERO;

        Rate(String call) {
            this.call = call;
        }

        Optional<Duration> checked(Supplier<Optional<Duration>> body) {
            Optional<Duration> answer = Fault.called("cover", part, call, body);
            answer.ifPresent(gap -> {
                if (gap.isNegative() || gap.isZero() || gap.compareTo(MAX_GAP) > 0) {
                    throw Fault.of("cover", part, call + " returned " + gap + "; allowed is more than 0 and at most "
                            + MAX_GAP, null);
                }
                sum = sum.plus(gap);
                if (++gaps == GAPS_IN_A_ROW) {
                    if (sum.compareTo(MIN_HUNDRED_GAPS) < 0) {
                        throw Fault.of("cover", part, call + " returned a hundred gaps that last " + sum
                                + "; allowed is at least " + MIN_HUNDRED_GAPS, null);
                    }
                    gaps = 0;
                    sum = Duration.ZERO;
                }
            });
            return answer;
        }
    }
}
