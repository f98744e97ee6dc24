package org.cloakwork.client.base;

import java.util.OptionalLong;
import org.cloakwork.api.Outcome;

/**
 * Is told what happens to packets and messages, on the thread on which it happens, for tools that watch the process:
 * nothing of recipients, contents or keys. It must be quick.
 */
public interface Stages {

    /** Nobody watches. */
    Stages NONE = new Stages() { };

    /** What workers do. */
    enum Work {
        /** Cut a message into fragments and encrypt it to its recipient. */
        ENCODE,
        /** Wrap fragments in Sphinx packets. */
        SEAL,
        /** Make cover packets. */
        COVER
    }

    /** Work that goes on; closed on the same thread when it is done. */
    @FunctionalInterface
    interface Span extends AutoCloseable {

        /** Nobody watches. */
        Span NONE = () -> { };

        @Override
        void close();
    }

    /**
     * A message that ended.
     *
     * @param packets      it was cut into
     * @param copies       further ones that left
     * @param sealedNanos  from its acceptance until its last packet was sealed, if it was
     * @param sentNanos    from its acceptance until its last packet left, if it did
     * @param elapsedNanos from its acceptance
     * @param outcome      of it
     */
    record Ended(int packets, int copies, OptionalLong sealedNanos, OptionalLong sentNanos, long elapsedNanos,
                 Outcome outcome) {
    }

    /**
     * @param counter went up
     * @param amount  by this, above 0
     */
    default void counted(Counter counter, long amount) {
    }

    /**
     * @param what    begins
     * @param packets at most so many come of it; for a message, 1
     * @return to be closed when it is done
     */
    default Span begin(Work what, int packets) {
        return Span.NONE;
    }

    /**
     * A packet of a message was acknowledged.
     *
     * @param nanos         since it left first
     * @param transmissions how often it left
     */
    default void acknowledged(long nanos, int transmissions) {
    }

    /** @param message has ended */
    default void ended(Ended message) {
    }
}
