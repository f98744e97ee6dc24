package org.cloakwork.spi.runtime;

import java.time.Duration;
import org.osgi.annotation.versioning.ConsumerType;

/** Runs the tasks of one client one at a time, in the order of their times. */
@ConsumerType
public interface Scheduler {

    /**
     * Runs a task as soon as possible, after those already due.
     *
     * @param task what to run
     */
    void execute(Runnable task);

    /**
     * Runs a task later.
     *
     * @param delay from now; negative counts as zero
     * @param task  what to run
     * @return takes the task back if it has not begun
     */
    Cancellable schedule(Duration delay, Runnable task);

    /** A task that can be taken back. */
    @FunctionalInterface
    @ConsumerType
    interface Cancellable {

        /** Takes the task back if it has not begun. Idempotent. */
        void cancel();
    }
}
