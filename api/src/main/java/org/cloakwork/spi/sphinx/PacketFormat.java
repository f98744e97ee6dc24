package org.cloakwork.spi.sphinx;

import java.util.Collection;
import java.util.List;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.runtime.Randomness;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Nym's Sphinx packet format. Registered as an OSGi service with {@code cloakwork.part=sphinx} and
 * {@code cloakwork.name}. Safe for use by many threads; keeps nothing but what it can compute again, so it may be
 * exchanged at any moment. Source: protocol/1-sphinx.
 *
 * <p>Bounds: a call of a client returns within 5 seconds, however many packets it makes, and throws nothing but what is
 * said here; packets are as many as the requests, and each as long as its header and payload. A format that breaks one
 * of them is named in the client's state and not used for a while; the one before goes on. Whether its packets can be
 * opened the client does not see.
 *
 * <p>For the same randomness every implementation gives the same bytes. Per packet or SURB, randomness is drawn in this
 * order: the initial secret (32 bytes), then the last hop's padding (248, 188, 128, 68 or 8 bytes for 1 to 5 hops).
 */
@ConsumerType
public interface PacketFormat {

    /** Explicit payload keys, 192 bytes a hop. Understood by every node; not sent by us. */
    int VERSION_EXPLICIT_KEYS = 258;
    /** Payload keys from 16-byte seeds: what we send. */
    int VERSION_SEEDS = 259;

    /** Length of a packet's header. */
    int HEADER_LENGTH = 348;
    /** Bytes of a payload that are not message: 16 zeros in front, one marker behind. */
    int PAYLOAD_OVERHEAD = 17;
    /** Shortest payload. */
    int MIN_PAYLOAD_LENGTH = 33;
    /** Most hops of a route. */
    int MAX_HOPS = 5;

    /**
     * Gets ready for routes through these nodes, for example by computing tables in the background. Called when the
     * topology changes; a hint only, other keys must work too.
     *
     * @param nodeKeys keys of the nodes that routes will use
     */
    default void prepare(Collection<EncryptionKey> nodeKeys) {
    }

    /**
     * Seals packets.
     *
     * @param requests   what to seal
     * @param randomness drawn from for the requests in their order
     * @return the packets in the order of the requests, each header and payload
     */
    List<byte[]> seal(List<SealRequest> requests, Randomness randomness);

    /**
     * Makes a single-use reply block: a finished header and the keys its user needs.
     *
     * @param route      to its maker
     * @param randomness drawn from as for a packet
     * @return the block
     */
    Surb createSurb(Route route, Randomness randomness);

    /**
     * Seals a packet with a reply block. The version in its header was chosen by its maker.
     *
     * @param surb          used up by this
     * @param message       at most {@code payloadLength - 17} bytes
     * @param payloadLength at least {@link #MIN_PAYLOAD_LENGTH}
     * @return header and payload, to be sent to the block's first hop
     * @throws IllegalArgumentException if the lengths do not fit
     */
    byte[] seal(Surb surb, byte[] message, int payloadLength);

    /**
     * What a node does with a packet: checks, peels one layer, blinds.
     *
     * @param packet header and payload; not changed
     * @param key    the node's private key
     * @return where it goes next, or what arrived here
     * @throws SphinxException if the packet is not for this key or malformed; never another exception
     */
    Processed process(byte[] packet, SphinxPrivateKey key) throws SphinxException;

    /**
     * A packet to seal.
     *
     * @param route         at most {@link #MAX_HOPS} hops
     * @param message       at most {@code payloadLength - 17} bytes; not copied
     * @param payloadLength at least {@link #MIN_PAYLOAD_LENGTH}
     */
    record SealRequest(Route route, byte[] message, int payloadLength) {

        /** Checks or copies what it is given. */
        public SealRequest {
            checkLengths(message.length, payloadLength);
        }

        /**
         * Checks that a message fits.
         *
         * @param messageLength of a message
         * @param payloadLength of the payload that shall hold it
         * @throws IllegalArgumentException if it does not fit
         */
        public static void checkLengths(int messageLength, int payloadLength) {
            if (payloadLength < MIN_PAYLOAD_LENGTH) {
                throw new IllegalArgumentException(
                        "payload must be at least " + MIN_PAYLOAD_LENGTH + " bytes, not " + payloadLength);
            }
            if (messageLength > payloadLength - PAYLOAD_OVERHEAD) {
                throw new IllegalArgumentException("a message of " + messageLength + " bytes does not fit a payload of "
                        + payloadLength);
            }
        }
    }
}
