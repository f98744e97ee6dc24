package org.cloakwork.itests.internet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With gateway, exit or front-end away no library and no front-end connects to anything outside this machine or asks a
 * resolver. The system calls of the process that tries are recorded, and what its resolver is asked.
 */
class FailClosedIT {

    private static final int WAYS = Adapters.all().size() + 2;
    /** Of connect and of what sends to an address. */
    private static final Pattern ADDRESS = Pattern.compile(
            "sin6?_port=htons\\((\\d+)\\).*?(?:inet_addr\\(|inet_pton\\(AF_INET6, )\"([^\"]+)\"");
    private static final Pattern CALL = Pattern.compile("call \\| (.*?) \\| (.*?) \\| (true|false) \\| (.*)");

    @TempDir
    Path folder;

    @Test
    void nothingLeavesThisMachineWhateverIsAway() throws Exception {
        boolean strace = Files.isExecutable(Path.of("/usr/bin/strace"));
        assertTrue(strace || System.getenv("CI") == null, "no strace, which .ci/run installs");
        assumeTrue(strace, "no strace");
        Process probe = new ProcessBuilder("strace", "-f", "--seccomp-bpf", "-qq", "-o", folder.resolve("probe")
                .toString(), "true").redirectErrorStream(true).start();
        String refusal = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(probe.waitFor() == 0, "this system lets no process be traced: " + refusal);
        Path trace = folder.resolve("trace");
        Path log = folder.resolve("log");
        Process child = new ProcessBuilder("strace", "-f", "--seccomp-bpf", "-qq", "-e", "signal=none", "-e",
                "trace=connect,sendto,sendmsg,sendmmsg", "-o", trace.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Djava.util.logging.config.file="
                + System.getProperty("java.util.logging.config.file"), "-cp", System.getProperty("java.class.path"),
                FailClosed.class.getName()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        if (!child.waitFor(6, TimeUnit.MINUTES)) {
            child.descendants().forEach(ProcessHandle::destroyForcibly);
            child.destroyForcibly();
        }
        String said = Files.readString(log);
        assertEquals(0, child.waitFor(), said);

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
        for (MatchResult address : ADDRESS.matcher(Files.readString(trace)).results().toList()) {
            if (address.group(2).replaceFirst("^::ffff:", "").matches("127\\..*|::1")) {
                inside++;
                // A name server may be here, too.
                assertNotEquals("53", address.group(1));
            } else {
                outside.add(address.group(2).replaceFirst("^::ffff:", "") + ':' + address.group(1));
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
