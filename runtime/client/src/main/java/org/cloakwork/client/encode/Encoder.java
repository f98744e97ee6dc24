package org.cloakwork.client.encode;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.wire.Chunking;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * Turns content into fragments, making the reply blocks it carries. Runs on worker threads: keeps no state.
 *
 * @param format     makes the reply blocks
 * @param routes     for them
 * @param own        our address, where they lead
 * @param sizes      of packets
 * @param randomness for keys and set ids
 */
public record Encoder(PacketFormat format, Routes routes, MixnetAddress own, PacketSizes sizes,
                      Randomness randomness) {

    /** Version of the list that carries reply blocks made from key seeds. */
    private static final int SURB_LIST_VERSION = 2;
    /** Packets in return that one is asked for with at most: more would be a way to have others send much. */
    public static final int MOST_PULLED = 2;
    /** Kind, tag, content tag, head of the list, padding marker. Source: protocol/2-packets, 5. */
    private static final int HEADER_LENGTH = 1 + SenderTag.LENGTH + 1 + 4 + 1;
    /** A reply block of four hops. */
    private static final int SURB_LENGTH = 460;

    /**
     * What came of a message.
     *
     * @param fragments of it, in order
     * @param replyKeys of the reply blocks inside, to be known before the first fragment leaves
     * @param ownTag    the tag they go under
     */
    public record Encoded(List<Fragment> fragments, List<ReplyKey> replyKeys, Optional<SenderTag> ownTag) {
    }

    /**
     * @param content      what to say
     * @param conversation that it belongs to
     * @return its fragments
     */
    public Encoded encode(Content content, long conversation) {
        List<ReplySurb> surbs = new ArrayList<>();
        NymMessage message = switch (content) {
            case Content.Plain(byte[] data) -> new NymMessage.Plain(data);
            case Content.Anonymous(var tag, int count, byte[] data) -> new NymMessage.Repliable(tag,
                    new RepliableContent.Data(SURB_LIST_VERSION, make(count, conversation, surbs), data));
            case Content.Reply(byte[] data) -> new NymMessage.Reply(new ReplyContent.Data(data));
            case Content.SurbRequest(MixnetAddress asking, int amount) ->
                    new NymMessage.Reply(new ReplyContent.SurbRequest(asking, amount));
            case Content.MoreSurbs(var tag, int count) -> new NymMessage.Repliable(tag,
                    new RepliableContent.AdditionalSurbs(SURB_LIST_VERSION, make(count, conversation, surbs)));
        };
        return cut(message, surbs);
    }

    /**
     * @param tag          under which the receiver knows us
     * @param count        of packets that are to come in return, at most {@link #MOST_PULLED}
     * @param conversation that it belongs to
     * @return a message of one packet that asks for them and says nothing else
     */
    public Encoded pull(SenderTag tag, int count, long conversation) {
        List<ReplySurb> surbs = new ArrayList<>();
        return cut(new NymMessage.Repliable(tag, new RepliableContent.Heartbeat(SURB_LIST_VERSION,
                make(count, conversation, surbs))), surbs);
    }

    /**
     * So many that whoever uses each for one packet gives back as many packets as come.
     *
     * @param length of the data of an anonymous message
     * @param sizes  of packets
     * @return reply blocks for it
     */
    public static int evenSurbs(int length, PacketSizes sizes) {
        int count = 1;
        while (packets(length, count, sizes) > count) {
            count++;
        }
        return count;
    }

    /**
     * @param sizes of packets
     * @return the length of the longest data that makes one packet with one reply block
     */
    public static int longestEven(PacketSizes sizes) {
        return sizes.primary().fragmentLength() - Fragment.HEADER_LENGTH - HEADER_LENGTH - SURB_LENGTH;
    }

    /**
     * @param length of the data of an anonymous message
     * @param surbs  reply blocks that go along
     * @param sizes  of packets
     * @return packets that it makes
     */
    public static int packets(int length, int surbs, PacketSizes sizes) {
        int bytes = HEADER_LENGTH + surbs * SURB_LENGTH + length;
        return Chunking.requiredFragments(bytes, sizes.forMessage(bytes).fragmentLength()).fragments();
    }

    private Encoded cut(NymMessage message, List<ReplySurb> surbs) {
        byte[] bytes = message.bytes();
        int length = sizes.forMessage(bytes.length).fragmentLength();
        List<Fragment> fragments = Chunking.split(Padding.pad(bytes, length), length,
                () -> Chunking.randomSetId(randomness));
        Optional<SenderTag> ownTag = message instanceof NymMessage.Repliable(SenderTag tag, var ignored)
                ? Optional.of(tag) : Optional.empty();
        return new Encoded(fragments, surbs.stream().map(ReplySurb::key).toList(), ownTag);
    }

    private List<ReplySurb> make(int count, long conversation, List<ReplySurb> surbs) {
        for (int i = 0; i < count; i++) {
            // Our own gateway is checked to be in the topology before anything is encoded.
            surbs.add(new ReplySurb(ReplyKey.generate(randomness), format.createSurb(
                    routes.to(PacketKind.REPLY_BLOCK, conversation, own.gateway(), own.identity(), own.gateway())
                            .orElseThrow().route(), randomness),
                    routes.topology().keyRotation()));
        }
        return surbs;
    }
}
