package org.cloakwork.spi.frontend;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloakwork.api.KnownExit;

/**
 * What a front-end has found out about an exit.
 *
 * @param exit        as the network or the configuration names it
 * @param state       whether it is used
 * @param roundTrip   the last that was measured: from a question to its answer
 * @param policyRules how many rules its policy has; empty: it was not told
 * @param open        whether it connects to every public address; empty: it was not told
 * @param reason      why it is not used, for people
 * @since 1.3
 */
public record ExitStanding(KnownExit exit, State state, Optional<Duration> roundTrip, OptionalInt policyRules,
                           Optional<Boolean> open, Optional<String> reason) {

    /** Whether an exit is used. */
    public enum State {
        /** New connections take it. */
        IN_USE,
        /** It has answered and could be taken. */
        READY,
        /** It is being asked. */
        ASKED,
        /** It has not been asked yet. */
        UNTRIED,
        /** It did not answer, and is asked again later. */
        ASIDE,
        /** The settings do not allow it. */
        EXCLUDED
    }

    /** Checks or copies what it is given. */
    public ExitStanding {
        Objects.requireNonNull(exit);
        Objects.requireNonNull(state);
        Objects.requireNonNull(roundTrip);
        Objects.requireNonNull(policyRules);
        Objects.requireNonNull(open);
        Objects.requireNonNull(reason);
    }
}
