package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.cloakwork.itests.testing.distribution.Shell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running instance is changed: by its files, by verbs, through the shell's socket. */
class ControlTest {

    private static final Duration START = Duration.ofSeconds(90);
    /** Twice what is promised: the promise is measured, this is for busy machines. */
    private static final Duration PROMPTLY = Duration.ofSeconds(10);

    @TempDir
    private Path folder;
    private Path etc;
    private Path state;

    @BeforeEach
    void copyConfiguration() throws Exception {
        etc = Files.createDirectories(folder.resolve("etc"));
        state = folder.resolve("state");
        try (Stream<Path> files = Files.list(Command.HOME.resolve("etc/defaults"))) {
            for (Path file : files.toList()) {
                Files.copy(file, etc.resolve(file.getFileName()));
            }
        }
    }

    private void write(String file, String... lines) throws Exception {
        Files.write(etc.resolve(file), List.of(lines));
    }

    /** Changes one line, the last that says anything of the key. */
    private void set(String key, String value) throws Exception {
        Path file = etc.resolve("cloakwork.cfg");
        String text = Files.readString(file);
        String changed = text.replaceFirst("(?m)^" + key + " = .*$", key + " = " + value);
        assertFalse(changed.equals(text), text);
        Files.writeString(file, changed);
    }

    /** Which line says something of a key. */
    private int line(String key) throws Exception {
        List<String> lines = Files.readAllLines(etc.resolve("cloakwork.cfg"));
        return 1 + lines.indexOf(lines.stream().filter(line -> line.startsWith(key + " =")).findFirst().orElseThrow());
    }

    private Command start(String... arguments) throws Exception {
        return Command.cloakwork(Stream.concat(Stream.of(arguments),
                Stream.of("--etc", etc.toString(), "--state", state.toString())).toArray(String[]::new));
    }

    private Command.Result verb(int exitCode, String... arguments) throws Exception {
        Command.Result result = Command.run(Stream.concat(Stream.of(arguments),
                Stream.of("--state", state.toString())).toArray(String[]::new));
        assertEquals(exitCode, result.exitCode(), result.text());
        return result;
    }

    private String ask(String line) throws Exception {
        return new Shell(state).ask(line);
    }

    private Duration await(String question, Predicate<String> wanted) throws Exception {
        return new Shell(state).await(question, wanted, PROMPTLY);
    }

    private static Predicate<String> uses(String kind, String name, String clients) {
        return answer -> answer.lines().anyMatch(line ->
                line.matches(kind + " +" + name + " +in use +" + clients + " +org.cloakwork.*"));
    }

    @Test
    void runningDemoFollowsItsFileAndTheVerbs() throws Exception {
        try (Command demo = start("demo", "--port-base", "0")) {
            demo.awaitLine(line -> line.startsWith("  curl --socks5-hostname"), START);
            assertEquals("rwx------", PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(state.resolve("control"))));
            assertEquals("rw-------", PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(state.resolve("control/socket"))));
            await("parts", uses("cover", "poisson", "alice, bob"));

            set("cover", "constant");
            System.out.println("saved cover = constant, in use after "
                    + await("parts", uses("cover", "constant", "alice, bob")).toMillis() + " ms");
            assertTrue(uses("cover", "constant", "alice, bob").test(verb(0, "parts").text()));

