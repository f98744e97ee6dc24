package org.cloakwork.itests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cloakwork.itests.testing.programs.SystemCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of the mixnet are asked of no resolver and no exit, and no socket leaves this machine: it is watched. */
class NothingOutsideIT {

    private static final int ENDS = 8 * 7;
    @TempDir
    Path folder;

    @Test
    void noDoorAsksAnybodyForANameOfTheMixnet() throws Exception {
        SystemCalls seen = SystemCalls.of(folder, Inside.class);
        String said = seen.said();
        List<String> outside = new ArrayList<>();
        int inside = 0;
        for (SystemCalls.Target target : seen.targets()) {
            if (target.isHere() && !target.port().equals("53")) {
                inside++;
            } else {
                outside.add(target.toString());
            }
        }
        System.out.println("[nothing-outside] sockets to this machine: " + inside + ", outside: " + outside);
        said.lines().filter(line -> line.matches("(ends|at the|look-ups|with the) .*"))
                .forEach(line -> System.out.println("[nothing-outside] " + line));
        assertEquals(List.of(), outside, said);
        // Four names are the service's.
        assertTrue(said.contains("ends {page=" + ENDS / 2 + ", refused=" + ENDS / 2 + "}"), said);
        assertTrue(said.contains("at the exit 0"), said);
        assertTrue(said.contains("look-ups of names of the mixnet []"), said);
        assertTrue(said.contains("with the control [control.nym]"), said);
    }
}
