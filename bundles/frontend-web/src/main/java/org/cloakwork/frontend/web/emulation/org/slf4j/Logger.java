package org.cloakwork.frontend.web.emulation.org.slf4j;

import java.util.function.Supplier;
import org.cloakwork.frontend.web.emulation.org.slf4j.event.Level;
import org.cloakwork.frontend.web.emulation.org.slf4j.spi.LoggingEventBuilder;

/** What operators should see goes to the console of the host; the rest to nobody. */
public interface Logger {

    void write(Level level, String message, Object... arguments);

    default LoggingEventBuilder atDebug() {
        return atLevel(Level.DEBUG);
    }

    default LoggingEventBuilder atLevel(Level level) {
        return new LoggingEventBuilder() {

            @Override
            public void log(String message, Object... arguments) {
                write(level, message, arguments);
            }

            @Override
            public void log(String message, Object argument) {
                write(level, message, argument);
            }

            @Override
            public void log(Supplier<String> message) {
                if (level.compareTo(Level.WARN) <= 0) {
                    write(level, message.get());
                }
            }
        };
    }

    default void debug(String message) {
        write(Level.DEBUG, message);
    }

    default void debug(String message, Object argument) {
        write(Level.DEBUG, message, argument);
    }

    default void debug(String message, Object one, Object other) {
        write(Level.DEBUG, message, one, other);
    }

    default void debug(String message, Object... arguments) {
        write(Level.DEBUG, message, arguments);
    }

    default void debug(String message, Throwable cause) {
        write(Level.DEBUG, message, cause);
    }

    default void info(String message) {
        write(Level.INFO, message);
    }

    default void info(String message, Object argument) {
        write(Level.INFO, message, argument);
    }

    default void info(String message, Object one, Object other) {
        write(Level.INFO, message, one, other);
    }

    default void info(String message, Object... arguments) {
        write(Level.INFO, message, arguments);
    }

    default void info(String message, Throwable cause) {
        write(Level.INFO, message, cause);
    }

    default void warn(String message) {
        write(Level.WARN, message);
    }

    default void warn(String message, Object argument) {
        write(Level.WARN, message, argument);
    }

    default void warn(String message, Object one, Object other) {
        write(Level.WARN, message, one, other);
    }

    default void warn(String message, Object... arguments) {
        write(Level.WARN, message, arguments);
    }

    default void warn(String message, Throwable cause) {
        write(Level.WARN, message, cause);
    }

    default void error(String message) {
        write(Level.ERROR, message);
    }

    default void error(String message, Object argument) {
        write(Level.ERROR, message, argument);
    }

    default void error(String message, Object one, Object other) {
        write(Level.ERROR, message, one, other);
    }

    default void error(String message, Object... arguments) {
        write(Level.ERROR, message, arguments);
    }

    default void error(String message, Throwable cause) {
        write(Level.ERROR, message, cause);
    }
}
