package org.cloakwork.streams;

import org.cloakwork.api.Delivery;
import org.cloakwork.api.StreamException;
import org.osgi.annotation.versioning.ConsumerType;

/** How what a {@link MessageStream} says reaches the other side. Called on the threads that use the stream. */
@ConsumerType
public interface Carrier {

    /**
     * Sends a piece, each as one message.
     *
     * @param sequence number of the piece, unsigned
     * @param end      whether it is the last one
     * @param data     its bytes; not to be changed, may be sent again
     * @return the message on its way
     */
    Delivery send(long sequence, End end, byte[] data);

    /**
     * {@return how many bytes a piece should have at most at this moment}
     *
     * @since 1.3
     */
    default int pieceBytes() {
        return Integer.MAX_VALUE;
    }

    /**
     * Tells the other side how far it may send.
     *
     * @param limitBytes from the beginning on
     * @param newBytes   how many of them were read since it was told last
     * @return the message on its way
     */
    Delivery window(long limitBytes, long newBytes);

    /**
     * The stream broke: nothing goes in or out any more. Called once, from any thread; must return quickly.
     *
     * @param why the reason
     */
    void broken(StreamException why);
}
