package org.cloakwork.itests.services;

import java.time.Duration;
import java.time.Instant;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Scheduler;

/** Time for streams that nobody goes on with. */
final class Clocks {

    static final Clock CLOCK = new Clock() {

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }
    };

    static final Scheduler NEVER = new Scheduler() {

        @Override
        public void execute(Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            return () -> { };
        }
    };

    private Clocks() {
    }
}
