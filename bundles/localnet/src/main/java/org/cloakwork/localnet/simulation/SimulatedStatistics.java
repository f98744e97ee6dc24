package org.cloakwork.localnet.simulation;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Outcome;

/** What users of simulated clients saw. */
final class SimulatedStatistics {

    private final Latencies delivery = new Latencies();
    private final Latencies acknowledgement = new Latencies();
    private final Map<FailureReason, Long> failed = new EnumMap<>(FailureReason.class);
    private long acknowledged;
    private long packets;
    private long retransmissions;
    private long received;
    private long replies;
    private long again;
    private long misdelivered;
    private long notSent;
    private long sent;
    private long ended;
    private long late;
    private long copiesTooMany;

    /** Nanoseconds, as they come. */
    static final class Latencies {

        private static final int SMALLEST = 1024;

        private long[] nanos = new long[SMALLEST];
        private int size;

        void add(long value) {
            if (size == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * size);
            }
            nanos[size++] = value;
        }

        int size() {
            return size;
        }

        /** {@return p50, p95, p99 and the largest; zeros if there is none} */
        long[] percentiles() {
            Arrays.sort(nanos, 0, size);
            long[] result = new long[4];
            double[] shares = {0.5, 0.95, 0.99, 1};
            for (int i = 0; i < shares.length && size > 0; i++) {
                result[i] = nanos[Math.max(0, (int) Math.ceil(shares[i] * size) - 1)];
            }
            return result;
        }
    }

    void misdelivered() {
        misdelivered++;
    }

    void notSent() {
        notSent++;
    }

    void began() {
        sent++;
    }

    /**
     * @param outcome           of a message
     * @param isLate            whether it came after the deadline
     * @param shortestWaitNanos for an acknowledgement, until a copy is made
     */
    void ended(Outcome outcome, boolean isLate, long shortestWaitNanos) {
        ended++;
        if (isLate) {
            late++;
        }
        switch (outcome) {
            case Outcome.Acknowledged(int cut, int again, var elapsed) -> {
                acknowledged++;
                packets += cut;
                retransmissions += again;
                acknowledgement.add(elapsed.toNanos());
                if (again > cut * (elapsed.toNanos() / shortestWaitNanos)) {
                    copiesTooMany++;
                }
            }
            case Outcome.Failed(FailureReason reason, String ignored) -> failed.merge(reason, 1L, Long::sum);
        }
    }

    void received(boolean reply, boolean seen, long nanos) {
        received++;
        if (reply) {
            replies++;
        }
        if (seen) {
            again++;
        }
        delivery.add(nanos);
    }

    Latencies delivery() {
        return delivery;
    }

    Latencies acknowledgement() {
        return acknowledgement;
    }

    /** {@return messages that failed, by reason} */
    Map<FailureReason, Long> failed() {
        return failed;
    }

    long failures() {
        return failed.values().stream().mapToLong(Long::longValue).sum();
    }

    long acknowledged() {
        return acknowledged;
    }

    /** {@return messages handed to clients} */
    long sent() {
        return sent;
    }

    /** {@return messages that have not ended} */
    long open() {
        return sent - ended;
    }

    /** {@return messages that ended after their deadline} */
    long late() {
        return late;
    }

    /** {@return messages with more copies than there was time for} */
    long copiesTooMany() {
        return copiesTooMany;
    }

    /** {@return packets of acknowledged messages, first copies} */
    long packets() {
        return packets;
    }

    /** {@return further copies of packets of acknowledged messages} */
    long retransmissions() {
        return retransmissions;
    }

    long received() {
        return received;
    }

    long replies() {
        return replies;
    }

    /** {@return messages that were received before} */
    long again() {
        return again;
    }

    /** {@return messages that came to someone they were not for} */
    long misdeliveries() {
        return misdelivered;
    }

    /** {@return messages that could not be sent, because whoever they were for was never there} */
    long unsent() {
        return notSent;
    }
}
