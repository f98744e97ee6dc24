package org.cloakwork.client.line;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Stages;
import org.cloakwork.client.encode.PacketMaker;
import org.cloakwork.client.encode.Sealer;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.ReplySurb;

/** Makes packets that say nothing over the reply blocks of others who want one in return for each. */
public final class Fillers {

    private static final int BATCH = 16;
    /** What waits for slots comes late, and too late is not at all. */
    private static final int MOST_WAITING = 2048;
    private static final int MOST_WAITING_PACED = 32;

    private final PacketMaker maker;
    private final Counters<Counter> counters;
    private final Runnable ready;
    private final Queue<Sealer.Owed> waiting = new ArrayDeque<>();
    private final Queue<PreparedPacket> made = new ArrayDeque<>();
    private int batches;

    /**
     * @param maker    who makes packets
     * @param counters of the client
     * @param ready    told when some are ready
     */
    public Fillers(PacketMaker maker, Counters<Counter> counters, Runnable ready) {
        this.maker = maker;
        this.counters = counters;
        this.ready = ready;
    }

    /**
     * @param surbs        each to be used for a packet
     * @param conversation that they belong to
     * @param paced        whether packets leave in slots
     */
    public void add(List<ReplySurb> surbs, long conversation, boolean paced) {
        for (ReplySurb surb : surbs) {
            if (waiting.size() + made.size() < (paced ? MOST_WAITING_PACED : MOST_WAITING)) {
                waiting.add(new Sealer.Owed(surb, conversation));
            } else {
                counters.count(Counter.RETURNS_REFUSED);
            }
        }
        make();
    }

    private void make() {
        while (!waiting.isEmpty() && batches < 2) {
            Optional<Sealer> sealer = maker.sealer();
            if (sealer.isEmpty()) {
                waiting.clear();
                return;
            }
            List<Sealer.Owed> batch = new ArrayList<>();
            while (batch.size() < BATCH && !waiting.isEmpty()) {
                batch.add(waiting.remove());
            }
            batches++;
            maker.work(Stages.Work.COVER, batch.size(), () -> sealer.get().fillers(batch), packets -> {
                batches--;
                packets.ifPresent(made::addAll);
                ready.run();
                make();
            });
        }
    }

    /** {@return the next one, if one is ready} */
    public Optional<PreparedPacket> poll() {
        Optional<PreparedPacket> next = Optional.ofNullable(made.poll());
        next.ifPresent(packet -> counters.count(Counter.FILLER_SENT));
        return next;
    }
}
