package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The start script with nothing but what POSIX has: shells of many makers, and a PATH with a few tools. So it runs with
 * the bash 3.2 and the BSD tools of macOS, in Alpine and in Debian.
 */
class ScriptTest {

    /** The strictest first, which there must be; the others where they are installed. */
    private static final List<String> SHELLS = List.of("dash", "bash --posix", "posh", "yash", "mksh", "ksh",
            "busybox sh");
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

    private final List<Path> links = new ArrayList<>();

    @TempDir
    private Path folder;

    static List<String> shells() {
        return SHELLS.stream().filter(shell -> BarePath.find(shell.split(" ")[0]).isPresent()).toList();
    }

    /** Through links, to the script from a folder with a space and from there to it by a relative path. */
    private Command.Result run(String shell, List<String> variables, String... arguments) throws Exception {
        BarePath.make(folder.resolve("bin"));
        link(folder.resolve("direct"), Command.HOME.resolve("bin/cloakwork"));
        Path link = Files.createDirectories(folder.resolve("a folder")).resolve("cloak -> work");
        link(link, Path.of("../direct"));
        List<String> command = BarePath.env(folder.resolve("bin"));
        command.addAll(variables);
        String[] words = shell.split(" ");
        command.add(BarePath.find(words[0]).orElseThrow().toString());
        command.addAll(Arrays.asList(words).subList(1, words.length));
        command.add(link.toString());
        command.addAll(List.of(arguments));
        try (Command started = Command.start(command)) {
            return started.end();
        } finally {
            // JUnit warns of links that lead out of the folder.
            for (Path made : links) {
                Files.delete(made);
            }
            links.clear();
        }
    }

    private void link(Path link, Path target) throws IOException {
        links.add(Files.createSymbolicLink(link, target));
    }

    @ParameterizedTest
    @MethodSource("shells")
    void anyShellAndFewToolsWillDo(String shell) throws Exception {
        List<String> java = List.of("JAVA_HOME=" + JAVA_HOME);
        Command.Result version = run(shell, java, "version");
        assertEquals(0, version.exitCode(), version.text());
        // And nothing of a tool or an option that is not there.
        assertEquals(1, version.lines().size(), version.text());
        assertTrue(version.text().endsWith("on Java " + Runtime.version()), version.text());
        assertEquals(List.of(Runtime.version().feature() + " " + JAVA_HOME + "/bin/java"),
                run(shell, java, "java").lines());
        assertEquals(1, run(shell, List.of("JAVA_HOME=" + JAVA_HOME, "CLOAKWORK_HEAP_MIB=0096",
                "JAVA_OPTS=-Dx=1 -Dy=*"), "version").lines().size());
        for (String heap : List.of("95", "1g", "-96", "1234567")) {
            Command.Result refused = run(shell, List.of("JAVA_HOME=" + JAVA_HOME, "CLOAKWORK_HEAP_MIB=" + heap),
                    "version");
            assertEquals(2, refused.exitCode(), refused.text());
            assertEquals("cloakwork: CLOAKWORK_HEAP_MIB=" + heap
                    + ": allowed is a whole number from 96, MiB of heap", refused.text());
        }
        Command.Result refused = run(shell, java, "prepare", "this");
        assertEquals(2, refused.exitCode(), refused.text());
        assertEquals("cloakwork: prepare takes nothing else, not this", refused.text());
    }

    @Test
    void aStrictShellIsAmongThem() {
        System.out.println("start script under: " + String.join(", ", shells()));
        assertTrue(shells().contains("dash"), "dash is needed");
    }

    /** A JDK that does not say its version in a file is asked, and one that is too old is not taken. */
    @Test
    void theJavaOnThePathIsTakenIfItIsNewEnough() throws Exception {
        for (int feature : List.of(17, 99)) {
            Path bin = Files.createDirectories(folder.resolve("bin"));
            Path java = Files.writeString(bin.resolve("java"), "#!/bin/sh\n"
                    + "echo '    java.specification.version = " + feature + "' >&2\n");
            assertTrue(java.toFile().setExecutable(true));
            Command.Result result = run("dash", List.of(), "java");
            assertEquals(feature == 99, result.text().equals("99 " + java), result.text());
        }
    }

    /** What belongs to a checkout is not in what people unpack. */
    @Test
    void itHasNothingOfACheckout() throws Exception {
        String script = Files.readString(Command.HOME.resolve("bin/cloakwork"));
        for (String word : List.of("pom.xml", "mvn", "bench", "soak", "fuzz")) {
            assertTrue(!script.contains(word), word);
        }
    }
}
