package org.cloakwork.wire;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.PacketFormat.SealRequest;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;

/**
 * Makes finished packets: encrypts, adds the acknowledgements, seals. Keeps nothing, safe for use by many threads; the
 * packet format may be another one each time. Randomness is drawn for all acknowledgements (their IVs, then their
 * packets), then for the data packets. Source: protocol/3-messages, 3.1, 4, 5.3 and 6.
 *
 * @param format     seals both packets
 * @param ackKey     the sender's
 * @param randomness drawn from
 * @param ephemerals a fresh key pair for each packet that is no reply
 */
public record PacketPreparer(PacketFormat format, AckKey ackKey, Randomness randomness,
                             Supplier<EncryptionKeyPair> ephemerals) {

    /** Hops of a reply's way that delay it; how long, only the maker of its block knows. */
    private static final int REPLY_DELAYS = 3;

    public PacketPreparer {
        Objects.requireNonNull(format);
        Objects.requireNonNull(ackKey);
        Objects.requireNonNull(randomness);
        Objects.requireNonNull(ephemerals);
    }

    /**
     * Seals all acknowledgements with one call of the format, then all data packets but replies with another: packets
     * sealed together cost less each.
     *
     * @param drafts what to make packets of
     * @return the packets in the order of the drafts
     */
    public List<PreparedPacket> prepare(List<PacketDraft> drafts) {
        List<byte[]> acks = SurbAck.create(format, drafts.stream().map(PacketDraft::ackRoute).toList(), ackKey,
                drafts.stream().map(PacketDraft::id).toList(), randomness);
        List<SealRequest> requests = new ArrayList<>(drafts.size());
        List<EncryptionKey> keys = new ArrayList<>(drafts.size());
        for (int i = 0; i < drafts.size(); i++) {
            byte[] ack = acks.get(i);
            PacketDraft draft = drafts.get(i);
            switch (draft) {
                case PacketDraft.Forward forward -> requests.add(forward(forward, ack));
                case PacketDraft.Pull(PacketDraft.Forward forward) -> requests.add(forward(forward, ack));
                case PacketDraft.Cover cover -> {
                    EncryptionKeyPair ephemeral = ephemerals.get();
                    keys.add(ephemeral.publicKey());
                    requests.add(request(draft, ack, CoverPacket.body(cover.size().fragmentLength()), ephemeral,
                            cover.own(), cover.route()));
                }
                case PacketDraft.Reply ignored -> { }
                case PacketDraft.Filler ignored -> { }
            }
        }
        Iterator<byte[]> sealed = format.seal(requests, randomness).iterator();
        Iterator<EncryptionKey> coverKeys = keys.iterator();
        List<PreparedPacket> packets = new ArrayList<>(drafts.size());
        for (int i = 0; i < drafts.size(); i++) {
            packets.add(switch (drafts.get(i)) {
                case PacketDraft.Forward forward -> packet(forward, sealed.next());
                case PacketDraft.Pull(PacketDraft.Forward forward) -> packet(forward, sealed.next());
                case PacketDraft.Cover cover ->
                        packet(cover.route(), cover.ackRoute(), cover.rotation(), sealed.next(),
                                Optional.of(coverKeys.next()));
                case PacketDraft.Reply reply -> reply(reply, reply.surb(), reply.fragment().bytes(),
                        reply.meanHopDelay(), acks.get(i));
                case PacketDraft.Filler filler -> reply(filler, filler.surb(),
                        CoverPacket.body(filler.size().fragmentLength()), filler.meanHopDelay(), acks.get(i));
            });
        }
        return packets;
    }

    private SealRequest forward(PacketDraft.Forward forward, byte[] ack) {
        return request(forward, ack, forward.fragment().bytes(), ephemerals.get(), forward.recipient(),
                forward.route());
    }

    private static PreparedPacket packet(PacketDraft.Forward forward, byte[] sealed) {
        return packet(forward.route(), forward.ackRoute(), forward.rotation(), sealed, Optional.empty());
    }

    private static SealRequest request(PacketDraft draft, byte[] ack, byte[] body, EncryptionKeyPair ephemeral,
                                       EncryptionKey recipient, Route route) {
        return new SealRequest(route, Bytes.concat(ack, PayloadEncryption.toRecipient(body, ephemeral, recipient)),
                draft.size().payloadLength());
    }

    private static PreparedPacket packet(Route route, Route ackRoute, KeyRotation rotation, byte[] sealed,
                                         Optional<EncryptionKey> coverKey) {
        return new PreparedPacket(route.hops().getFirst().address(), rotation, sealed,
                route.delayNanos() + ackRoute.delayNanos(), coverKey);
    }

    private PreparedPacket reply(PacketDraft draft, ReplySurb surb, byte[] body, Duration meanHopDelay, byte[] ack) {
        byte[] plaintext = Bytes.concat(ack, PayloadEncryption.toReply(body, surb.key()));
        return new PreparedPacket(surb.surb().firstHop(), surb.rotation(),
                format.seal(surb.surb(), plaintext, draft.size().payloadLength()),
                Duration.ofMillis(REPLY_DELAYS * meanHopDelay.toMillis()).toNanos() + draft.ackRoute().delayNanos(),
                Optional.empty());
    }
}
