package org.cloakwork.client.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Insight;
import org.cloakwork.api.Outcome;
import org.cloakwork.client.base.Durations;
import org.cloakwork.client.base.Stages;
import org.cloakwork.client.outbox.OutgoingMessage;

/** The last messages of applications and how far they have come. Safe for use by many threads. */
final class Courses {

    private static final class Course {

        private final long number;
        private final OutgoingMessage message;
        private OptionalLong endedNanos = OptionalLong.empty();
        private Optional<FailureReason> failure = Optional.empty();

        Course(long number, OutgoingMessage message) {
            this.number = number;
            this.message = message;
        }
    }

    private final Ground ground;
    private final Durations deliveries = new Durations();
    private final Deque<Course> last = new ArrayDeque<>();
    private long count;

    Courses(Ground ground) {
        this.ground = ground;
    }

    synchronized void began(OutgoingMessage message) {
        last.addLast(new Course(++count, message));
        if (last.size() > Insight.MOST_MESSAGES) {
            last.removeFirst();
        }
    }

    synchronized void ended(OutgoingMessage message, Outcome outcome) {
        switch (outcome) {
            case Outcome.Acknowledged acknowledged -> deliveries.add(acknowledged.elapsed().toNanos());
            case Outcome.Failed failed -> last.stream().filter(course -> course.message == message)
                    .forEach(course -> course.failure = Optional.of(failed.reason()));
        }
        last.stream().filter(course -> course.message == message)
                .forEach(course -> course.endedNanos = OptionalLong.of(ground.nowNanos()));
        tell(message, outcome);
    }

    private void tell(OutgoingMessage message, Outcome outcome) {
        Delivery.Progress progress = message.progress();
        ground.environment().stages().ended(new Stages.Ended(progress.packets(), progress.retransmissions(),
                after(message, message.sealedNanos()), after(message, message.sentNanos()),
                ground.nowNanos() - message.createdNanos(), outcome));
    }

    private static OptionalLong after(OutgoingMessage message, OptionalLong nanos) {
        return nanos.isPresent() ? OptionalLong.of(nanos.getAsLong() - message.createdNanos()) : nanos;
    }

    Insight.Histogram deliveries() {
        return deliveries.histogram();
    }

    /** {@return the oldest first; to be asked on the client's own thread} */
    synchronized List<Insight.Course> last() {
        return last.stream().map(this::told).toList();
    }

    private Insight.Course told(Course course) {
        OutgoingMessage message = course.message;
        Delivery.Progress progress = message.progress();
        return new Insight.Course(course.number, ground.dateOf(message.createdNanos()), progress.packets(),
                progress.acknowledged(), progress.retransmissions(), since(message, message.sealedNanos()),
                since(message, message.pacedNanos()), since(message, message.sentNanos()),
                since(message, course.endedNanos), course.failure);
    }

    private static Optional<Duration> since(OutgoingMessage message, OptionalLong nanos) {
        return nanos.isPresent() ? Optional.of(Duration.ofNanos(nanos.getAsLong() - message.createdNanos()))
                : Optional.empty();
    }
}
