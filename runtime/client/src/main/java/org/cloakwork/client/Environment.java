package org.cloakwork.client;

import java.util.concurrent.Executor;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.runtime.Scheduler;

/**
 * Everything a client takes from outside, so that the same engine runs against the wall clock or in virtual time.
 *
 * @param clock      time
 * @param scheduler  runs the client's own tasks, one at a time
 * @param workers    runs cryptography that would hold the scheduler up; tasks are independent of one another
 * @param listeners  runs the callbacks of applications, one at a time and in order
 * @param randomness random bytes
 */
public record Environment(Clock clock, Scheduler scheduler, Executor workers, Executor listeners,
                          Randomness randomness) {
}
