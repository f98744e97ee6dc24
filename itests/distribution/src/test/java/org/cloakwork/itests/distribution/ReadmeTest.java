package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java program in the README, character by character, with no OSGi in sight. */
class ReadmeTest {

    private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");

    @TempDir
    private Path folder;

    @Test
    void programRunsOnTheClassPath() throws Exception {
        Path source = Files.writeString(folder.resolve("Hello.java"), program());
        String classPath = jars().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        succeeds(List.of(BIN.resolve("java").toString(), "-cp", classPath, source.toString()));
    }

    @Test
    void aPageComesThroughTheExitOfTheDemo() throws Exception {
        Path source = Files.writeString(folder.resolve("Page.java"), program("Page"));
        String classPath = jars().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        try (Command demo = Command.cloakwork("demo", "--port-base", "0")) {
            String page = word(demo.awaitLine(line -> line.startsWith("  a page ")));
            String directory = word(demo.awaitLine(line -> line.startsWith("  directory ")));
            try (Command program = Command.start(List.of(BIN.resolve("java").toString(), "-cp", classPath,
                    source.toString(), directory, page))) {
                Command.Result result = program.end(Duration.ofMinutes(2));
                assertEquals(0, result.exitCode(), result.text());
                assertTrue(result.text().contains("<html"), result.text());
            }
        }
    }

    /** {@return the second one of a line} */
    private static String word(String line) {
        return line.strip().replaceFirst("^(a page|directory) +", "").split(" ")[0];
    }

    @Test
    void programRunsOnTheModulePath() throws Exception {
        Path sources = Files.createDirectories(folder.resolve("src/hello"));
        Files.writeString(sources.resolve("Hello.java"), "package hello;\n" + program());
        Path module = Files.writeString(folder.resolve("src/module-info.java"),
                "module hello { requires org.cloakwork.api; requires java.logging; }");
        String modulePath = jars().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        Path classes = folder.resolve("classes");
        compiles(List.of(BIN.resolve("javac").toString(), "-p", modulePath, "-d", classes.toString(), module.toString(),
                sources.resolve("Hello.java").toString()));
        // The parts are found by ServiceLoader: nothing but the API is named, the others are bound by it.
        succeeds(List.of(BIN.resolve("java").toString(), "-p", modulePath + File.pathSeparator + classes, "-m",
                "hello/hello.Hello"));
    }

    private static String program() throws Exception {
        return program("Hello");
    }

    private static String program(String name) throws Exception {
        String readme = Files.readString(Path.of(System.getProperty("cloakwork.readme")));
        Matcher java = Pattern.compile("```java\n((?:(?!```).)*public class " + name + " .*?)```", Pattern.DOTALL)
                .matcher(readme);
        assertTrue(java.find(), "the README has a Java program " + name);
        return java.group(1);
    }

    private static Stream<Path> jars() throws Exception {
        try (Stream<Path> files = Stream.concat(Files.list(Command.HOME.resolve("lib")),
                Files.list(Command.HOME.resolve("bundles")))) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList().stream();
        }
    }

    private static void compiles(List<String> command) throws Exception {
        try (Command javac = Command.start(command)) {
            Command.Result result = javac.end(Duration.ofMinutes(2));
            assertEquals(0, result.exitCode(), result.text());
        }
    }

    private static void succeeds(List<String> command) throws Exception {
        try (Command program = Command.start(command)) {
            Command.Result result = program.end(Duration.ofMinutes(2));
            assertEquals(0, result.exitCode(), result.text());
            assertTrue(result.text().contains("Acknowledged[packets=1"), result.text());
        }
    }
}