            wrongValuesChangeNothing(demo);
            swapsByVerb();
        }
        verb(1, "parts");
        assertTrue(verb(1, "state").text().contains("no instance runs with the state folder " + state));
    }

    @Test
    void whoIsConnectedFromTheFirstMomentStaysSo() throws Exception {
        try (Command demo = start("demo", "--port-base", "0")) {
            demo.awaitLine(line -> line.startsWith("  alice       "), START);
            try (Command shell = Command.cloakwork("shell", "--state", state.toString())) {
                shell.write("state");
                shell.awaitLine(line -> line.startsWith("bob: "), START);
                demo.awaitLine(line -> line.startsWith("  curl --socks5-hostname"), START);
                shell.write("clients");
                shell.awaitLine(line -> line.startsWith("websocket "), START);
                shell.write("exit");
                assertEquals(0, shell.end().exitCode(), shell::text);
            }
        }
    }

    @Test
    void bundlesOfARunningDemoAreStoppedStartedAndUpdated() throws Exception {
        try (Command demo = start("demo", "--port-base", "0")) {
            String send = demo.awaitLine(line -> line.startsWith("  echo hello | "), START);
            for (String[] part : new String[][]{{"transport", "websocket", "org.cloakwork.transport.websocket"},
                {"sphinx", "fast", "org.cloakwork.sphinx.fast"},
                {"topology", "nym-api", "org.cloakwork.topology.nymapi"}}) {
                String id = ask("lb -s").lines().filter(line -> line.contains("|" + part[2] + " ")).findFirst()
                        .orElseThrow().split("\\|")[0].strip();
                ask("stop " + id);
                await("state", answer -> answer.startsWith("alice: degraded: no " + part[0] + " part \"" + part[1]
                        + "\""));
                ask("start " + id);
                await("state", ControlTest::everyoneIsReady);
                ask("update " + id);
                await("state", ControlTest::everyoneIsReady);
            }
            // The network is still the one that was printed.
            try (Command sent = Command.start(List.of("bash", "-c",
                    send.replace("./cloakwork", "'" + Command.HOME.resolve("bin/cloakwork") + "'")))) {
                Command.Result result = sent.end(START);
                assertEquals(0, result.exitCode(), result.text());
            }
        }
    }

    private static boolean everyoneIsReady(String state) {
        List<String> clients = state.lines().filter(line -> line.matches("\\w+: .*")).toList();
        return clients.size() == 6 && clients.stream().allMatch(line -> line.endsWith(": ready"));
    }

    private void wrongValuesChangeNothing(Command demo) throws Exception {
        write("org.cloakwork.cover.constant.cfg", "main-gap-millis = 0");
        String wrong = etc.resolve("org.cloakwork.cover.constant.cfg")
                + ":1: main-gap-millis: \"0\"; allowed is Milliseconds, 1 to 3600000";
        demo.awaitLine(line -> line.contains(wrong), PROMPTLY);
        await("state", answer -> answer.contains(wrong));
        assertTrue(uses("cover", "constant", "alice, bob").test(ask("parts")));
        write("org.cloakwork.cover.constant.cfg", "main-gap-millis = 40");
        await("state", answer -> !answer.contains("wrong:"));

        set("cover", "polka");
        String missing = etc.resolve("cloakwork.cfg") + ":" + line("cover")
                + ": cover: \"polka\"; allowed is constant, none, poisson";
        demo.awaitLine(line -> line.contains(missing), PROMPTLY);
        await("parts", answer -> answer.contains(missing) && uses("cover", "constant", "alice, bob").test(answer));
        set("cover", "constant\nsphynx = fast");
        await("parts", answer -> answer.contains("sphynx: unknown key") && !answer.contains("polka"));
        Files.writeString(etc.resolve("cloakwork.cfg"),
                Files.readString(etc.resolve("cloakwork.cfg")).replace("\nsphynx = fast", ""));
        await("parts", answer -> !answer.contains("wrong:"));
    }

    private void swapsByVerb() throws Exception {
        String swapped = verb(0, "swap", "sphinx", "bouncycastle", "--client", "bob").text();
        assertTrue(swapped.contains("client bob: sphinx fast -> bouncycastle"), swapped);
        assertTrue(swapped.contains("not written"), swapped);
        assertTrue(uses("sphinx", "bouncycastle", "bob").test(ask("parts")));
        assertTrue(Files.readString(etc.resolve("cloakwork.cfg")).contains("sphinx = fast"));

        String saved = verb(0, "swap", "--save", "retransmission", "adaptive").text();
        assertTrue(saved.contains("written to " + etc.resolve("cloakwork.cfg")), saved);
        assertTrue(Files.readString(etc.resolve("cloakwork.cfg")).contains("\nretransmission = adaptive\n"));
        assertTrue(uses("retransmission", "adaptive", "alice, bob, exit, proxy, site, websocket").test(ask("parts")));

        String none = verb(2, "swap", "cover", "polka").text();
        assertTrue(none.contains("no cover part is called polka; there are: constant, none, poisson"), none);
        verb(2, "swap", "colour", "red");
        verb(2, "swap", "cover");
        verb(2, "swap", "cover", "none", "--client", "carol");
        assertTrue(verb(0, "clients").lines().stream().anyMatch(line -> line.matches("alice +ready .*")));
        assertTrue(verb(0, "drops").text().contains("alice"));
    }

    @Test
    void flagsStandAndFurtherClientsComeAndGo() throws Exception {
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(line -> line.startsWith("  directory"), START)
                    .replace("  directory", "").strip();
            try (Command run = start("run", "--directory", directory, "--cover", "constant")) {
                run.awaitLine("ready"::equals, START);
                set("cover", "none");
                set("sphinx", "bouncycastle");
                await("parts", uses("sphinx", "bouncycastle", "default"));
                assertTrue(uses("cover", "constant", "default").test(ask("parts")));

                write("cloakwork.client-work.cfg", "cover = none", "sphinx = fast");
                await("clients", answer -> answer.lines().anyMatch(line ->
                        line.matches("work +ready .* fast +subset +timeout +none .*")));
                assertTrue(Files.exists(state.resolve("work/private_identity.pem")), "has a state of its own");
                assertTrue(uses("sphinx", "bouncycastle", "default").test(ask("parts")));
                Files.delete(etc.resolve("cloakwork.client-work.cfg"));
                await("clients", answer -> !answer.contains("work"));
                assertFalse(ask("parts").contains("wrong:"));
            }
        }
    }

    @Test
    void partsNamedOnTheCommandLineMustBeThere() throws Exception {
        Command.Result result = verb(2, "run", "--cover", "polka");
        assertEquals("cloakwork run: --cover polka: no cover part is called polka; there are: constant, none, poisson",
                result.text());
    }

    @Test
    void clientThatCannotStartIsRefused() throws Exception {
        write("cloakwork.cfg", "cover = none", "gateway = nonsense");
        Command.Result result = verb(2, "run", "--etc", etc.toString());
        assertEquals("cloakwork run: " + etc.resolve("cloakwork.cfg") + ":2: gateway: \"nonsense\", identity key must "
                + "be 32 bytes, not 6; allowed is a gateway's identity, or up to 10 of them separated by commas",
                result.text());
    }

    @Test
    void everyMistakeIsToldAtOnceInTheOrderOfTheFilesAndNothingBegins() throws Exception {
        Path clients = etc.resolve("cloakwork.cfg");
        Files.write(clients, ("cover = polka\nsphynx = fast\ntls = maybe\n\nfrontends = socks5, webs0cket\n"
                + "socks5.port = many\nsphinx = fast\nsphinx = bouncycastle\npolka.x = 1\n")
                .getBytes(StandardCharsets.UTF_8));
        Path work = etc.resolve("cloakwork.client-work.cfg");
        Files.writeString(work, "state = elsewhere\n");
        Path file = etc.resolve("org.cloakwork.topology.file.cfg");
        Files.write(file, "path = M\u00fcller.json\n".getBytes(StandardCharsets.ISO_8859_1));
        List<String> lines = verb(2, "run", "--etc", etc.toString()).lines();
        List<String> beginnings = List.of(clients + ":1: cover: \"polka\"; allowed is ",
                clients + ":2: sphynx: unknown key; did you mean sphinx?", clients + ":3: tls: \"maybe\"; allowed is ",
                clients + ":5: frontends: \"webs0cket\"; did you mean websocket?",
                clients + ":6: socks5.port: \"many\"; allowed is ",
                clients + ":8: sphinx: stands in line 7, too", clients + ":9: polka.x: unknown key; no front-end is "
                        + "called polka; there are: ", work + ":1: state: ",
                file + ":1: byte 9 of the file is 0xFC, which is not UTF-8");
        assertEquals(beginnings.size(), lines.size(), lines.toString());
        for (int i = 0; i < lines.size(); i++) {
            assertTrue(lines.get(i).startsWith("cloakwork run: " + beginnings.get(i)), lines.get(i));
        }
        assertFalse(Files.exists(state.resolve("default")), "keys were made");
    }

    @Test
    void whatOnlyAFrontEndKnowsIsAMistakeAtTheStartToo() throws Exception {
        write("cloakwork.cfg", "cover = none", "frontends = exit");
        Command.Result result = verb(2, "run", "--etc", etc.toString(), "--directory", "http://127.0.0.1:9/");
        assertTrue(result.lines().getLast().startsWith("cloakwork run: front-end exit: policy: missing"),
                result.text());
        Files.delete(etc.resolve("cloakwork.cfg"));
        assertEquals("cloakwork run: " + etc.resolve("cloakwork.cfg") + ": no such file",
                verb(2, "run", "--etc", etc.toString()).text());
    }

    @Test
    void oneLineIsEnoughAndWhatNobodyReadsOrMayReadIsToldOnce() throws Exception {
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(line -> line.startsWith("  directory"), START)
                    .replace("  directory", "").strip();
            Files.delete(etc.resolve("org.cloakwork.topology.nymapi.cfg"));
            write("cloakwork.cfg", "\uFEFFfrontends = websocket");
            write("org.cloakwork.frontend.websocket.cfg", "port = 0");
            write("org.cloakwork.client-work.cfg", "cover = none");
            try (Command run = start("run", "--directory", directory)) {
                String unread = etc.resolve("org.cloakwork.client-work.cfg")
                        + ": nothing reads this file; did you mean cloakwork.client-work.cfg?";
                run.awaitLine(line -> line.endsWith(unread), START);
                URI door = URI.create(run.awaitLine(line -> line.startsWith("websocket ws://"), START)
                        .replaceFirst("websocket ws:", "http:"));
                run.awaitLine("ready"::equals, START);
                assertTrue(uses("cover", "poisson", "default").test(ask("parts")));
                HttpClient page = HttpClient.newHttpClient();
                for (String origin : List.of("https://evil.example", "https://evil.example", "https://last.example")) {
                    assertEquals(403, page.send(HttpRequest.newBuilder(door).header("Origin", origin).build(),
                            HttpResponse.BodyHandlers.discarding()).statusCode());
                }
                run.awaitLine(line -> line.contains("its origin https://last.example is not among allowed-origins"),
                        START);
                assertEquals(1, run.text().split("https://evil.example", -1).length - 1, run.text());
                assertEquals(1, run.text().split("nothing reads this file", -1).length - 1, run.text());
            }
        }
    }
}
