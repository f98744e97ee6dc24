package org.cloakwork.client.line;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BiConsumer;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Stages;
import org.cloakwork.client.encode.Encoder;
import org.cloakwork.client.encode.PacketMaker;
import org.cloakwork.client.encode.Sealer;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.crypto.ReplyKey;

/** Keeps pulls ready, as cover is: a slot in which nothing leaves would tell that something was to be made. */
public final class Pulls {

    /** Kept ready while every slot asks for a packet in return. */
    private static final int MOST_READY = 12;
    private static final int BATCH = 4;

    private record Draft(Line.Pull to, int blocks, long conversation) {
    }

    private record Made(Line.Pull to, Encoder.Encoded encoded, PreparedPacket packet) {
    }

    private final PacketMaker maker;
    private final Line line;
    private final BiConsumer<List<ReplyKey>, SenderTag> toKnow;
    private final Queue<Line.Ready> ready = new ArrayDeque<>();
    private int beingMade;
    private int generation;

    /**
     * @param maker  who makes packets
     * @param line   says whom they are for
     * @param toKnow told of the keys of their reply blocks, and of the tag they go under, before they leave
     */
    public Pulls(PacketMaker maker, Line line, BiConsumer<List<ReplyKey>, SenderTag> toKnow) {
        this.maker = maker;
        this.line = line;
        this.toKnow = toKnow;
    }

    /** {@return the next pull that is still wanted, if one is ready} */
    public Optional<Line.Ready> poll() {
        Line.Ready first = ready.poll();
        while (first != null && !line.isWanted(first)) {
            first = ready.poll();
        }
        prepare();
        return Optional.ofNullable(first);
    }

    /** Makes pulls, if they will be needed and can be made. */
    public void prepare() {
        int missing = line.pullsAhead(MOST_READY) - ready.size() - beingMade;
        if (missing <= 0 || missing < BATCH && !ready.isEmpty()) {
            return;
        }
        Optional<Encoder> encoder = maker.encoder();
        Optional<Sealer> sealer = maker.sealer();
        if (encoder.isEmpty() || sealer.isEmpty()) {
            return;
        }
        List<Draft> drafts = new ArrayList<>();
        while (drafts.size() < Math.min(missing, BATCH)) {
            Optional<Line.Pull> to = line.nextPull();
            if (to.isEmpty()) {
                break;
            }
            drafts.add(new Draft(to.get(), line.blocks(to.get()), maker.conversationUnder(to.get().tag())));
        }
        if (drafts.isEmpty()) {
            return;
        }
        int before = generation;
        beingMade += drafts.size();
        maker.work(Stages.Work.COVER, drafts.size(), () -> make(drafts, encoder.get(), sealer.get()), made -> {
            beingMade -= drafts.size();
            if (before == generation) {
                made.ifPresent(all -> all.forEach(this::add));
            }
            prepare();
        });
    }

    private static List<Made> make(List<Draft> drafts, Encoder encoder, Sealer sealer) {
        List<Made> made = new ArrayList<>();
        for (Draft draft : drafts) {
            Encoder.Encoded encoded = encoder.pull(draft.to().tag(), draft.blocks(), draft.conversation());
            sealer.pull(encoded.fragments().getFirst(), draft.to().partner(), draft.conversation())
                    .ifPresent(packet -> made.add(new Made(draft.to(), encoded, packet)));
        }
        return made;
    }

    private void add(Made made) {
        toKnow.accept(made.encoded().replyKeys(), made.to().tag());
        ready.add(new Line.Ready(made.packet(),
                made.encoded().replyKeys().stream().map(key -> ByteBuffer.wrap(key.digest())).toList(), made.to()));
    }

    /** Those that are ready lead where they should not, or are sealed for keys that are over. */
    public void replace() {
        generation++;
        ready.clear();
        prepare();
    }
}
