package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A socket as systemd has it, which Python reads because Java cannot. */
class SystemdTest {

    private static final Duration PROMPTLY = Duration.ofSeconds(30);
    private static final String READER = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(sys.argv[1])
            print('listening', flush=True)
            while True:
                for line in s.recv(65536).decode().splitlines():
                    if line:
                        print(line, flush=True)
            """;

    @TempDir
    private Path folder;

    @Test
    void systemdIsToldOfStartStateLifeAndEnd() throws Exception {
        for (String program : List.of("systemd-notify", "python3")) {
            assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(path ->
                    Files.isExecutable(Path.of(path, program))), "no " + program + " here");
        }
        Path socket = folder.resolve("notify");
        Map<String, String> environment = Map.of("NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "1000000");
        try (Command systemd = Command.start(List.of("python3", "-c", READER, socket.toString()))) {
            systemd.awaitLine("listening"::equals, PROMPTLY);
            try (Command localnet = Command.cloakwork("localnet")) {
                String directory = localnet.awaitLine(line -> line.startsWith("  directory"))
                        .replace("  directory", "").strip();
                try (Command run = Command.cloakwork(environment, "run", "--directory", directory, "--cover",
                        "none", "--state", folder.resolve("state").toString())) {
                    systemd.awaitLine("STATUS=default sends and receives."::equals);
                    localnet.signal("TERM");
                    systemd.awaitLine(line -> line.startsWith("STATUS=default is degraded: "), PROMPTLY);
                    run.signal("TERM");
                    assertTrue(run.end().exitCode() > 128, run.text());
                    assertFalse(run.text().contains("systemd"), run.text());
                }
            }
            systemd.awaitLine("STOPPING=1"::equals, PROMPTLY);
            // By which systemd-notify knows that it was heard.
            List<String> told = systemd.lines().stream().filter(line -> !line.equals("BARRIER=1")).toList();
            System.out.println("systemd was told: " + told.stream().distinct().toList());
            assertEquals("READY=1", told.get(1));
            assertEquals("STOPPING=1", told.getLast());
            assertTrue(told.stream().noneMatch(line -> line.matches(".*\\w{32}.*")), "names a gateway: " + told);
            assertTrue(told.stream().filter("WATCHDOG=1"::equals).count() > 1, told.toString());
        }
    }

    @Test
    void whatKeepsItFromBeingToldIsSaid() throws Exception {
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(line -> line.startsWith("  directory")).replace("  directory", "")
                    .strip();
            try (Command run = Command.cloakwork(Map.of("NOTIFY_SOCKET", folder.resolve("nobody").toString()), "run",
                    "--directory", directory, "--cover", "none", "--state",
                    folder.resolve("state").toString())) {
                run.awaitLine(line -> line.startsWith("systemd is not told how the client is: systemd-notify "));
                run.awaitLine("ready"::equals);
            }
        }
    }
}
