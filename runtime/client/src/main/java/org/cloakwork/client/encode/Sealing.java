package org.cloakwork.client.encode;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.Counter;
import org.cloakwork.client.Counters;
import org.cloakwork.client.outbox.Outbox;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.ReplySurb;

/** Makes packets of the fragments in the outbox, a few ahead of their turn, and keeps cover packets ready. */
public final class Sealing {

    /** Packets made before their turn, being made included. */
    private static final int AHEAD = 32;
    /** So many cover packets are kept ready, so that cover leaves as promptly as what it covers. */
    private static final int SPARE_COVERS = 4;
    /** When a packet could not be made, until the next attempt. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    /** What comes after. */
    public interface Next {

        /** {@return how many packets may be here in all} */
        int room();

        /** {@return whether cover packets will be needed} */
        boolean needsCover();

        /** A packet is ready. */
        void ready();

        /** @param fragment was not sealed and has a reply block that it does not need any more */
        void unused(OutgoingFragment fragment);
    }

    /**
     * A packet that waits for its turn.
     *
     * @param fragment inside
     * @param packet   to send
     */
    public record Sealed(OutgoingFragment fragment, PreparedPacket packet) {
    }

    private final PacketMaker maker;
    private final Scheduler scheduler;
    private final Counters counters;
    private final Outbox outbox;
    private final Next next;
    private final Queue<Sealed> sealed = new ArrayDeque<>();
    private final Queue<PreparedPacket> covers = new ArrayDeque<>();
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
    public Sealing(PacketMaker maker, Scheduler scheduler, Counters counters, Outbox outbox, Next next) {
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
        if (paused || outbox.size() == 0 || size() >= Math.min(AHEAD, next.room())) {
            return;
        }
        Optional<Sealer> sealer = maker.sealer();
        while (sealer.isPresent() && size() < Math.min(AHEAD, next.room())) {
            Optional<OutgoingFragment> polled = outbox.poll();
            if (polled.isEmpty()) {
                return;
            }
            OutgoingFragment fragment = polled.get();
            ReplySurb surb = fragment.takeSurb();
            beingSealed++;
            maker.work(() -> switch (fragment.message().target()) {
                case Target.ToAddress(MixnetAddress address) -> sealer.get().forward(fragment.fragment(), address);
                case Target.ToSender ignored -> sealer.get().reply(fragment.fragment(), surb);
            }, packet -> sealed(fragment, surb, packet));
        }
    }

    /** @param result empty if a part failed; in it nothing if there is no route */
    private void sealed(OutgoingFragment fragment, ReplySurb surb, Optional<Optional<PreparedPacket>> result) {
        beingSealed--;
        Optional<PreparedPacket> packet = result.flatMap(Function.identity());
        if (packet.isPresent()) {
            if (surb != null) {
                counters.count(Counter.SURBS_USED);
            }
            sealed.add(new Sealed(fragment, packet.get()));
            next.ready();
        } else {
            fragment.setSurb(surb);
            if (!fragment.isWanted()) {
                next.unused(fragment);
            } else if (result.isPresent()) {
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
        run();
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

    /** {@return the next packet that is still wanted, if one is ready} */
    public Optional<Sealed> poll() {
        Sealed first = sealed.poll();
        while (first != null && !first.fragment().isWanted()) {
            first = sealed.poll();
        }
        return Optional.ofNullable(first);
    }

    /** {@return a cover packet, if one is ready} */
    public Optional<PreparedPacket> pollCover() {
        Optional<PreparedPacket> cover = Optional.ofNullable(covers.poll());
        prepareCover();
        return cover;
    }

    /** Makes cover packets, if they will be needed and can be made. */
    public void prepareCover() {
        Optional<Sealer> sealer = next.needsCover() ? maker.sealer() : Optional.empty();
        while (sealer.isPresent() && covers.size() + coversBeingSealed < SPARE_COVERS) {
            coversBeingSealed++;
            maker.work(sealer.get()::cover, cover -> {
                coversBeingSealed--;
                cover.flatMap(Function.identity()).ifPresent(covers::add);
            });
        }
    }

    /** Drops the cover packets that were made for the topology or the address before. */
    public void dropCover() {
        covers.clear();
    }

    /** Makes no further attempt. */
    public void stop() {
        again.cancel();
    }
}
