package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** L2: who got hold of the state folder read messages that had been delivered, and all keys. */
class L2DeliveredMessagesStayReadableIT {

    private static final String MESSAGE = "a message that nobody shall find afterwards";
    private static final String VARIABLE = "CLOAKWORK_PASSPHRASE";

    @TempDir
    private Path temporary;
    private Command network;
    private String directory;
    private Path state;

    @BeforeEach
    void startANetwork() throws Exception {
        network = Command.cloakwork("localnet");
        directory = network.awaitLine(line -> line.startsWith("  directory ")).strip().split(" +")[1];
        state = temporary.resolve("state");
    }

    @AfterEach
    void stopIt() {
        network.close();
    }

    private Command client(Map<String, String> environment) throws IOException {
        return Command.cloakwork(environment, "run", "--directory", directory, "--cover", "none", "--frontends", "",
                "--state", state.toString());
    }

    private static String address(Command client) throws InterruptedException {
        return client.awaitLine(line -> line.startsWith("address ")).substring("address ".length());
    }

    private void deliver(Command to) throws Exception {
        Command.Result sent = Command.run("run", "--directory", directory, "--cover", "none", "--to", address(to),
                "--message", MESSAGE);
        assertEquals(0, sent.exitCode(), sent::text);
        to.awaitLine(line -> line.startsWith("received " + MESSAGE.length() + " bytes"));
    }

    private static void stop(Command client) throws Exception {
        client.signal("TERM");
        Command.Result ended = client.end();
        assertEquals(128 + 15, ended.exitCode(), ended::text);
    }

    private long filesWith(String text) throws IOException {
        long found = 0;
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    found++;
                }
            }
        }
        return found;
    }

    @Test
    void afterAProperStopADeliveredMessageIsInNoFile() throws Exception {
        try (Command client = client(Map.of())) {
            deliver(client);
            // Or there would be nothing to find.
            assertTrue(filesWith(MESSAGE) > 0);
            stop(client);
        }
        assertEquals(0, filesWith(MESSAGE));
        System.out.println("L2: a delivered message is in 0 files after a stop");
    }

    @Test
    void underAPassphraseNeitherKeysNorMessagesAreInAnyFile() throws Exception {
        String address;
        try (Command client = client(Map.of(VARIABLE, "correct horse"))) {
            address = address(client);
            deliver(client);
            assertEquals(0, filesWith(MESSAGE));
            assertEquals(0, filesWith("BEGIN ED25519 PRIVATE KEY"));
            assertEquals(3, filesWith("BEGIN SEALED "));
            stop(client);
        }
        for (Map<String, String> wrong : List.of(Map.<String, String>of(), Map.of(VARIABLE, "another"))) {
            try (Command refused = client(wrong)) {
                Command.Result result = refused.end();
                assertEquals(2, result.exitCode(), result::text);
                assertTrue(result.lines().getLast().matches(".*passphrase.*"), result::text);
                assertFalse(result.text().contains("\tat "), result::text);
            }
        }
        Path file = temporary.resolve("passphrase");
        Files.writeString(file, "correct horse\n");
        Files.setAttribute(file, "unix:mode", 0644);
        Command.Result open = Command.run("run", "--directory", directory, "--state", state.toString(),
                "--passphrase-file", file.toString());
        assertEquals(2, open.exitCode(), open::text);
        Files.setAttribute(file, "unix:mode", 0600);
        try (Command client = Command.cloakwork("run", "--directory", directory, "--cover", "none", "--frontends", "",
                "--state", state.toString(), "--passphrase-file", file.toString())) {
            assertEquals(address, address(client));
            stop(client);
        }
    }

    private void change(Map<String, String> environment, int exitCode, String... options) throws Exception {
        try (Command changing = Command.cloakwork(environment, Stream.concat(Stream.of("passphrase", "--state",
                state.toString()), Stream.of(options)).toArray(String[]::new))) {
            Command.Result changed = changing.end();
            assertEquals(exitCode, changed.exitCode(), changed::text);
            assertFalse(changed.text().contains("\tat "), changed::text);
        }
    }

    @Test
    void aPassphraseIsSetChangedAndTakenAway() throws Exception {
        Path next = temporary.resolve("next");
        Files.writeString(next, "battery staple\n");
        Files.setAttribute(next, "unix:mode", 0600);
        String address;
        try (Command client = client(Map.of())) {
            address = address(client);
            change(Map.of(), 2, "--new-passphrase-file", next.toString());
            stop(client);
        }
        change(Map.of(), 2);
        Files.writeString(next, "correct horse\n");
        change(Map.of(), 0, "--new-passphrase-file", next.toString());
        Files.writeString(next, "battery staple\n");
        change(Map.of(VARIABLE, "wrong"), 2, "--new-passphrase-file", next.toString());
        change(Map.of(VARIABLE, "correct horse"), 0, "--new-passphrase-file", next.toString());
        assertEquals(3, filesWith("BEGIN SEALED "));
        try (Command client = client(Map.of(VARIABLE, "battery staple"))) {
            assertEquals(address, address(client));
            stop(client);
        }
        change(Map.of(VARIABLE, "battery staple"), 0, "--no-passphrase");
        assertEquals(0, filesWith("BEGIN SEALED "));
        try (Command client = client(Map.of())) {
            assertEquals(address, address(client));
            stop(client);
        }
    }
}
