package org.cloakwork.wire;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.PacketFormat.SealRequest;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;

/**
 * Makes finished packets: encrypts, adds the acknowledgement, seals. Keeps nothing, safe for use by many threads; the
 * packet format may be another one each time. Randomness is drawn for the acknowledgement (IV, then its packet), then
 * for the data packet. Source: protocol/3-messages, 3.1, 4, 5.3 and 6.
 *
 * @param format     seals both packets
 * @param ackKey     the sender's
 * @param randomness drawn from
 */
public record PacketPreparer(PacketFormat format, AckKey ackKey, Randomness randomness) {

    /** Hops of a reply's way that delay it; how long, only the maker of its block knows. */
    private static final int REPLY_DELAYS = 3;

    public PacketPreparer {
        Objects.requireNonNull(format);
        Objects.requireNonNull(ackKey);
        Objects.requireNonNull(randomness);
    }

    /**
     * @param fragment  fills a packet size exactly
     * @param recipient key of the recipient
     * @param ephemeral fresh for this packet
     * @param route     to the recipient
     * @param ackRoute  back to the sender
     * @param rotation  of the topology both routes are from
     * @return the packet
     * @throws IllegalArgumentException if the fragment does not fill a packet
     */
    public PreparedPacket forward(Fragment fragment, EncryptionKey recipient, EncryptionKeyPair ephemeral, Route route,
            Route ackRoute, KeyRotation rotation) {
        PacketSize size = sizeFor(fragment);
        return toRoute(fragment.bytes(), size, fragment.id(), recipient, ephemeral, route, ackRoute, rotation);
    }

    /**
     * @param size      of the packet
     * @param own       key of this client, to which cover goes back
     * @param ephemeral fresh for this packet
     * @param route     back to this client
     * @param ackRoute  back to this client
     * @param rotation  of the topology both routes are from
     * @return the packet
     */
    public PreparedPacket cover(PacketSize size, EncryptionKey own, EncryptionKeyPair ephemeral, Route route,
            Route ackRoute, KeyRotation rotation) {
        return toRoute(CoverPacket.body(size.fragmentLength()), size, FragmentId.COVER, own, ephemeral, route, ackRoute,
                rotation);
    }

    /**
     * @param fragment     fills a packet size exactly
     * @param replySurb    used up by this
     * @param ackRoute     back to the sender
     * @param meanHopDelay of the network, for the expected round trip
     * @return the packet, of the reply block's rotation
     * @throws IllegalArgumentException if the fragment does not fill a packet
     */
    public PreparedPacket reply(Fragment fragment, ReplySurb replySurb, Route ackRoute, Duration meanHopDelay) {
        PacketSize size = sizeFor(fragment);
        byte[] plaintext = Bytes.concat(SurbAck.create(format, ackRoute, ackKey, fragment.id(), randomness),
                PayloadEncryption.toReply(fragment.bytes(), replySurb.key()));
        byte[] packet = format.seal(replySurb.surb(), plaintext, size.payloadLength());
        return new PreparedPacket(replySurb.surb().firstHop(), replySurb.rotation(), packet,
                Duration.ofMillis(REPLY_DELAYS * meanHopDelay.toMillis()).toNanos() + ackRoute.delayNanos());
    }

    private PreparedPacket toRoute(byte[] body, PacketSize size, FragmentId id, EncryptionKey recipient,
            EncryptionKeyPair ephemeral, Route route, Route ackRoute, KeyRotation rotation) {
        byte[] plaintext = Bytes.concat(SurbAck.create(format, ackRoute, ackKey, id, randomness),
                PayloadEncryption.toRecipient(body, ephemeral, recipient));
        byte[] packet = format.seal(
                List.of(new SealRequest(route, plaintext, size.payloadLength())), randomness).getFirst();
        return new PreparedPacket(route.hops().getFirst().address(), rotation, packet,
                route.delayNanos() + ackRoute.delayNanos());
    }

    private static PacketSize sizeFor(Fragment fragment) {
        return PacketSize.ofFragmentLength(fragment.length()).orElseThrow(() -> new IllegalArgumentException(
                "a fragment of " + fragment.length() + " bytes fills no packet"));
    }
}
