package org.cloakwork.localnet.simulation;

import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketDraft;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * Of a client that wants to know who writes to it anonymously: over their reply blocks it sends, in place of answers of
 * one packet, messages under a new tag with a few reply blocks of its own, so that who treats them like what comes to
 * its address runs short of blocks and asks for more.
 */
final class HostileCryptography implements Cryptography {

    private static final int SURBS = 2;
    private static final int SURB_LIST_VERSION = 2;

    private final Cryptography actual;
    private long surbs;

    /** @param actual what honest clients use */
    HostileCryptography(Cryptography actual) {
        this.actual = actual;
    }

    /** {@return how many reply blocks were given away so} */
    long surbs() {
        return surbs;
    }

    @Override
    public Packets packets(PacketFormat format, AckKey ackKey, Randomness randomness) {
        Packets packets = actual.packets(format, ackKey, randomness);
        return drafts -> packets.prepare(drafts.stream().map(draft -> draft instanceof PacketDraft.Reply reply
                ? hostile(reply, format, randomness) : draft).toList());
    }

    private PacketDraft hostile(PacketDraft.Reply reply, PacketFormat format, Randomness randomness) {
        Fragment fragment = reply.fragment();
        byte[] data;
        try {
            if (fragment.total() > 1 || !(NymMessage.parse(Padding.unpad(fragment.payload()))
                    instanceof NymMessage.Reply(ReplyContent.Data(byte[] answer)))) {
                return reply;
            }
            data = answer;
        } catch (WireException e) {
            throw new IllegalStateException("an answer of our own", e);
        }
        // The acknowledgement's way leads here, for the rotation of the block that is used.
        List<ReplySurb> own = Stream.generate(() -> new ReplySurb(ReplyKey.generate(randomness),
                format.createSurb(reply.ackRoute(), randomness), reply.surb().rotation())).limit(SURBS).toList();
        byte[] padded = Padding.pad(new NymMessage.Repliable(new SenderTag(randomness.bytes(SenderTag.LENGTH)),
                new RepliableContent.Data(SURB_LIST_VERSION, own, data)).bytes(), fragment.length());
        if (padded.length != fragment.payload().length) {
            return reply;
        }
        surbs += SURBS;
        return new PacketDraft.Reply(new Fragment(fragment.setId(), fragment.total(), fragment.position(),
                fragment.previousSet(), fragment.nextSet(), padded), reply.surb(), reply.ackRoute(),
                reply.meanHopDelay());
    }

    @Override
    public FragmentId openAck(byte[] delivered, AckKey key) throws WireException {
        return actual.openAck(delivered, key);
    }

    @Override
    public byte[] open(byte[] delivered, EncryptionKeyPair own) throws WireException {
        return actual.open(delivered, own);
    }

    @Override
    public byte[] openReply(byte[] delivered, ReplyKey key) throws WireException {
        return actual.openReply(delivered, key);
    }

    @Override
    public byte[] sealFrame(MixPacket packet, int protocolVersion, GatewaySharedKey key, Randomness randomness) {
        return actual.sealFrame(packet, protocolVersion, key, randomness);
    }

    @Override
    public byte[] openFrame(byte[] frame, GatewaySharedKey key) throws WireException {
        return actual.openFrame(frame, key);
    }
}
