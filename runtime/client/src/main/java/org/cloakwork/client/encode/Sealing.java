package org.cloakwork.client.encode;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Stages;
import org.cloakwork.client.outbox.Outbox;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.wire.ReplySurb;

/**
 * Makes packets of the fragments in the outbox, a few ahead of their turn, and keeps cover packets ready. Packets are
 * made many at a time, because together they cost less.
 */
public final class Sealing {

    /** Most packets made before their turn, being made included. */
    public static final int MOST_AHEAD = 32;
    /** Half of them are made with one call: the more, the less each costs; the fewer, the sooner the first is ready. */
    private static final int CALLS_AHEAD = 2;
    /** At most so many cover packets are kept ready, so that cover leaves as promptly as what it covers. */
    private static final int SPARE_COVERS = 16;
    /** Further cover packets are made so many at a time. */
    private static final int COVER_BATCH = 8;
    /** When a packet could not be made, until the next attempt. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    /** What comes after. */
    public interface Next {

        /** {@return how many packets may be made before their turn, at most {@link #MOST_AHEAD}} */
        int ahead();

        /** {@return whether cover packets will be needed} */
        boolean needsCover();

        /** @param fragment has a packet now */
        void sealed(OutgoingFragment fragment);

        /** A packet is ready. */
        void ready();

        /** @param fragment was not sealed and has a reply block that it does not need any more */
        void unused(OutgoingFragment fragment);
    }

    /**
     * A packet that waits for its turn.
     *
     * @param fragment inside
     * @param made     to send
     */
    public record Sealed(OutgoingFragment fragment, Sealer.Made made) {
    }

    private final PacketMaker maker;
    private final Scheduler scheduler;
    private final Counters<Counter> counters;
    private final Outbox outbox;
    private final Next next;
    private final Queue<Sealed> sealed = new ArrayDeque<>();
    private final Queue<Sealer.Made> covers = new ArrayDeque<>();
    /** So many of them, the first ones, are to be replaced. */
    private int outdatedCovers;
    private int beingSealed;
    private int coversBeingSealed;
    private boolean paused;
    private Cancellable again = () -> { };

    /**
     * @param maker     who seals
     * @param scheduler the client's own
     * @param counters  of the client
     * @param outbox    where fragments come from
     * @param next      what comes after
     */
    public Sealing(PacketMaker maker, Scheduler scheduler, Counters<Counter> counters, Outbox outbox, Next next) {
        this.maker = maker;
        this.scheduler = scheduler;
        this.counters = counters;
        this.outbox = outbox;
        this.next = next;
    }

    /** {@return packets that are ready or being made} */
    public int size() {
        return beingSealed + sealed.size();
    }

    /** Goes on, if it can: there may be room, fragments, or what was missing. */
    public void run() {
        int ahead = next.ahead();
        int most = Math.max(1, ahead / CALLS_AHEAD);
        while (!paused && outbox.size() > 0 && ahead - size() >= Math.min(most, outbox.size())) {
            Optional<Sealer> sealer = maker.sealer();
            List<OutgoingFragment> batch = sealer.isPresent() ? poll(most) : List.of();
            if (batch.isEmpty()) {
                return;
            }
            List<Sealer.Job> jobs = batch.stream().map(fragment -> new Sealer.Job(fragment.fragment(),
                    fragment.message().target(), fragment.takeSurb(),
                    fragment.message().conversation())).toList();
            beingSealed += batch.size();
            maker.work(Stages.Work.SEAL, batch.size(), () -> sealer.get().seal(jobs),
                    packets -> sealed(batch, jobs, packets));
        }
    }

    private List<OutgoingFragment> poll(int most) {
        return Stream.generate(outbox::poll).limit(most).takeWhile(Optional::isPresent).map(Optional::get).toList();
    }

    /** @param result empty if a part failed; nothing in it for what there is no route for */
    private void sealed(List<OutgoingFragment> batch, List<Sealer.Job> jobs,
                        Optional<List<Optional<Sealer.Made>>> result) {
        beingSealed -= batch.size();
        for (int i = 0; i < batch.size(); i++) {
            OutgoingFragment fragment = batch.get(i);
            ReplySurb surb = jobs.get(i).surb();
            Optional<Sealer.Made> packet = result.isPresent() ? result.get().get(i) : Optional.empty();
            if (packet.isPresent()) {
                if (surb != null) {
                    counters.count(Counter.SURBS_USED);
                }
                sealed.add(new Sealed(fragment, packet.get()));
                next.sealed(fragment);
            } else {
                notSealed(fragment, surb, result.isPresent());
            }
        }
        next.ready();
        run();
    }

    private void notSealed(OutgoingFragment fragment, ReplySurb surb, boolean unroutable) {
        fragment.setSurb(surb);
        if (!fragment.isWanted()) {
            next.unused(fragment);
        } else if (unroutable) {
            counters.count(Counter.PACKETS_UNROUTABLE);
            fragment.setTimer(scheduler.schedule(AGAIN, () -> {
                outbox.add(fragment);
                run();
            }));
        } else {
            counters.count(Counter.PACKETS_UNSEALED);
            outbox.add(fragment);
            pause();
        }
    }

    /** What failed for one packet will fail for the next. */
    private void pause() {
        if (!paused) {
            paused = true;
            again = scheduler.schedule(AGAIN, this::resume);
        }
    }

    /** Does not wait any longer after a failure: the part may be another one now. */
    public void resume() {
        again.cancel();
        paused = false;
        run();
    }

    /**
     * @param mayLeave whether one may leave now
     * @return the next packet that is still wanted and may, if one is ready
     */
    public Optional<Sealed> poll(Predicate<OutgoingFragment> mayLeave) {
        for (Iterator<Sealed> each = sealed.iterator(); each.hasNext();) {
            Sealed next = each.next();
            if (!next.fragment().isWanted()) {
                each.remove();
            } else if (mayLeave.test(next.fragment())) {
                each.remove();
                return Optional.of(next);
            }
        }
        return Optional.empty();
    }

    /** {@return a cover packet, if one is ready} */
    public Optional<Sealer.Made> pollCover() {
        Optional<Sealer.Made> cover = Optional.ofNullable(covers.poll());
        outdatedCovers = Math.max(0, outdatedCovers - 1);
        prepareCover();
        return cover;
    }

    /** Makes cover packets, if they will be needed and can be made. */
    public void prepareCover() {
        Optional<Sealer> sealer = next.needsCover() ? maker.sealer() : Optional.empty();
        while (sealer.isPresent() && covers.size() - outdatedCovers + coversBeingSealed <= SPARE_COVERS - COVER_BATCH) {
            coversBeingSealed += COVER_BATCH;
            maker.work(Stages.Work.COVER, COVER_BATCH, () -> sealer.get().covers(COVER_BATCH), made -> {
                coversBeingSealed -= COVER_BATCH;
                made.ifPresent(fresh -> {
                    for (; outdatedCovers > 0; outdatedCovers--) {
                        covers.remove();
                    }
                    covers.addAll(fresh);
                });
            });
        }
    }

    /**
     * The cover packets that were made for the topology or the address before are dropped once there are others: a slot
     * in which nothing leaves would tell that nothing was waiting.
     */
    public void replaceCover() {
        outdatedCovers = covers.size();
    }

    /** Makes no further attempt. */
    public void stop() {
        again.cancel();
    }
}
