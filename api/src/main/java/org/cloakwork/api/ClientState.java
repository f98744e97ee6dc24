package org.cloakwork.api;

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
}
