package org.cloakwork.client.session;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.cloakwork.spi.runtime.Clock;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/** Logs each line now and then, however often what it tells happens; in between it is of no interest (debug). */
final class QuietLog {

    private static final Duration QUIET = Duration.ofMinutes(10);

    private final Logger log;
    private final Clock clock;
    /** When each line was logged last. */
    private final Map<String, Long> loggedNanos = new HashMap<>();

    QuietLog(Logger log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    void log(Level level, String message, Object... arguments) {
        long now = clock.nanoTime();
        Long last = loggedNanos.get(message);
        boolean due = last == null || now - last >= QUIET.toNanos();
        if (due) {
            loggedNanos.put(message, now);
        }
        log.atLevel(due ? level : Level.DEBUG).log(message, arguments);
    }
}
