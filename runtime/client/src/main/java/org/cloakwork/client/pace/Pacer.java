package org.cloakwork.client.pace;

import java.time.Duration;
import java.util.Optional;
import org.cloakwork.client.Environment;
import org.cloakwork.client.Parts;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;

/**
 * Lets packets leave when the cover strategy says so: in slots, with cover where nothing waits, or at once where it wants
 * no slots. Runs on the client's own thread.
 */
public final class Pacer {

    /** While the link has more than this to write, it counts as congested and nothing is added without pacing. */
    static final long CONGESTED_BYTES = 256 * 1024;

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

    /** Starts, or goes over to another strategy. */
    public void restart() {
        stop();
        slotNanos = environment.clock().nanoTime();
        loopNanos = slotNanos;
        scheduleSlot();
        scheduleLoop();
        packetReady();
    }

    /** Lets nothing leave any more. */
    public void stop() {
        slot.cancel();
        loop.cancel();
    }

    /** A packet waits, or the link has room again. */
    public void packetReady() {
        while (!paced && parts.cover() != null && traffic.isOpen() && !link.congested() && traffic.sendWaiting()) {
            // sendWaiting did it
        }
    }

    private void scheduleSlot() {
        congestion.observe(link.congested(), environment.clock().nanoTime());
        CoverTrafficStrategy strategy = parts.cover();
        Optional<Duration> gap = strategy == null ? Optional.empty()
                : strategy.untilNextSlot(link, environment.randomness());
        paced = gap.isPresent();
        gap.ifPresent(duration -> {
            slotNanos = next(slotNanos, duration);
            slot = environment.scheduler().schedule(untilNanos(slotNanos), () -> {
                if (traffic.isOpen() && !traffic.sendWaiting()) {
                    traffic.sendCover();
                }
                scheduleSlot();
            });
        });
    }

    private void scheduleLoop() {
        CoverTrafficStrategy strategy = parts.cover();
        Optional<Duration> gap = strategy == null ? Optional.empty()
                : strategy.untilNextLoop(link, environment.randomness());
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

    /** Gaps add up from slot to slot; after a stall they start from now, so that it is not followed by a burst. */
    private long next(long lastNanos, Duration gap) {
        long now = environment.clock().nanoTime();
        long next = lastNanos + gap.toNanos();
        return next - now < 0 ? now + gap.toNanos() : next;
    }

    private Duration untilNanos(long nanos) {
        return Duration.ofNanos(nanos - environment.clock().nanoTime());
    }
}
