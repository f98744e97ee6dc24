package org.cloakwork.client.engine;

import java.time.Duration;
import java.time.Instant;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.base.Passages;
import org.cloakwork.client.identity.Identity;
import org.cloakwork.spi.runtime.Counters;

/** What a client is made from, for all that is put together here. */
record Ground(ClientConfiguration configuration, Parts parts, Environment environment, Cryptography cryptography,
              Counters<Counter> counters, Passages passages, Identity identity) {

    static Ground of(ClientConfiguration configuration, Parts parts, Environment environment, Cryptography cryptography,
                     Identity identity) {
        Passages passages = new Passages(environment.clock());
        return new Ground(configuration, parts, environment, cryptography,
                new Counters<>(Counter.class, (counter, amount) -> {
                    passages.counted(counter);
                    environment.stages().counted(counter, amount);
                }), passages, identity);
    }

    long nowNanos() {
        return environment.clock().nanoTime();
    }

    /** Dates survive a restart, monotonic time does not. */
    long nanosOf(Instant date) {
        return nowNanos() + nanos(Duration.between(environment.clock().now(), date));
    }

    /** {@return the nearest there is, for what is longer than 292 years} */
    static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    Instant dateOf(long nanos) {
        return environment.clock().now().plusNanos(nanos - nowNanos());
    }
}
