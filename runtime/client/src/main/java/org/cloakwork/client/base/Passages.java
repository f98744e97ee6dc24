package org.cloakwork.client.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.Insight;
import org.cloakwork.spi.runtime.Clock;

/** The last packets that left or arrived, told by what is counted. Safe for use by many threads. */
public final class Passages {

    private final Clock clock;
    private final Insight.Passage[] last = new Insight.Passage[Insight.MOST_PASSAGES];
    private long count;

    /** @param clock of the client */
    public Passages(Clock clock) {
        this.clock = clock;
    }

    /** @param counter went up; packets are counted one by one */
    public void counted(Counter counter) {
        kind(counter).ifPresent(kind -> add(new Insight.Passage(clock.now(), kind)));
    }

    private synchronized void add(Insight.Passage passage) {
        last[(int) (count++ % last.length)] = passage;
    }

    private static Optional<Insight.Kind> kind(Counter counter) {
        return switch (counter) {
            case PACKETS_DATA -> Optional.of(Insight.Kind.DATA);
            case PACKETS_RETRANSMITTED -> Optional.of(Insight.Kind.COPY);
            case PACKETS_COVER -> Optional.of(Insight.Kind.COVER);
            case ACKS_RECEIVED -> Optional.of(Insight.Kind.ACK);
            case ACKS_COVER -> Optional.of(Insight.Kind.COVER_ACK);
            case RECEIVED_COVER -> Optional.of(Insight.Kind.LOOP);
            case RECEIVED_FRAGMENTS -> Optional.of(Insight.Kind.RECEIVED);
            default -> Optional.empty();
        };
    }

    /** {@return them, the oldest first} */
    public synchronized List<Insight.Passage> last() {
        List<Insight.Passage> passages = new ArrayList<>(last.length);
        for (long i = Math.max(0, count - last.length); i < count; i++) {
            passages.add(last[(int) (i % last.length)]);
        }
        return passages;
    }
}
