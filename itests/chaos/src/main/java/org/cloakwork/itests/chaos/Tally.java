package org.cloakwork.itests.chaos;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The account of messages whose payload says what they are: two letters, so that no exit takes it for a request, number
 * (8 bytes), recipient (4), then what follows from the number. Of each it knows whether and how it ended, and how often
 * it came to whom.
 */
public final class Tally {

    /** Shortest payload. */
    public static final int LEAST_BYTES = Short.BYTES + Long.BYTES + Integer.BYTES;

    private static final short LETTERS = 0x6d6d;

    private static final String ACKNOWLEDGED = "acknowledged";

    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, Message> messages = new ConcurrentHashMap<>();
    private final AtomicLong forged = new AtomicLong();
    private final AtomicLong misdelivered = new AtomicLong();

    /** One message. */
    public static final class Message {

        private final long number;
        private final byte[] payload;
        private final long endsNanos;
        private final AtomicLong deliveries = new AtomicLong();
        private volatile String end;
        private volatile boolean late;

        private Message(long number, byte[] payload, long endsNanos) {
            this.number = number;
            this.payload = payload;
            this.endsNanos = endsNanos;
        }

        /** {@return what to send} */
        public byte[] payload() {
            return payload.clone();
        }

        /** {@return its number} */
        public long number() {
            return number;
        }

        /** It was acknowledged. */
        public void acknowledged() {
            ended(ACKNOWLEDGED);
        }

        /** @param reason it failed for, as a type */
        public void failed(String reason) {
            ended("failed: " + reason);
        }

        private void ended(String how) {
            late = System.nanoTime() - endsNanos > 0;
            end = how;
        }
    }

    /**
     * What came of all of it so far.
     *
     * @param sent         messages
     * @param open         of them without an outcome
     * @param late         of them with an outcome after the deadline
     * @param acknowledged of them
     * @param failed       of them, by reason
     * @param undelivered  that never came to whom they were for
     * @param vain         acknowledged, and never came
     * @param twice        that came more than once
     * @param forged       payloads that came and were never sent so
     * @param misdelivered that came to somebody else
     */
    public record Result(long sent, long open, long late, long acknowledged, Map<String, Long> failed,
                         long undelivered, long vain, long twice, long forged, long misdelivered) {

        /** {@return whether each ended in time, and none came twice, changed, or to somebody else} */
        public boolean holds() {
            return open + late + twice + forged + misdelivered == 0
                    && acknowledged + failed.values().stream().mapToLong(Long::longValue).sum() == sent;
        }
    }

    /**
     * @param recipient a number of whom it is for
     * @param length    of the payload, at least {@link #LEAST_BYTES}
     * @param patience  after which it must have ended
     * @return a new message
     */
    public Message send(int recipient, int length, Duration patience) {
        long number = numbers.getAndIncrement();
        Message message = new Message(number, payload(number, recipient, length),
                System.nanoTime() + patience.toNanos());
        messages.put(number, message);
        return message;
    }

    private static byte[] payload(long number, int recipient, int length) {
        byte[] payload = new byte[length];
        new Random(number).nextBytes(payload);
        ByteBuffer.wrap(payload).putShort(LETTERS).putLong(number).putInt(recipient);
        return payload;
    }

    /**
     * @param recipient who got it
     * @param payload   that arrived
     */
    public void received(int recipient, byte[] payload) {
        Message message = payload.length < LEAST_BYTES ? null
                : messages.get(ByteBuffer.wrap(payload).getLong(Short.BYTES));
        if (message == null || !Arrays.equals(message.payload, payload)) {
            forged.incrementAndGet();
        } else if (ByteBuffer.wrap(payload).getInt(Short.BYTES + Long.BYTES) != recipient) {
            misdelivered.incrementAndGet();
        } else {
            message.deliveries.incrementAndGet();
        }
    }

    /** {@return what came of it so far} */
    public Result result() {
        long open = 0;
        long late = 0;
        long acknowledged = 0;
        long undelivered = 0;
        long vain = 0;
        long twice = 0;
        Map<String, Long> failed = new TreeMap<>();
        long sent = messages.size();
        for (Message message : messages.values()) {
            String end = message.end;
            if (end == null) {
                open++;
            } else if (end.equals(ACKNOWLEDGED)) {
                acknowledged++;
            } else {
                failed.merge(end, 1L, Long::sum);
            }
            late += message.late ? 1 : 0;
            long deliveries = message.deliveries.get();
            undelivered += deliveries == 0 ? 1 : 0;
            vain += deliveries == 0 && ACKNOWLEDGED.equals(end) ? 1 : 0;
            twice += deliveries > 1 ? 1 : 0;
        }
        return new Result(sent, open, late, acknowledged, failed, undelivered, vain, twice, forged.get(),
                misdelivered.get());
    }
}
