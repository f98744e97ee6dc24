package org.cloakwork.itests.testing.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Where a program of Java connected or sent to, by its system calls.
 *
 * @param said    what it printed
 * @param targets in order
 */
public record SystemCalls(String said, List<Target> targets) {

    private static final Pattern ADDRESS = Pattern.compile(
            "sin6?_port=htons\\((\\d+)\\).*?(?:inet_addr\\(|inet_pton\\(AF_INET6, )\"([^\"]+)\"");

    /**
     * An address.
     *
     * @param host without the prefix of one of IPv4 in IPv6
     * @param port in decimal
     */
    public record Target(String host, String port) {

        /** {@return whether it is this machine} */
        public boolean isHere() {
            return host.matches("127\\..*|::1");
        }

        @Override
        public String toString() {
            return host + ':' + port;
        }
    }

    /**
     * Runs a program to its end, which is a good one, within six minutes. The test is skipped where no process may be
     * traced, and fails where the build has not brought strace.
     *
     * @param folder  for what is written down
     * @param main    its class, on the class path of the test
     * @param options of the virtual machine
     * @return what was seen
     */
    public static SystemCalls of(Path folder, Class<?> main, String... options) throws Exception {
        boolean strace = Files.isExecutable(Path.of("/usr/bin/strace"));
        assertTrue(strace || System.getenv("CI") == null, "no strace, which .ci/run installs");
        assumeTrue(strace, "no strace");
        Process probe = new ProcessBuilder("strace", "-f", "--seccomp-bpf", "-qq", "-o", folder.resolve("probe")
                .toString(), "true").redirectErrorStream(true).start();
        String refusal = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(probe.waitFor() == 0, "this system lets no process be traced: " + refusal);
        Path trace = folder.resolve("trace");
        Path log = folder.resolve("log");
        List<String> command = new ArrayList<>(List.of("strace", "-f", "--seccomp-bpf", "-qq", "-e", "signal=none",
                "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", trace.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        if (!child.waitFor(6, TimeUnit.MINUTES)) {
            child.descendants().forEach(ProcessHandle::destroyForcibly);
            child.destroyForcibly();
        }
        String said = Files.readString(log);
        assertEquals(0, child.waitFor(), said);
        return new SystemCalls(said, ADDRESS.matcher(Files.readString(trace)).results()
                .map(address -> new Target(address.group(2).replaceFirst("^::ffff:", ""), address.group(1))).toList());
    }
}
