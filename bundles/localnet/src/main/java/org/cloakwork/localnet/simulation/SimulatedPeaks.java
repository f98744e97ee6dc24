package org.cloakwork.localnet.simulation;

import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.engine.Holdings;
import org.cloakwork.localnet.node.Gateway;
import org.cloakwork.localnet.node.Inbox;
import org.cloakwork.localnet.node.MixNode;

/** The most that ever was in any one queue. */
final class SimulatedPeaks {

    /** The queues there are, each with what it may hold. */
    enum Queue {
        OUTBOX("client outbox", "bytes", ClientConfiguration.DEFAULT.outboxLimitBytes()),
        INBOX("client inbox, unfinished messages", "bytes", ClientConfiguration.DEFAULT.inboxLimitBytes()),
        MAILBOX("client inbox, finished messages", "bytes", ClientConfiguration.DEFAULT.inboxLimitBytes()),
        LINK("link to the gateway", "bytes", Gateway.MAX_PENDING_BYTES),
        ACKS("packets awaiting acknowledgement", "", Long.MAX_VALUE),
        SURBS("reply blocks in stock", "", Long.MAX_VALUE),
        MIX("delays of a mix", "bytes", MixNode.MAX_HELD_BYTES),
        GATEWAY("inboxes of a gateway", "bytes", Inbox.MAX_BYTES);

        private final String text;
        private final String unit;
        private final long limit;

        Queue(String text, String unit, long limit) {
            this.text = text;
            this.unit = unit;
            this.limit = limit;
        }

        String text() {
            return text;
        }

        String unit() {
            return unit;
        }

        /** {@return what it may hold; {@link Long#MAX_VALUE} if others limit it} */
        long limit() {
            return limit;
        }
    }

    private final long[] peaks = new long[Queue.values().length];

    void add(Holdings.Peaks client) {
        add(Queue.OUTBOX, client.outboxBytes());
        add(Queue.INBOX, client.inboxBytes());
        add(Queue.MAILBOX, client.mailboxBytes());
        add(Queue.ACKS, client.awaitedAcks());
        add(Queue.SURBS, client.surbs());
    }

    void add(Queue queue, long value) {
        peaks[queue.ordinal()] = Math.max(peaks[queue.ordinal()], value);
    }

    long peak(Queue queue) {
        return peaks[queue.ordinal()];
    }
}
