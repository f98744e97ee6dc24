package org.cloakwork.localnet.node;

/** Something happened on the link of a {@link GatewaySession}, or in another session. */
sealed interface SessionEvent {

    /** The link is open. */
    record Opened() implements SessionEvent {
    }

    /** A text frame came. */
    record Text(String text) implements SessionEvent {
    }

    /** A binary frame came. */
    record Binary(byte[] frame) implements SessionEvent {
    }

    /** The answer to a ping came. */
    record Pong(byte[] payload) implements SessionEvent {
    }

    /** The timer of this number ended; an older number means nothing any more. */
    record TimerEnded(int id) implements SessionEvent {
    }

    /** A newer session of the same client asks whether this one is alive. */
    record Probe(GatewaySession asker) implements SessionEvent {
    }

    /** The answer to a {@link Probe}. */
    record Verdict(boolean alive) implements SessionEvent {
    }

    /** A newer session of the same client took over. */
    record Replaced() implements SessionEvent {
    }

    /** The link is closed. */
    record Closed() implements SessionEvent {
    }
}
