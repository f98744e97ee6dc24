package org.cloakwork.launcher.swaps;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.Subscription;

/** One client sends small messages to another at a steady pace, and each is followed to both of its ends. */
final class SwapTraffic implements AutoCloseable {

    /** 25 a second: half of what the slots of the cover strategies let through. */
    private static final long GAP_NANOS = 40_000_000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Monotonic time of acknowledgement; 0 until then. */
    private static final class Sent {

        private final long id;
        private final long sentNanos;
        private final Delivery delivery;
        private volatile long acknowledgedNanos;

        private Sent(long id, long sentNanos, Delivery delivery) {
            this.id = id;
            this.sentNanos = sentNanos;
            this.delivery = delivery;
        }
    }

    private final String name;
    private final MixnetClient from;
    private final MixnetClient to;
    /** By the time they were sent. */
    private final NavigableMap<Long, Sent> sent = new ConcurrentSkipListMap<>();
    private final Map<Long, AtomicInteger> received = new ConcurrentHashMap<>();
    private final Subscription subscription;
    private final Thread sender;
    private volatile boolean closed;

    SwapTraffic(String name, MixnetClient from, MixnetClient to) {
        this.name = name;
        this.from = from;
        this.to = to;
        subscription = to.subscribe(message -> received
                .computeIfAbsent(ByteBuffer.wrap(message.payload()).getLong(), id -> new AtomicInteger())
                .incrementAndGet());
        sender = Thread.ofPlatform().daemon().name("cloakwork-swap-test-" + name).start(this::send);
    }

    private void send() {
        long next = System.nanoTime();
        for (long id = 0; !closed; id++) {
            Sent message = new Sent(id, System.nanoTime(),
                    from.send(to.address(), ByteBuffer.allocate(Long.BYTES).putLong(id).array()));
            sent.put(message.sentNanos, message);
            message.delivery.outcome().thenAccept(outcome -> {
                if (outcome instanceof Outcome.Acknowledged) {
                    message.acknowledgedNanos = System.nanoTime();
                }
            });
            next += GAP_NANOS;
            try {
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /**
     * {@return how long after a moment the first message that was sent since then was acknowledged; negative: none yet}
     */
    long pauseNanos(long sinceNanos) {
        long first = Long.MAX_VALUE;
        for (Sent message : sent.tailMap(sinceNanos).values()) {
            if (message.sentNanos - sinceNanos >= first) {
                break;
            }
            long acknowledged = message.acknowledgedNanos;
            if (acknowledged != 0) {
                first = Math.min(first, acknowledged - sinceNanos);
            }
        }
        return first == Long.MAX_VALUE ? -1 : first;
    }

    /**
     * What became of it.
     *
     * @param lost  acknowledged or not, never delivered
     * @param twice delivered more than once
     */
    record Result(int sent, int delivered, int lost, int twice, int failed) {

        Result plus(Result other) {
            return new Result(sent + other.sent, delivered + other.delivered, lost + other.lost, twice + other.twice,
                    failed + other.failed);
        }
    }

    /**
     * A message that never arrived.
     *
     * @param sender    of it
     * @param sentNanos when
     * @param told      what its sender was told of it in the end, and after how long
     */
    record Lost(String sender, long sentNanos, String told) {
    }

    /** {@return what was lost, once it has {@link #end ended}} */
    List<Lost> lost() {
        return sent.values().stream().filter(message -> !received.containsKey(message.id))
                .map(message -> new Lost(name, message.sentNanos, message.acknowledgedNanos == 0
                        ? message.delivery.outcome().isDone() ? message.delivery.outcome().join().toString() : "nothing"
                        : "acknowledged after " + (message.acknowledgedNanos - message.sentNanos) / 1_000_000 + " ms"))
                .toList();
    }

    /** Sends no more, and waits for the end of everything. */
    Result end() throws InterruptedException {
        closed = true;
        sender.join();
        int failed = 0;
        for (Sent message : sent.values()) {
            try {
                if (!(message.delivery.outcome().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        instanceof Outcome.Acknowledged)) {
                    failed++;
                }
            } catch (ExecutionException | TimeoutException e) {
                failed++;
            }
        }
        // Acknowledged is before delivered now and then: by the listener's thread.
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (received.size() < sent.size() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        int twice = (int) received.values().stream().filter(count -> count.get() > 1).count();
        return new Result(sent.size(), received.size(), sent.size() - received.size(), twice, failed);
    }

    @Override
    public void close() {
        closed = true;
        sender.interrupt();
        subscription.close();
    }
}
