package org.cloakwork.client.base;

import java.time.Duration;
import java.util.Optional;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.Randomness;

/** Gaps within their bounds. */
final class CheckedCover extends Checked<CoverTrafficStrategy> implements CoverTrafficStrategy {

    private static final int GAPS_IN_A_ROW = 100;
    // Read before a part is called: TeaVM takes an interface for initialized once a method of it was called.
    private static final Duration MOST = MAX_GAP;
    private static final Duration LEAST_HUNDRED = MIN_HUNDRED_GAPS;

    private final Method slot = new Method("untilNextSlot", Parts.BUDGET);
    private final Method loop = new Method("untilNextLoop", Parts.BUDGET);
    private final Method promise = new Method("promise", Parts.BUDGET);
    private final Rate slots = new Rate();
    private final Rate loops = new Rate();

    CheckedCover(Parts parts, CoverTrafficStrategy part, String name) {
        super(parts, PartKind.COVER, part, name);
    }

    @Override
    public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
        return slot.call(() -> slots.checked(part().untilNextSlot(link, randomness)));
    }

    @Override
    public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
        return loop.call(() -> loops.checked(part().untilNextLoop(link, randomness)));
    }

    @Override
    public Promise promise() {
        return promise.call(() -> present(part().promise()));
    }

    /** One gap may be as short as it likes; many in a row would leave time for nothing else. */
    private static final class Rate {

        private int gaps;
        private Duration sum = Duration.ZERO;

        Optional<Duration> checked(Optional<Duration> answer) {
            if (present(answer).isPresent()) {
                Duration gap = answer.get();
                if (gap.isNegative() || gap.isZero() || gap.compareTo(MOST) > 0) {
                    throw new Refused("returned " + gap + "; allowed is more than 0 and at most " + MOST);
                }
                sum = sum.plus(gap);
                if (++gaps == GAPS_IN_A_ROW) {
                    Duration hundred = sum;
                    gaps = 0;
                    sum = Duration.ZERO;
                    if (hundred.compareTo(LEAST_HUNDRED) < 0) {
                        throw new Refused("returned a hundred gaps that last " + hundred + "; allowed is at least "
                                + LEAST_HUNDRED);
                    }
                }
            }
            return answer;
        }
    }
}
