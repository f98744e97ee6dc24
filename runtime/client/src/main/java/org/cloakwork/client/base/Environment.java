package org.cloakwork.client.base;

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
 * @param outcomes   ends deliveries and runs what applications attached to their outcomes; not held up by listeners, so
 *                   that a listener may wait for an outcome
 * @param randomness random bytes
 * @param stages     is told what happens
 * @param watch      sees to it that calls of parts end
 */
public record Environment(Clock clock, Scheduler scheduler, Executor workers, Executor listeners,
                          Executor outcomes, Randomness randomness, Stages stages, Watch watch) {

    /**
     * That nobody watches.
     *
     * @param clock      time
     * @param scheduler  runs the client's own tasks, one at a time
     * @param workers    runs cryptography
     * @param listeners  runs the callbacks of applications, one at a time and in order
     * @param outcomes   ends deliveries
     * @param randomness random bytes
     */
    public Environment(Clock clock, Scheduler scheduler, Executor workers, Executor listeners, Executor outcomes,
                       Randomness randomness) {
        this(clock, scheduler, workers, listeners, outcomes, randomness, Stages.NONE, Watch.NONE);
    }

    /**
     * For one thread that runs everything, where nobody can wait for anybody.
     *
     * @param clock      time
     * @param scheduler  runs the client's own tasks, one at a time
     * @param workers    runs cryptography
     * @param listeners  runs the callbacks of applications and ends deliveries, one at a time and in order
     * @param randomness random bytes
     */
    public Environment(Clock clock, Scheduler scheduler, Executor workers, Executor listeners, Randomness randomness) {
        this(clock, scheduler, workers, listeners, listeners, randomness);
    }
}
