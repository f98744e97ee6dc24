package org.cloakwork.frontend.web.emulation.org.slf4j.spi;

import java.util.function.Supplier;

/** One line. */
public interface LoggingEventBuilder {

    void log(String message, Object... arguments);

    void log(String message, Object argument);

    void log(Supplier<String> message);
}
