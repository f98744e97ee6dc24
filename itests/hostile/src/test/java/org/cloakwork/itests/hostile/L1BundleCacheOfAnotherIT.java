package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * L1: the framework removed the folder for its bundles and made it again; whoever made it in between brought the
 * programs that were run.
 */
class L1BundleCacheOfAnotherIT {

    private static final int STARTS = 5;
    private static final String PREFIX = "cloakwork-";
    /** rwxrwxrwt, as /tmp has it. */
    private static final int EVERYBODYS = 01777;
    private static final String NOBODY = "65534";

    private Path temporary;

    @BeforeEach
    void makeADirectoryForEverybody() throws IOException {
        temporary = Files.createTempDirectory("l1-");
        Files.setAttribute(temporary, "unix:mode", EVERYBODYS);
    }

    @AfterEach
    void removeIt() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private Command cloakwork(String... arguments) throws IOException {
        return Command.cloakwork(Map.of("JAVA_OPTS", "-Djava.io.tmpdir=" + temporary), arguments);
    }

    /** Each way to unpack bundles: to run them, and to learn what they need. */
    private void useBundles(int round) throws Exception {
        try (Command network = cloakwork("localnet")) {
            network.awaitLine("Stop with Ctrl-C."::equals);
            network.signal("TERM");
            assertEquals(128 + 15, network.end().exitCode());
        }
        Path small = temporary.resolve("small-" + round);
        try (Command assemble = cloakwork("assemble", "--out", small.toString(), "--parts",
                "topology-file,websocket-jdk,sphinx-bouncycastle,routes-uniform,"
                        + "retransmission-timeout,cover-none")) {
            assertEquals(0, assemble.end().exitCode(), assemble::text);
        }
    }

    @Test
    void theFolderStaysTheSameAndItsOwnersAloneFromTheFirstMomentToTheLast() throws Exception {
        AtomicBoolean watching = new AtomicBoolean(true);
        Map<Path, String> keys = new HashMap<>();
        Set<String> wrong = new TreeSet<>();
        Thread watcher = Thread.ofPlatform().name("watcher").start(() -> {
            while (watching.get()) {
                watch(keys, wrong);
            }
        });
        useBundles(0);
        watching.set(false);
        watcher.join();
        List<String> names = keys.keySet().stream().map(path -> path.getFileName().toString()).toList();
        assertTrue(names.stream().anyMatch(name -> name.matches(PREFIX + "\\d+"))
                && names.stream().anyMatch(name -> name.matches(PREFIX + "assemble-\\d+")), names::toString);
        assertEquals(Set.of(), wrong);
        assertTrue(keys.keySet().stream().noneMatch(Files::exists), "left behind");
    }

    private void watch(Map<Path, String> keys, Set<String> wrong) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (Path folder : folders) {
                observe(folder, keys, wrong);
            }
        } catch (IOException e) {
            wrong.add(e.toString());
        }
        for (Path folder : List.copyOf(keys.keySet())) {
            observe(folder, keys, wrong);
        }
    }

    private static void observe(Path folder, Map<Path, String> keys, Set<String> wrong) {
        try {
            Map<String, Object> now = Files.readAttributes(folder, "unix:mode,fileKey,creationTime");
            // The number of a folder that is gone may be given to the next one.
            String is = now.get("fileKey") + " of " + now.get("creationTime");
            String was = keys.putIfAbsent(folder, is);
            if (was != null && !was.equals(is)) {
                wrong.add(folder + " was made again");
            }
            if (((int) now.get("mode") & 0777) != 0700) {
                wrong.add(folder + " is open to others");
            }
        } catch (IOException gone) {
            // for good, or its key will be another one
        }
    }

    @Test
    void anotherUserNeverGetsAFolderInBetween() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/bin/setpriv")),
                "only root can be another user");
        Path classes = Files.createDirectory(temporary.resolve("classes"));
        String name = LocalUser.class.getName().replace('.', '/') + ".class";
        Files.createDirectories(classes.resolve(name).getParent());
        Files.copy(LocalUser.class.getResourceAsStream("LocalUser.class"), classes.resolve(name));
        Process other = new ProcessBuilder("/usr/bin/setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY,
                "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:TieredStopAtLevel=1", "-cp",
                classes.toString(), LocalUser.class.getName(), temporary.toString(), PREFIX)
                .redirectErrorStream(true).start();
        try (var said = other.inputReader()) {
            assertEquals("watching", said.readLine());
            for (int round = 1; round <= STARTS; round++) {
                useBundles(round);
            }
            try (OutputStream in = other.getOutputStream()) {
                in.write('\n');
            }
            List<String> lines = said.lines().toList();
            System.out.println("L1: while " + STARTS + " networks and " + STARTS
                    + " assemblies came and went, another user: "
                    + lines.getLast() + ", used " + (lines.size() - 1));
            assertTrue(lines.getLast().matches("tries [1-9]\\d{3,}"), lines.getLast());
            assertFalse(lines.stream().anyMatch(line -> line.startsWith("used")), () -> String.join("\n", lines));
        } finally {
            other.destroyForcibly();
        }
    }
}
