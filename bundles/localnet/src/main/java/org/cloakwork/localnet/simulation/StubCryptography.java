package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.localnet.node.Frames;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.CoverPacket;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.PacketDraft;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.PacketType;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.SurbAck;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * Everything as long as it is in life, and nothing encrypted: a payload begins with the recipient's key, an
 * acknowledgement with the sender's, and a frame is what it carries. For {@link StubPacketFormat} only. A simulated day
 * is billions of bytes, so nothing is copied that need not be.
 */
final class StubCryptography implements Cryptography, Frames {

    private static final int PREFIX_LENGTH = EncryptionKey.LENGTH;
    private static final byte[] COVER = CoverPacket.body(PacketSize.REGULAR.fragmentLength());
    private static final int REPLY_DELAYS = 3;

    private final StubPacketFormat format;

    /** @param format of the packets */
    StubCryptography(StubPacketFormat format) {
        this.format = format;
    }

    private record StubPackets(AckKey ackKey, Randomness randomness) implements Packets {

        @Override
        public List<PreparedPacket> prepare(List<PacketDraft> drafts) {
            return drafts.stream().map(this::prepare).toList();
        }

        private PreparedPacket prepare(PacketDraft draft) {
            if (draft.size() != PacketSize.REGULAR) {
                throw new IllegalArgumentException("stub packets are regular in size, not " + draft.size());
            }
            return switch (draft) {
                case PacketDraft.Forward forward -> forward(forward, forward.id());
                case PacketDraft.Pull(PacketDraft.Forward forward) -> forward(forward, draft.id());
                case PacketDraft.Cover(PacketSize size, EncryptionKey own, Route route, Route ackRoute,
                        KeyRotation rotation) -> toRoute(COVER, FragmentId.COVER, own, route, ackRoute, rotation);
                case PacketDraft.Reply reply -> reply(draft, reply.fragment().bytes(), reply.surb(),
                        reply.meanHopDelay());
                case PacketDraft.Filler filler -> reply(draft, COVER, filler.surb(), filler.meanHopDelay());
            };
        }

        private PreparedPacket forward(PacketDraft.Forward forward, FragmentId id) {
            return toRoute(forward.fragment().bytes(), id, forward.recipient(), forward.route(), forward.ackRoute(),
                    forward.rotation());
        }

        private PreparedPacket toRoute(byte[] body, FragmentId id, EncryptionKey recipient, Route route, Route ackRoute,
                KeyRotation rotation) {
            byte[] packet = new byte[PacketSize.REGULAR.packetLength()];
            StubPacketFormat.putHeader(packet, 0, route, randomness);
            putContent(packet, id, ackRoute, recipient.bytes(), body);
            return new PreparedPacket(route.hops().getFirst().address(), rotation, packet,
                    delayNanos(route) + delayNanos(ackRoute), Optional.empty());
        }

        private static long delayNanos(Route route) {
            long nanos = 0;
            for (int i = 0; i < route.hops().size() - 1; i++) {
                nanos += route.hops().get(i).delayNanos();
            }
            return nanos;
        }

        private PreparedPacket reply(PacketDraft draft, byte[] body, ReplySurb surb, Duration meanHopDelay) {
            byte[] packet = Arrays.copyOf(surb.surb().header(), PacketSize.REGULAR.packetLength());
            putContent(packet, draft.id(), draft.ackRoute(), surb.key().digest(), body);
            return new PreparedPacket(surb.surb().firstHop(), surb.rotation(), packet,
                    REPLY_DELAYS * meanHopDelay.toNanos() + delayNanos(draft.ackRoute()), Optional.empty());
        }

        /** Acknowledgement, prefix and body: all that a packet has behind its header. */
        private void putContent(byte[] packet, FragmentId id, Route ackRoute, byte[] prefix, byte[] body) {
            int at = StubPacketFormat.beginMessage(packet, 0, SurbAck.LENGTH + PREFIX_LENGTH + body.length);
            byte[] ackHop = ackRoute.hops().getFirst().address().bytes();
            System.arraycopy(ackHop, 0, packet, at, ackHop.length);
            at += NodeAddress.SHORT_LENGTH;
            StubPacketFormat.putHeader(packet, at, ackRoute, randomness);
            int ack = StubPacketFormat.beginMessage(packet, at, SurbAck.DELIVERED_LENGTH);
            System.arraycopy(ackKey.bytes(), 0, packet, ack, AckKey.LENGTH);
            System.arraycopy(id.bytes(), 0, packet, ack + AckKey.LENGTH, FragmentId.LENGTH);
            at += PacketSize.ACK.packetLength();
            System.arraycopy(prefix, 0, packet, at, PREFIX_LENGTH);
            System.arraycopy(body, 0, packet, at + PREFIX_LENGTH, body.length);
        }
    }

    @Override
    public Packets packets(PacketFormat format, AckKey ackKey, Randomness randomness) {
        return new StubPackets(ackKey, randomness);
    }

    @Override
    public FragmentId openAck(byte[] delivered, AckKey key) throws WireException {
        if (delivered.length != SurbAck.DELIVERED_LENGTH || !begins(delivered, key.bytes())) {
            throw new WireException("no acknowledgement of ours");
        }
        return FragmentId.parse(Arrays.copyOfRange(delivered, AckKey.LENGTH, delivered.length));
    }

    @Override
    public byte[] open(byte[] delivered, EncryptionKeyPair own) throws WireException {
        if (!begins(delivered, own.publicKey().bytes())) {
            throw new WireException("not for us");
        }
        return Arrays.copyOfRange(delivered, PREFIX_LENGTH, delivered.length);
    }

    @Override
    public byte[] openReply(byte[] delivered, ReplyKey key) throws WireException {
        return Arrays.copyOfRange(delivered, PREFIX_LENGTH, delivered.length);
    }

    private static boolean begins(byte[] bytes, byte[] with) {
        return bytes.length >= with.length && Arrays.equals(bytes, 0, with.length, with, 0, with.length);
    }

    // ------------------------------------------------------------------ frames

    @Override
    public byte[] sealFrame(MixPacket packet, int protocolVersion, GatewaySharedKey key, Randomness randomness) {
        return StubPacketFormat.withRotation(packet.packet(), packet.rotation());
    }

    @Override
    public MixPacket openPacket(byte[] frame, GatewaySharedKey key) throws WireException {
        if (PacketSize.ofPacketLength(frame.length).isEmpty()) {
            throw new WireException("a frame of " + frame.length + " bytes");
        }
        Optional<KeyRotation> rotation = StubPacketFormat.rotation(frame);
        if (rotation.isEmpty()) {
            throw new WireException("a frame without a packet");
        }
        try {
            return new MixPacket(PacketType.MIX, rotation.get(), format.firstHop(frame), frame);
        } catch (SphinxException e) {
            throw new WireException(e.getMessage());
        }
    }

    @Override
    public byte[] sealMessage(byte[] message, GatewaySharedKey key, Randomness randomness) {
        return message;
    }

    @Override
    public byte[] openFrame(byte[] frame, GatewaySharedKey key) {
        return frame;
    }
}
