package org.cloakwork.itests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of the mixnet are asked of no resolver and no exit, and no socket leaves this machine: system calls watched. */
class NothingOutsideIT {

    private static final int ENDS = 8 * 7;
    private static final Pattern ADDRESS = Pattern.compile(
            "sin6?_port=htons\\((\\d+)\\).*?(?:inet_addr\\(|inet_pton\\(AF_INET6, )\"([^\"]+)\"");

    @TempDir
    Path folder;

    @Test
    void noDoorAsksAnybodyForANameOfTheMixnet() throws Exception {
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
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Inside.class.getName()).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
        if (!child.waitFor(6, TimeUnit.MINUTES)) {
            child.descendants().forEach(ProcessHandle::destroyForcibly);
            child.destroyForcibly();
        }
        String said = Files.readString(log);
        assertEquals(0, child.waitFor(), said);
        List<String> outside = new ArrayList<>();
        int inside = 0;
        for (MatchResult address : ADDRESS.matcher(Files.readString(trace)).results().toList()) {
            String host = address.group(2).replaceFirst("^::ffff:", "");
            if (host.matches("127\\..*|::1") && !address.group(1).equals("53")) {
                inside++;
            } else {
                outside.add(host + ':' + address.group(1));
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
