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
