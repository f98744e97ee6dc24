package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configuration without a file to change, as in a container; where the log goes. */
class EnvironmentTest {

    @TempDir
    private Path folder;

    @Test
    void allOfItMayComeFromTheEnvironment() throws Exception {
        Path network = folder.resolve("net.json");
        Path log = folder.resolve("100% logs/cloakwork.log");
        try (Command localnet = Command.cloakwork("localnet", "--network-file", network.toString())) {
            localnet.awaitLine(line -> line.startsWith("Stop with"));
            Map<String, String> environment = Map.of("CLOAKWORK_TOPOLOGY", "file", "CLOAKWORK_TOPOLOGY_FILE_PATH",
                    network.toString(), "CLOAKWORK_COVER", "constant", "CLOAKWORK_COVER_CONSTANT_LOOP", "false",
                    "CLOAKWORK_FRONTENDS", "socks5", "CLOAKWORK_SOCKS5_PORT", "0", "CLOAKWORK_STATE",
                    folder.resolve("state").toString(), "CLOAKWORK_LOG", log.toString(), "CLOAKWORK_LOG_LEVELS",
                    "org.cloakwork=debug", "CLOAKWORK_HEAP_MIB", "200");
            try (Command run = Command.cloakwork(environment, "run")) {
                run.awaitLine("ready"::equals);
                run.awaitLine(line -> line.startsWith("socks5 socks5h://127.0.0.1:")
                        && !line.endsWith(":1080"));
                try (Command state = Command.cloakwork(Map.of("CLOAKWORK_STATE",
                        folder.resolve("state").toString()), "state")) {
                    assertEquals(0, state.end().exitCode(), state.text());
                }
                try (Command parts = Command.cloakwork(Map.of("CLOAKWORK_STATE",
                        folder.resolve("state").toString()), "parts")) {
                    assertTrue(parts.end().text().contains("constant"), parts.text());
                }
                assertTrue(run.lines().stream().noneMatch(line -> line.contains(" org.cloakwork.")), run.text());
            }
            List<String> lines = Files.readAllLines(Path.of(log + ".0"));
            assertTrue(lines.stream().anyMatch(line -> line.matches(
                    "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} (FINE|INFO) org\\.cloakwork\\..*")),
                    lines.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CLOAKWORK_COVR           | none      | CLOAKWORK_COVR: no key of the configuration is called so; did you \
            mean CLOAKWORK_COVER?
            CLOAKWORK_GUARDS         | many      | CLOAKWORK_GUARDS: "many"; allowed is
            CLOAKWORK_WEBSOCKET_PORT | 99999     | CLOAKWORK_WEBSOCKET_PORT: "99999"; allowed is
            CLOAKWORK_COVER          | polka     | CLOAKWORK_COVER=polka: no cover part is called polka
            CLOAKWORK_LOG_LEVELS     | org.x=all | log-levels: "org.x=all"; allowed is LEVEL or NAME=LEVEL
            """)
    void whatIsWrongIsNamed(String name, String value, String message) throws Exception {
        try (Command run = Command.cloakwork(Map.of(name, value), "run", "--directory", "http://127.0.0.1:1",
                "--state", folder.toString())) {
            Command.Result result = run.end();
            assertEquals(2, result.exitCode(), result.text());
            assertEquals(1, result.lines().size(), result.text());
            assertTrue(result.text().startsWith("cloakwork run: " + message), result.text());
        }
        assertFalse(Files.exists(folder.resolve("default")), "keys were made");
    }

    /** The journal knows the time and asks how important a line is; whether a line goes there, the kernel says. */
    @Test
    void theJournalGetsPriorities() throws Exception {
        Path file = Files.createFile(folder.resolve("journal"));
        try (Command shell = Command.start(List.of("sh", "-c", "JOURNAL_STREAM=$(stat -c %d:%i '" + file
                + "') exec '" + Command.HOME.resolve("bin/cloakwork")
                + "' run --network-file nowhere --verbose --state " + folder + "/state 2>'" + file + "'"))) {
            shell.end();
        }
        String text = Files.readString(file);
        assertTrue(text.lines().anyMatch(line -> line.matches("<[67]>(INFO|FINE) org\\.cloakwork\\..*")), text);
        assertTrue(text.lines().noneMatch(line -> line.matches("\\d\\d:\\d\\d.*")), text);
    }
}
