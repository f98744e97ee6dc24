package org.cloakwork.api;

import java.util.Optional;

/** What a client is able to do. */
public sealed interface ClientState {

    /**
     * On its way to the first session.
     *
     * @param step what it is doing
     */
    record Connecting(String step) implements ClientState {
    }

    /** Sends and receives. */
    record Ready() implements ClientState {
    }

    /**
     * Was ready and is not now, or works with an old topology; accepts messages within its limits and goes on when the
     * cause is gone.
     *
     * @param reason what is missing
     */
    record Degraded(String reason) implements ClientState {
    }

    /**
     * Ended for good.
     *
     * @param reason why
     */
    record Stopped(String reason) implements ClientState {
    }

    /** {@return {@code connecting}, {@code ready}, {@code degraded} or {@code stopped}} */
    default String word() {
        return switch (this) {
            case Connecting ignored -> "connecting";
            case Ready() -> "ready";
            case Degraded ignored -> "degraded";
            case Stopped ignored -> "stopped";
        };
    }

    /** {@return what it is doing, what is missing, or why it ended; empty: nothing, it is ready} */
    default Optional<String> why() {
        return switch (this) {
            case Connecting(String step) -> Optional.of(step);
            case Ready() -> Optional.empty();
            case Degraded(String reason) -> Optional.of(reason);
            case Stopped(String reason) -> Optional.of(reason);
        };
    }

    /** {@return both for people: {@code ready}, or such as {@code degraded: no topology}} */
    default String text() {
        return word() + why().map(why -> ": " + why).orElse("");
    }
}
