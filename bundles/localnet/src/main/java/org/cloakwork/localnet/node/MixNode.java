package org.cloakwork.localnet.node;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Scheduler;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.MixFrame;

/**
 * A mix: unwraps packets, holds them for as long as they ask, and sends them on. Never delivers. Knows neither sockets
 * nor the clock. Safe for use by many threads. Source: protocol/7-network, 4.
 */
public final class MixNode {

    /** Longest delay; packets that ask for more get this much. */
    static final Duration MAX_DELAY = Duration.ofSeconds(10);
    /** Most bytes of packets held in delays; more are dropped. */
    public static final long MAX_HELD_BYTES = 32L << 20;

    private final Unwrapper unwrapper;
    private final Set<NodeAddress> network;
    private final Outgoing outgoing;
    private final Scheduler scheduler;
    private final Counters<Counter> counters;
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicLong mostHeldBytes = new AtomicLong();
    private final AtomicLong heldPackets = new AtomicLong();

    /**
     * @param unwrapper with the node's key
     * @param network   the nodes packets may go to
     * @param outgoing  how they get there
     * @param scheduler ends the delays
     * @param counters  where packets are counted
     */
    public MixNode(Unwrapper unwrapper, Set<NodeAddress> network, Outgoing outgoing, Scheduler scheduler,
            Counters<Counter> counters) {
        this.unwrapper = unwrapper;
        this.network = Set.copyOf(network);
        this.outgoing = outgoing;
        this.scheduler = scheduler;
        this.counters = counters;
    }

    /** @param frame from another node; a bad one is dropped and counted */
    public void receive(MixFrame frame) {
        unwrapper.unwrap(frame).ifPresent(processed -> {
            switch (processed) {
                case Processed.Final atMix -> counters.count(Counter.DROPPED_FINAL_AT_MIX);
                case Processed.Forward forward -> forward(frame, forward);
            }
        });
    }

    /** {@return packets in their delays} */
    public long heldPackets() {
        return heldPackets.get();
    }

    /** {@return bytes of packets in their delays, at most {@link #MAX_HELD_BYTES}} */
    long heldBytes() {
        return heldBytes.get();
    }

    /** {@return the most that {@link #heldBytes} ever was} */
    public long mostHeldBytes() {
        return mostHeldBytes.get();
    }

    private void forward(MixFrame frame, Processed.Forward forward) {
        if (!network.contains(forward.next())) {
            counters.count(Counter.DROPPED_UNKNOWN_NEXT_HOP);
            return;
        }
        MixFrame next = new MixFrame(frame.size(), frame.type(), frame.rotation(), forward.packet());
        // The delay is unsigned: what looks negative is far above the limit.
        long delayNanos = forward.delayNanos() < 0 ? MAX_DELAY.toNanos()
                : Math.min(forward.delayNanos(), MAX_DELAY.toNanos());
        if (delayNanos == 0) {
            send(forward.next(), next);
            return;
        }
        long length = next.packet().length;
        long held = heldBytes.addAndGet(length);
        if (held > MAX_HELD_BYTES) {
            heldBytes.addAndGet(-length);
            counters.count(Counter.DROPPED_DELAY_FULL);
            return;
        }
        if (held > mostHeldBytes.get()) {
            mostHeldBytes.accumulateAndGet(held, Math::max);
        }
        heldPackets.incrementAndGet();
        scheduler.schedule(Duration.ofNanos(delayNanos), () -> {
            heldPackets.decrementAndGet();
            heldBytes.addAndGet(-length);
            send(forward.next(), next);
        });
    }

    private void send(NodeAddress next, MixFrame frame) {
        counters.count(Counter.PACKETS_FORWARDED);
        outgoing.send(next, frame);
    }
}
