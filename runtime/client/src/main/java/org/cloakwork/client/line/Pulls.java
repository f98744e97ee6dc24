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
    /** Of those that even the line. */
    private static final int MOST_CORRECTIONS = 2;

    private record Draft(Line.Pull to, int blocks, long conversation) {
    }

    private record Made(Draft draft, Encoder.Encoded encoded, PreparedPacket packet) {
    }

    private final PacketMaker maker;
    private final Line line;
    private final BiConsumer<List<ReplyKey>, SenderTag> toKnow;
    private final Queue<Line.Ready> ready = new ArrayDeque<>();
    private final Queue<Line.Ready> corrections = new ArrayDeque<>();
    private boolean corrected;
    private int beingMade;
    private int correctionsBeingMade;
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
        return poll(ready);
    }

    /**
     * To be asked in each slot that asks for packets in return, before anything else leaves in it: whoever sends all
     * the time has no other slot for it.
     *
     * @return a pull that evens what differs, in every other slot at most
     */
    public Optional<Line.Ready> pollCorrection() {
        Optional<Line.Ready> next = corrected ? Optional.empty() : poll(corrections);
        corrected = next.isPresent();
        prepare();
        return next;
    }

    private Optional<Line.Ready> poll(Queue<Line.Ready> from) {
        Line.Ready first = from.poll();
        while (first != null && !line.isWanted(first)) {
            unsent(first);
            first = from.poll();
        }
        prepare();
        return Optional.ofNullable(first);
    }

    /** Makes pulls, if they will be needed and can be made. */
    public void prepare() {
        int missing = line.pullsAhead(MOST_READY) - ready.size() - beingMade;
        int wanted = missing >= BATCH || missing > 0 && ready.isEmpty() ? Math.min(missing, BATCH)
                : missing > -MOST_READY && hasRoomForCorrections() && line.isUneven() ? 1 : 0;
        if (wanted == 0) {
            return;
        }
        Optional<Encoder> encoder = maker.encoder();
        Optional<Sealer> sealer = maker.sealer();
        if (encoder.isEmpty() || sealer.isEmpty()) {
            return;
        }
        List<Draft> drafts = drafts(wanted);
        if (drafts.isEmpty()) {
            return;
        }
        int before = generation;
        beingMade += drafts.size();
        maker.work(Stages.Work.COVER, drafts.size(), () -> make(drafts, encoder.get(), sealer.get()), made -> {
            beingMade -= drafts.size();
            correctionsBeingMade -= (int) drafts.stream().filter(draft -> draft.blocks() != 1).count();
            List<Made> all = before == generation ? made.orElse(List.of()) : List.of();
            List<Draft> missed = new ArrayList<>(drafts);
            all.forEach(one -> {
                missed.remove(one.draft());
                add(one);
            });
            missed.forEach(draft -> line.unsent(draft.to(), draft.blocks()));
            // What failed would fail again: the next slot tries it.
            if (before != generation || !all.isEmpty()) {
                prepare();
            }
        });
    }

    private boolean hasRoomForCorrections() {
        return corrections.size() + correctionsBeingMade < MOST_CORRECTIONS;
    }

    private List<Draft> drafts(int most) {
        List<Draft> drafts = new ArrayList<>();
        while (drafts.size() < most) {
            Optional<Line.Pull> to = line.nextPull();
            if (to.isEmpty()) {
                break;
            }
            int blocks = to.get().asks() || !hasRoomForCorrections() ? 1 : line.correction();
            if (blocks != 1) {
                correctionsBeingMade++;
            }
            drafts.add(new Draft(to.get(), blocks, maker.conversationUnder(to.get().tag())));
        }
        return drafts;
    }

    private static List<Made> make(List<Draft> drafts, Encoder encoder, Sealer sealer) {
        List<Made> made = new ArrayList<>();
        for (Draft draft : drafts) {
            Encoder.Encoded encoded = encoder.pull(draft.to().tag(), draft.blocks(), draft.conversation());
            sealer.pull(encoded.fragments().getFirst(), draft.to().partner(), draft.conversation())
                    .ifPresent(packet -> made.add(new Made(draft, encoded, packet)));
        }
        return made;
    }

    private void add(Made made) {
        Line.Pull to = made.draft().to();
        toKnow.accept(made.encoded().replyKeys(), to.tag());
        Line.Ready pull = new Line.Ready(made.packet(),
                made.encoded().replyKeys().stream().map(key -> ByteBuffer.wrap(key.digest())).toList(), to);
        (pull.answers().size() == 1 ? ready : corrections).add(pull);
    }

    /** Those that are ready lead where they should not, or are sealed for keys that are over. */
    public void replace() {
        generation++;
        ready.forEach(this::unsent);
        ready.clear();
        corrections.forEach(this::unsent);
        corrections.clear();
        prepare();
    }

    private void unsent(Line.Ready pull) {
        line.unsent(pull.to(), pull.answers().size());
    }
}
