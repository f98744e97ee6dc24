package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** L4: whoever could write a folder of the distribution had his code run within half a second, and nothing said so. */
class L4WhoWritesAFolderRunsCodeIT {

    private static final int EVERYBODYS = 0777;
    private static final int OURS = 0755;

    @TempDir
    private Path temporary;
    private Path home;

    @BeforeEach
    void copyTheDistribution() throws Exception {
        home = temporary.resolve("home");
        run("cp", "-r", Command.HOME.toString(), home.toString());
        run("chmod", "-R", "go-w", home.toString());
        Files.createDirectories(home.resolve("cache"));
    }

    private static void run(String... command) throws Exception {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), () -> Arrays.toString(command));
    }

    private Command cloakwork(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/cloakwork").toString()));
        command.addAll(List.of(arguments));
        return Command.start(command);
    }

    private void assertRefused(String named, String... arguments) throws Exception {
        try (Command command = cloakwork(arguments)) {
            Command.Result result = command.end();
            assertEquals(2, result.exitCode(), result::text);
            assertEquals(1, result.lines().size(), result::text);
            assertTrue(result.text().contains(named), result::text);
        }
    }

    private static void set(Path path, int mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode);
    }

    @Test
    void aFolderThatOthersCanWriteIsRefusedAtAStart() throws Exception {
        for (String name : List.of("bundles", "lib", "etc", "cache")) {
            set(home.resolve(name), EVERYBODYS);
            assertRefused(home.resolve(name).toString(), "localnet");
            set(home.resolve(name), OURS);
        }
        Path state = Files.createDirectory(temporary.resolve("state"));
        set(state, EVERYBODYS);
        assertRefused(state.toString(), "run", "--state", state.toString());
        System.out.println("L4: 5 folders of 5 are refused while others can write them");
    }

    @Test
    void onlyListedJarsAreStartedAtAStartAndAfterwards() throws Exception {
        run("sh", "-c", "cd '" + home + "/bundles' && sha256sum *.jar > ../etc/bundles.sha256");
        Path late = home.resolve("bundles/late.jar");
        try (Command network = cloakwork("localnet")) {
            network.awaitLine("Stop with Ctrl-C."::equals);
            network.signal("TERM");
            network.end();
        }
        try (Stream<Path> jars = Files.list(home.resolve("bundles"))) {
            Files.copy(jars.filter(jar -> jar.toString().endsWith("cover.none.jar")).findFirst().orElseThrow(), late);
        }
        assertRefused(late + ": its SHA-256 is not the one in etc/bundles.sha256", "localnet");
        Path kept = Files.move(late, temporary.resolve("kept.jar"));
        String missing = "http://127.0.0.1:1";
        try (Command client = cloakwork("run", "--directory", missing, "--state",
                temporary.resolve("state").toString())) {
            client.awaitLine(line -> line.startsWith("connecting"));
            Files.move(kept, late);
            client.awaitLine(line -> line.contains("late.jar: its SHA-256 is not the one in etc/bundles.sha256")
                    || line.contains("late.jar: is not used, what was there before stays: its SHA-256"));
        }
    }
}
