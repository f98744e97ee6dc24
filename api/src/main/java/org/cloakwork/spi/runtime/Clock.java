package org.cloakwork.spi.runtime;

import java.time.Instant;
import org.osgi.annotation.versioning.ConsumerType;

/** Time as the client sees it: the machine's, or a simulation's. */
@ConsumerType
public interface Clock {

    /** {@return the date and time, for timestamps others see} */
    Instant now();

    /** {@return nanoseconds since some fixed instant, never going back, for durations} */
    long nanoTime();
}
