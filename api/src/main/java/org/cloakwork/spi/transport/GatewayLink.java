package org.cloakwork.spi.transport;

import org.osgi.annotation.versioning.ConsumerType;

/** One connection to a gateway: ordered frames both ways. Methods are safe for use by many threads and do not block. */
@ConsumerType
public interface GatewayLink {

    /** Largest frame either side may send, in bytes: far above any the protocol has (protocol/4-gateway, 8). */
    int MAX_FRAME_BYTES = 128 * 1024;

    /**
     * Queues a text frame. On a closed link it is dropped: {@link Handler#closed} has been or will be called.
     *
     * @param text at most {@link #MAX_FRAME_BYTES} bytes of UTF-8
     */
    void send(String text);

    /**
     * Queues a binary frame. On a closed link it is dropped: {@link Handler#closed} has been or will be called.
     *
     * @param binary at most {@link #MAX_FRAME_BYTES} bytes; not copied, must not change afterwards
     */
    void send(byte[] binary);

    /**
     * Sends a transport-level ping; the peer's transport answers with the same bytes.
     *
     * @param payload at most 125 bytes
     */
    void ping(byte[] payload);

    /** {@return bytes accepted by the send methods and not yet handed to the operating system} */
    long pendingBytes();

    /**
     * {@return whether what is sent now may still leave: false from the moment the link ends, which may be before
     * {@link Handler#closed} tells of it}
     *
     * @since 1.1
     */
    default boolean isOpen() {
        return true;
    }

    /** Closes the link, dropping what is queued. {@link Handler#closed} follows. Idempotent. */
    void close();

    /**
     * Closes the link in order: what is queued still leaves, nothing more can be sent, and what the peer sent before it
     * learned of it is still handed over. {@link Handler#closed} follows when the peer has closed its side, or when the
     * transport does not wait any longer. Idempotent; {@link #close} cuts it short. A transport without such an end
     * closes at once.
     */
    default void finish() {
        close();
    }

    /** Told what happens on a link. Calls come one at a time and in order; they must return quickly. */
    @ConsumerType
    interface Handler {

        /** The link is open. */
        void opened();

        /**
         * A text frame came.
         *
         * @param text a text frame
         */
        void text(String text);

        /**
         * A binary frame came.
         *
         * @param binary a binary frame, owned by the callee
         */
        void binary(byte[] binary);

        /**
         * A ping was answered.
         *
         * @param payload of the ping that is answered
         */
        default void pong(byte[] payload) {
        }

        /**
         * {@link GatewayLink#pendingBytes()} fell back to zero, after a send that left it above. May be told more
         * often, and what a send hands to the operating system before it returns need not be told.
         */
        default void drained() {
        }

        /**
         * The link is closed, or could not be opened. Called exactly once, last.
         *
         * @param reason for people
         */
        void closed(String reason);
    }
}
