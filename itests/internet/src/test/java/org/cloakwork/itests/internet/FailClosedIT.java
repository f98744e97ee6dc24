package org.cloakwork.itests.internet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.cloakwork.itests.testing.programs.SystemCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With gateway, exit or front-end away no library and no front-end connects to anything outside this machine or asks a
 * resolver. The system calls of the process that tries are recorded, and what its resolver is asked.
 */
class FailClosedIT {

    private static final int WAYS = Adapters.all().size() + 2;
    private static final Pattern CALL = Pattern.compile("call \\| (.*?) \\| (.*?) \\| (true|false) \\| (.*)");

    @TempDir
    Path folder;

    @Test
    void nothingLeavesThisMachineWhateverIsAway() throws Exception {
        SystemCalls seen = SystemCalls.of(folder, FailClosed.class, "-Djava.util.logging.config.file="
                + System.getProperty("java.util.logging.config.file"));
        String said = seen.said();
        TreeMap<String, Integer> ends = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        List<MatchResult> calls = CALL.matcher(said).results().toList();
        for (MatchResult call : calls) {
            boolean answered = call.group(4).equals("answer page /x");
            boolean name = call.group(2).endsWith("a name");
            ends.merge(call.group(1) + ": " + call.group(4).replaceFirst(" page.*", ""), 1, Integer::sum);
            if (call.group(4).equals("late") || !answered && call.group(4).startsWith("answer")
                    || answered && !name || !answered && name && call.group(3).equals("true")) {
                wrong.add(call.group());
            }
        }
        List<String> outside = new ArrayList<>();
        int inside = 0;
        for (SystemCalls.Target target : seen.targets()) {
            if (target.isHere()) {
                inside++;
                // A name server may be here, too.
                assertNotEquals("53", target.port());
            } else {
                outside.add(target.toString());
            }
        }
        said.lines().filter(line -> line.startsWith("look-ups") || line.startsWith("phase"))
                .forEach(line -> System.out.println("[fail-closed] " + line));
        System.out.println("[fail-closed] " + calls.size() + " calls ended: " + ends);
        System.out.println("[fail-closed] sockets to this machine: " + inside + "; outside, with the control: "
                + outside);
        assertEquals(List.of(), wrong, said);
        assertEquals(5 * 2 * WAYS, calls.size(), said);
        assertEquals(List.of(FailClosed.CONTROL + ":9"), outside);
        assertTrue(said.contains("look-ups elsewhere: []"), said);
        assertTrue(said.contains("look-ups with the control: 1"), said);
    }
}
