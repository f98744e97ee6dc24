package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.cloakwork.spi.part.PartKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Projects that {@code cloakwork new} makes, built and used: a client all of whose parts are those of a newcomer. */
class NewTest {

    private static final List<String> KINDS =
            Stream.concat(PartKind.OF_A_CLIENT.stream(), Stream.of(PartKind.FRONT_END)).map(PartKind::name).toList();

    @TempDir
    private Path folder;

    @Test
    void aClientOfNothingButNewParts() throws Exception {
        Unpacked unpacked = Unpacked.in(Files.createDirectory(folder.resolve("home")));
        Path projects = Files.createDirectory(folder.resolve("projects"));
        for (String kind : KINDS) {
            Command.Result made = unpacked.run("new", kind, "rain-drop", "--out", projects.resolve(kind).toString());
            assertEquals(0, made.exitCode(), made.text());
        }
        build(projects);
        for (String kind : KINDS) {
            Path jar = projects.resolve(kind).resolve("target/org.example." + kind + ".rain_drop-1.0.0.jar");
            Files.copy(jar, unpacked.home().resolve("bundles").resolve(jar.getFileName()));
        }
        Command.Result studied = unpacked.run("lab", "--routes", "uniform,rain-drop:draws=3", "--cover", "rain-drop",
                "--retransmission", "rain-drop", "--hostile", "0.1", "--hours", "0.02", "--clients", "20", "--pairs",
                "0");
        assertEquals(0, studied.exitCode(), studied.text());
        assertTrue(studied.text().contains("rain-drop:draws=3"), studied.text());
        Command.Result wrong = unpacked.run("lab", "--routes", "rain-drop:draws=0", "--hostile", "0.1");
        assertTrue(wrong.exitCode() > 0 && wrong.text().contains("draws: \"0\""), wrong.text());
        Path etc = Files.createDirectory(folder.resolve("etc"));
        Files.writeString(etc.resolve("cloakwork.cfg"), KINDS.stream()
                .map(kind -> (kind.equals(PartKind.FRONT_END.name()) ? "frontends" : kind) + " = rain-drop\n")
                .collect(Collectors.joining()));
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(l -> l.startsWith("  directory"), Command.PATIENCE)
                    .replace("  directory", "").strip();
            Files.writeString(etc.resolve("org.cloakwork.topology.nymapi.cfg"), "urls = " + directory + "\n");
            localnet.awaitLine(l -> l.startsWith("Stop with"), Command.PATIENCE);
            try (Command run = unpacked.start("run", "--etc", etc.toString(), "--verbose")) {
                String address = run.awaitLine(l -> l.startsWith("address "), Command.PATIENCE)
                        .substring("address ".length());
                String serves = run.awaitLine(l -> l.contains("front-end rain-drop serves at"), Command.PATIENCE);
                talk(address, port(serves));
            }
        }
    }

    /** All at once: starting Maven takes longer than building one of them. */
    private static void build(Path projects) throws Exception {
        Files.writeString(projects.resolve("pom.xml"), """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>all</groupId>
                  <artifactId>all</artifactId>
                  <version>1</version>
                  <packaging>pom</packaging>
                  <modules>%s</modules>
                </project>
                """.formatted(KINDS.stream().map(kind -> "<module>" + kind + "</module>")
                .collect(Collectors.joining())));
        maven(projects);
    }

    /** Everything it needs was needed to build this, so it is in Maven's repository already. */
    static void maven(Path project, String... more) throws Exception {
        List<String> command = Stream.concat(Stream.of("mvn", "-B", "-o", "-q", "-f", project.toString()),
                Stream.of(more))
                .collect(Collectors.toList());
        command.add("package");
        try (Command mvn = Command.start(command)) {
            Command.Result result = mvn.end(Command.PATIENCE.multipliedBy(2));
            assertEquals(0, result.exitCode(), result.text());
        }
    }

    private static int port(String line) {
        Matcher matcher = Pattern.compile("tcp://127\\.0\\.0\\.1:(\\d+)").matcher(line);
        assertTrue(matcher.find(), line);
        return Integer.parseInt(matcher.group(1));
    }

    private static void talk(String address, int port) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", port);
             BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(),
                     StandardCharsets.UTF_8));
             PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8)) {
            socket.setSoTimeout((int) Command.PATIENCE.toMillis());
            out.println("address");
            assertEquals(address, in.readLine());
            out.println(address + " hello");
            assertEquals("sent", in.readLine());
            assertEquals("received hello", in.readLine());
        }
    }

    @Test
    void theExampleBuildsWhereItIsUnpacked() throws Exception {
        Unpacked unpacked = Unpacked.in(Files.createDirectory(folder.resolve("home")));
        maven(unpacked.home().resolve("examples/frontend-post"));
        assertTrue(Files.exists(unpacked.home()
                .resolve("examples/frontend-post/target/org.cloakwork.examples.post-1.0.0.jar")));
    }

    @Test
    void whatItPrintsCanBePastedWhateverTheFolderIsCalled() throws Exception {
        Unpacked unpacked = Unpacked.in(Files.createDirectory(folder.resolve("it's my & home")));
        Path project = folder.resolve("a cover");
        Command.Result made = unpacked.run("new", "cover", "drip", "--out", project.toString());
        assertEquals(0, made.exitCode(), made.text());
        List<String> lines = made.text().lines().toList();
        bash("mvn -B -o -q " + lines.get(1).replaceFirst(" *build and test  mvn ", "") + " -DskipTests");
        bash(lines.get(2).replaceFirst(" *install *", ""));
        bash("cd '" + project + "' && " + Files.readAllLines(project.resolve("README.md")).get(4));
        assertTrue(unpacked.bundles().contains("org.example.cover.drip"), unpacked.bundles().toString());
    }

    private static void bash(String line) throws Exception {
        try (Command command = Command.start(List.of("bash", "-c", line))) {
            Command.Result result = command.end(Command.PATIENCE);
            assertEquals(0, result.exitCode(), line + "\n" + result.text());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            new                            | KIND is missing
            new cover                      | NAME is missing
            new hat drip                   | hat: no such kind of part; there is cover, frontend, retransmission, routes
            new all drip                   | all: no such kind of part
            new cover Drip                 | Drip: a name is lower-case letters
            new cover ../drip              | ../drip: a name is lower-case letters
            new cover drip --package 1.2   | --package 1.2: not a name
            new cover drip --out /         | --out /: there already
            """)
    void whatIsWrongIsNamed(String arguments, String message) throws Exception {
        Command.Result result = Command.run(arguments.split(" "));
        assertEquals(2, result.exitCode(), result.text());
        assertTrue(result.text().contains(message), result.text());
    }
}
