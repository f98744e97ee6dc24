package org.cloakwork.itests.fuzz;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What became of one target.
 *
 * @param target     its name
 * @param executions inputs that were tried
 * @param seconds    it took
 * @param edges      of the code that was instrumented, and taken
 * @param findings   inputs for which something does not hold
 * @param failure    why the fuzzer did not do its work, if it did not
 */
record Outcome(String target, long executions, double seconds, int edges, List<Finding> findings,
               Optional<String> failure) {

    /**
     * @param input the file that shows it
     * @param what  was thrown
     */
    record Finding(Path input, String what) {
    }

    boolean isGood() {
        return findings.isEmpty() && failure.isEmpty();
    }

    long executionsPerSecond() {
        return Math.round(executions / Math.max(seconds, 1));
    }
}
