package org.cloakwork.client.engine;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Insight;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.outbox.Lane;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;

/**
 * Which messages may come in, and what they hold until they end: bytes of all and of each lane, and a timer each. Asked
 * from any thread.
 */
final class Admission {

    /** Beside the names of {@link Counter}: messages that have not ended. */
    static final String IN_FLIGHT = "messages.in-flight";
    static final String CLOSED = "the client was closed";
    /** Beyond it deadlines are all the same, and nanoseconds can be added up. */
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(10_000);

    private final Ground ground;
    private final Ledger ledger;
    private final BooleanSupplier isStopped;
    private final Courses courses;
    /** Messages of applications that have not ended, and what they hold. */
    private final Set<OutgoingMessage> inFlight = ConcurrentHashMap.newKeySet();
    private final AtomicLong heldBytes = new AtomicLong();
    private final AtomicLong mostHeldBytes = new AtomicLong();
    private final Map<Lane, Long> heldBytesByLane = new ConcurrentHashMap<>();
    /** Timers that will end a message; on the client's own thread. */
    private int deadlines;

    Admission(Ground ground, Ledger ledger, BooleanSupplier isStopped) {
        this.ground = ground;
        this.ledger = ledger;
        this.isStopped = isStopped;
        courses = new Courses(ground);
    }

    /**
     * Whatever is wrong with a message becomes its outcome.
     *
     * @param length     of its content
     * @param surbCount  reply blocks that go along
     * @param leastBytes the least length
     * @return the message; it has ended if it may not come in
     */
    OutgoingMessage ask(Target target, int length, SendOptions options, int surbCount, int leastBytes) {
        ground.counters().count(Counter.MESSAGES_CREATED);
        int maxBytes = ground.configuration().maxMessageBytes();
        boolean sizeAllowed = length >= leastBytes && length <= maxBytes;
        long bytes = sizeAllowed
                ? OutgoingMessage.bytesHeld(length, surbCount, ground.configuration().packetSizes()) : 0;
        long now = ground.nowNanos();
        Lane lane = Lane.of(options.lane());
        OutgoingMessage message = message(target, lane, length, now,
                now + Math.min(LONGEST_DEADLINE.toNanos(), Ground.nanos(options.deadline())), bytes);
        // A lane that has more than what is free waits, so that there is room for others whatever one does.
        long laneBytes = heldBytesByLane.getOrDefault(lane, bytes) - bytes;
        long free = ground.configuration().outboxLimitBytes() - heldBytes.get();
        boolean fits = free >= 0 && laneBytes <= free + bytes;
        if (!sizeAllowed) {
            message.refuse(FailureReason.MESSAGE_SIZE,
                    "a message must have " + leastBytes + " to " + maxBytes + " bytes, not " + length);
        } else if (!fits) {
            message.refuse(FailureReason.OUTBOX_FULL, laneBytes + " bytes are on this lane already, "
                    + (free + bytes) + " are free");
        } else if (isStopped.getAsBoolean()) {
            message.refuse(FailureReason.CLOSED, CLOSED);
        } else {
            mostHeldBytes.accumulateAndGet(ground.configuration().outboxLimitBytes() - free, Math::max);
            if (!ledger.isOn()) {
                message.notStored();
            }
        }
        return message;
    }

    /**
     * @param bytes that it holds until it ends
     * @return a message that is in, whatever room there is
     */
    OutgoingMessage message(Target target, Lane lane, int length, long createdNanos, long deadlineNanos, long bytes) {
        heldBytes.addAndGet(bytes);
        heldBytesByLane.merge(lane, bytes, Long::sum);
        OutgoingMessage message = new OutgoingMessage(target, lane, length, createdNanos, deadlineNanos,
                (ended, outcome) -> {
            inFlight.remove(ended);
            heldBytes.addAndGet(-bytes);
            heldBytesByLane.computeIfPresent(lane, (l, held) -> held > bytes ? held - bytes : null);
            ended.id().ifPresent(ledger::ended);
            boolean arrived = outcome instanceof Outcome.Acknowledged;
            ground.counters().add(arrived ? Counter.SURBS_ARRIVED : Counter.SURBS_UNSURE, ended.surbs());
            courses.ended(ended, outcome);
            ground.counters().count(arrived ? Counter.MESSAGES_ACKNOWLEDGED : Counter.MESSAGES_FAILED);
        }, ground.environment().outcomes());
        inFlight.add(message);
        courses.began(message);
        return message;
    }

    /** @param expired is told when its time is over; on the client's own thread, as this is */
    void startDeadline(OutgoingMessage message, Consumer<OutgoingMessage> expired) {
        Cancellable timer = ground.environment().scheduler().schedule(
                Duration.ofNanos(message.deadlineNanos() - ground.nowNanos()), () -> expired.accept(message));
        deadlines++;
        message.setDeadline(() -> {
            timer.cancel();
            deadlines--;
        });
    }

    /** {@return messages that have not ended} */
    Stream<OutgoingMessage> inFlight() {
        return inFlight.stream();
    }

    Stream<OutgoingMessage> onLane(long lane) {
        return inFlight().filter(message -> message.lane().equals(Lane.of(lane)));
    }

    /** {@return how far the last of them have come} */
    Courses courses() {
        return courses;
    }

    /** {@return lanes that hold something} */
    List<Insight.Lane> lanes() {
        return heldBytesByLane.entrySet().stream().map(lane -> new Insight.Lane(
                lane.getKey().kind().name().toLowerCase(Locale.ROOT), Long.toHexString(lane.getKey().id()),
                lane.getValue())).sorted(Comparator.comparing(Insight.Lane::bytes).reversed()).toList();
    }

    int count() {
        return inFlight.size();
    }

    long heldBytes() {
        return heldBytes.get();
    }

    long mostHeldBytes() {
        return mostHeldBytes.get();
    }

    int deadlines() {
        return deadlines;
    }
}
