package org.cloakwork.client.pace;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.PartFailure;
import org.cloakwork.client.base.Parts;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;

/**
 * Lets packets leave when the cover strategy says so: in slots, with cover where nothing waits, or at once where it
 * wants no slots. Runs on the client's own thread.
 */
public final class Pacer {

    /** While the link has more than this to write, it counts as congested and nothing is added. */
    static final long CONGESTED_BYTES = 256 * 1024;
    /** Slots so late are made up for: any machine is late now and then, and the law would become a slower one. */
    static final Duration MADE_UP_FOR = Duration.ofMillis(100);
    /** What counts as the answer of a strategy that fails, until another one is there. */
    static final Duration GAP_AFTER_FAILURE = Duration.ofSeconds(1);

    /** What the pacer moves. */
    public interface Traffic {

        /** {@return whether packets can be sent} */
        boolean isOpen();

        /** {@return bytes on their way out} */
        long pendingBytes();

        /** {@return whether a packet was waiting, and is sent now} */
        boolean sendWaiting();

        /** Sends a cover packet. */
        void sendCover();
    }

    private final Environment environment;
    private final Parts parts;
    private final Traffic traffic;
    private final Congestion congestion;
    private final CoverTrafficStrategy.Link link;
    private Cancellable slot = () -> { };
    private Cancellable loop = () -> { };
    private long slotNanos;
    private long loopNanos;
    private boolean paced;
    private boolean looping;
    private CoverTrafficStrategy strategy;
    private CoverTrafficStrategy.Promise promise = CoverTrafficStrategy.Promise.NOTHING;

    /**
     * @param environment of the client
     * @param parts       where the strategy is looked up for each decision
     * @param traffic     what leaves
     */
    public Pacer(Environment environment, Parts parts, Traffic traffic) {
        this.environment = environment;
        this.parts = parts;
        this.traffic = traffic;
        this.congestion = new Congestion(environment.clock().nanoTime());
        this.link = new CoverTrafficStrategy.Link() {

            @Override
            public boolean congested() {
                return traffic.pendingBytes() > CONGESTED_BYTES;
            }

            @Override
            public int congestionLevel() {
                return congestion.level();
            }
        };
    }

    /** {@return whether packets leave in slots} */
    public boolean isPaced() {
        return paced;
    }

    /** {@return what the part promises of the line; one that fails promises nothing} */
    public CoverTrafficStrategy.Promise promise() {
        return promise;
    }

    private CoverTrafficStrategy.Promise promised() {
        try {
            return strategy == null ? CoverTrafficStrategy.Promise.NOTHING : strategy.promise();
        } catch (PartFailure e) {
            return CoverTrafficStrategy.Promise.NOTHING;
        }
    }

    /** {@return whether the part that is there lets packets leave as they are ready} */
    public boolean isUncovered() {
        return strategy != null && strategy == parts.cover() && !paced;
    }

    /** {@return whether cover packets will be needed} */
    public boolean needsCover() {
        return paced || looping;
    }

    /** Goes over to another strategy; with the one of before, slots stay where they are. */
    public void partsChanged() {
        if (parts.cover() != strategy) {
            restart();
        }
    }

    /** Begins anew. */
    public void restart() {
        stop();
        strategy = parts.cover();
        promise = promised();
        slotNanos = environment.clock().nanoTime();
        loopNanos = slotNanos;
        scheduleSlot();
        scheduleLoop();
    }

    /** Lets nothing leave any more. */
    public void stop() {
        slot.cancel();
        loop.cancel();
    }

    /**
     * A packet waits, or the link has room again. Until a new strategy was asked, nothing leaves: it may want slots.
     */
    public void packetReady() {
        while (!paced && strategy != null && parts.cover() == strategy && traffic.isOpen() && !link.congested()
                && traffic.sendWaiting()) {
            // sendWaiting did it
        }
    }

    private void scheduleSlot() {
        congestion.observe(link.congested(), environment.clock().nanoTime());
        Optional<Duration> gap = ask(strategy -> strategy.untilNextSlot(link, environment.randomness()));
        paced = gap.isPresent();
        gap.ifPresent(duration -> {
            slotNanos = next(slotNanos, duration);
            slot = environment.scheduler().schedule(untilNanos(slotNanos), () -> {
                if (traffic.isOpen() && !link.congested() && !traffic.sendWaiting()) {
                    traffic.sendCover();
                }
                scheduleSlot();
            });
        });
        // A strategy that has just given its slots up.
        packetReady();
    }

    private void scheduleLoop() {
        Optional<Duration> gap = ask(strategy -> strategy.untilNextLoop(link, environment.randomness()));
        looping = gap.isPresent();
        gap.ifPresent(duration -> {
            loopNanos = next(loopNanos, duration);
            loop = environment.scheduler().schedule(untilNanos(loopNanos), () -> {
                if (traffic.isOpen() && !link.congested()) {
                    traffic.sendCover();
                }
                scheduleLoop();
            });
        });
    }

    private Optional<Duration> ask(Function<CoverTrafficStrategy, Optional<Duration>> question) {
        if (strategy == null) {
            return Optional.empty();
        }
        try {
            return question.apply(strategy);
        } catch (PartFailure e) {
            return Optional.of(GAP_AFTER_FAILURE);
        }
    }

    /**
     * Gaps add up from slot to slot; after a stall they start from now, so that it is followed by a few packets at
     * most.
     */
    private long next(long lastNanos, Duration gap) {
        long now = environment.clock().nanoTime();
        long next = lastNanos + gap.toNanos();
        return now - next > MADE_UP_FOR.toNanos() ? now + gap.toNanos() : next;
    }

    private Duration untilNanos(long nanos) {
        return Duration.ofNanos(Math.max(0, nanos - environment.clock().nanoTime()));
    }
}
