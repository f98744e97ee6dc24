package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Distributions of chosen parts. */
class AssembleTest {

    private static final String PARTS = "topology-file,websocket,sphinx-bouncycastle,routes-uniform,"
            + "retransmission-timeout,cover-none,frontend-embedded";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"websocket, org.cloakwork.transport.websocket", "websocket-jdk, org.cloakwork.transport.websocketjdk"})
    void theChosenPartsAndWhatTheyNeedMakeAClient(String transport, String bundle) throws Exception {
        Unpacked assembled = assemble(new Unpacked(Command.HOME), PARTS.replace(",websocket,", "," + transport + ","));
        assertEquals(transport.equals("websocket"),
                assembled.bundles().stream().anyMatch(name -> name.startsWith("org.eclipse.jetty.")));
        Set<String> ours = new TreeSet<>(assembled.bundles());
        ours.removeIf(name -> !name.startsWith("org.cloakwork."));
        assertEquals(Set.of("org.cloakwork.client", "org.cloakwork.control", "org.cloakwork.streams",
                "org.cloakwork.wire", "org.cloakwork.topology.file", bundle, "org.cloakwork.sphinx.bouncycastle",
                "org.cloakwork.routes.uniform", "org.cloakwork.retransmission.timeout", "org.cloakwork.cover.none",
                "org.cloakwork.frontend.embedded"),
                ours);
        for (String licence : List.of("LICENSE", "NOTICE", "THIRD-PARTY.md")) {
            assertEquals(-1, Files.mismatch(Command.HOME.resolve(licence), assembled.home().resolve(licence)), licence);
        }
        String configuration = Files.readString(assembled.home().resolve("etc/cloakwork.cfg"));
        for (String line : List.of("topology = file", "transport = " + transport, "sphinx = bouncycastle",
                "routes = uniform", "retransmission = timeout", "cover = none")) {
            assertTrue(configuration.contains(line + "\n"), configuration);
        }
        Path network = folder.resolve("net.json");
        try (Command localnet = Command.cloakwork("localnet", "--network-file", network.toString())) {
            localnet.awaitLine(line -> line.startsWith("Stop with"), Command.PATIENCE);
            try (Command receiver = assembled.start("run", "--network-file", network.toString())) {
                receiver.awaitLine(line -> line.startsWith("no store among the bundles"), Command.PATIENCE);
                String address = receiver.awaitLine(line -> line.startsWith("address "), Command.PATIENCE)
                        .substring("address ".length());
                Command.Result sent = assembled.run("run", "--network-file", network.toString(), "--to", address,
                        "--message", "hello");
                assertEquals(0, sent.exitCode(), sent.text());
                receiver.awaitLine("received 5 bytes"::equals, Command.PATIENCE);
            }
        }
        Command.Result refused = assembled.run("run", "--network-file", network.toString(), "--state",
                folder.toString());
        assertEquals(2, refused.exitCode(), refused.text());
        assertTrue(refused.text().contains("there is no store among the bundles"), refused.text());
        Command.Result demo = assembled.run("demo", "--once");
        assertEquals(2, demo.exitCode(), demo.text());
        assertTrue(demo.text().contains("no bundle here has org.cloakwork.localnet"), demo.text());
        Command.Result trial = assembled.run("swap-test");
        assertEquals(2, trial.exitCode(), trial.text());
        assertTrue(trial.text().contains("unknown command \"swap-test\""), trial.text());
        Command.Result receive = assembled.run("receive", "--url", "ws://127.0.0.1:1");
        assertEquals(1, receive.exitCode(), receive.text());
        assertTrue(receive.text().contains("no client listens there"), receive.text());
    }

    @Test
    void aMissingNeedIsNamedBeforeAnythingIsWritten() throws Exception {
        Unpacked crippled = assemble(new Unpacked(Command.HOME), PARTS);
        Files.delete(crippled.home().resolve("bundles/bcprov-jdk18on.jar"));
        Path target = folder.resolve("out");
        Command.Result result = crippled.run("assemble", "--parts", PARTS, "--out", target.toString());
        assertEquals(2, result.exitCode(), result.text());
        assertTrue(result.text().contains("wire needs package org.bouncycastle.crypto,"), result.text());
        assertTrue(result.text().endsWith("; no bundle provides that"), result.text());
        assertFalse(Files.exists(target));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cover-polka,websocket                     | --parts cover-polka: no such part; there is client, control, \
            cover-constant
            topology-file,websocket,fast,uniform,timeout | no cover among them; there is cover-constant, cover-none
            topology-file,websocket,fast,uniform,timeout,none,localnet,store:other | --parts store:other: no such part
            """)
    void wrongNamesAreNamed(String parts, String message) throws Exception {
        Path target = folder.resolve("out");
        Command.Result result = Command.run("assemble", "--parts", parts, "--out", target.toString());
        assertEquals(2, result.exitCode(), result.text());
        assertTrue(result.text().contains(message), result.text());
        assertFalse(Files.exists(target));
    }

    /** Each comes up with all that it says it has, and nothing in it lacks anything. */
    @ParameterizedTest
    @ValueSource(strings = {"socks", "websocket", "exit", "minimal"})
    void aProfileRuns(String profile) throws Exception {
        Unpacked assembled = profile(profile);
        assertFalse(assembled.bundles().contains("org.cloakwork.localnet"));
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(line -> line.startsWith("  directory")).replace("  directory", "")
                    .strip();
            try (Command run = Command.start(List.of("env", "CLOAKWORK_EXIT_POLICY=accept 127.0.0.0/8:*",
                    "CLOAKWORK_" + profile.toUpperCase(Locale.ROOT).replace("SOCKS", "SOCKS5") + "_PORT=0",
                    assembled.home().resolve("bin/cloakwork").toString(), "run", "--directory", directory)
                    .stream().filter(word -> word.startsWith("CLOAKWORK_EXIT_POLICY") ? profile.equals("exit")
                            : !word.contains("_PORT=") || Set.of("socks", "websocket").contains(profile)).toList())) {
                run.awaitLine("ready"::equals, Command.PATIENCE);
                if (Set.of("socks", "websocket").contains(profile)) {
                    run.awaitLine(line -> line.startsWith(profile) && line.contains("://127.0.0.1:"),
                            Command.PATIENCE);
                }
                assertEquals(!profile.equals("minimal"), Files.exists(assembled.home().resolve("state/default")));
                Command.Result state = assembled.run("state");
                assertEquals(0, state.exitCode(), state.text());
            }
        }
    }

    @Test
    void theDemosProfileRunsTheDemo() throws Exception {
        Command.Result demo = profile("demo").run("demo", "--once");
        assertEquals(0, demo.exitCode(), demo.text());
    }

    @Test
    void everythingIsAllThatIsThereAsItWasShipped() throws Exception {
        Unpacked assembled = profile("everything");
        assertEquals(new Unpacked(Command.HOME).bundles(), assembled.bundles());
        for (String same : List.of("etc/defaults/cloakwork.cfg", "lib/org.cloakwork.launcher.swaps.jar")) {
            assertEquals(-1, Files.mismatch(Command.HOME.resolve(same), assembled.home().resolve(same)), same);
        }
    }

    @Test
    void aProfileThatIsNoneIsNamed() throws Exception {
        Command.Result result = Command.run("assemble", "--profile", "polka", "--out",
                folder.resolve("out").toString());
        assertEquals(2, result.exitCode(), result.text());
        assertEquals("cloakwork assemble: --profile polka: there is none; there are: demo, socks, websocket, exit, "
                + "minimal, everything", result.text());
    }

    private Unpacked profile(String name) throws Exception {
        Path target = folder.resolve("assembled");
        Command.Result result = Command.run("assemble", "--profile", name, "--out", target.toString());
        assertEquals(0, result.exitCode(), result.text());
        System.out.println(name + ": " + result.lines().getFirst().replaceFirst(".*: ", ""));
        return new Unpacked(target);
    }

    @Test
    void nothingIsWrittenOver() throws Exception {
        Files.writeString(folder.resolve("mine"), "mine");
        Command.Result result = Command.run("assemble", "--parts", PARTS, "--out", folder.toString());
        assertEquals(2, result.exitCode(), result.text());
        assertTrue(result.text().contains(folder + ": not an empty folder"), result.text());
    }

    private Unpacked assemble(Unpacked from, String parts) throws Exception {
        Path target = folder.resolve("assembled");
        Command.Result result = from.run("assemble", "--parts", parts, "--out", target.toString());
        assertEquals(0, result.exitCode(), result.text());
        return new Unpacked(target);
    }
}
