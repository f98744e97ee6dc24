package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cloakwork upgrade}, and what an older version leaves behind. */
class UpgradeTest {

    private static final Path KEPT = Path.of("../store/src/test/resources/kept");
    private static final String CLIENT = "org.cloakwork.client.jar";
    private static final int KILLS = 6;
    private static final int MOST_MILLIS = 2500;

    @TempDir
    private Path folder;

    private Path home;
    private Unpacked unpacked;
    private Path newer;

    @BeforeEach
    void unpack() throws Exception {
        home = Files.createDirectory(folder.resolve("home"));
        unpacked = Unpacked.in(home);
        newer = summed(Unpacked.newer(folder));
    }

    private static Path summed(Path zip) throws Exception {
        Files.writeString(zip.resolveSibling(zip.getFileName() + ".sha256"),
                sha256(zip) + "  " + zip.getFileName() + "\n");
        return zip;
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    /** {@return the bytes of what a distribution brings, as a digest, by name} */
    private static Map<String, String> files(Path home) throws Exception {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = home.relativize(file);
                if (!name.startsWith("upgrade") && !name.startsWith("state")
                        && (!name.startsWith("etc") || name.startsWith("etc/defaults"))) {
                    digests.put(name.toString(), sha256(file));
                }
            }
        }
        return digests;
    }

    private static List<String> differing(Map<String, String> one, Map<String, String> other) {
        return Stream.of(one, other).flatMap(files -> files.keySet().stream()).distinct()
                .filter(name -> !Objects.equals(one.get(name), other.get(name))).toList();
    }

    private Map<String, String> ofTheNewer() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        Unpacked.of(newer, other);
        return files(other);
    }

    @Test
    void partsGoToARunningInstanceAndTheRestWaitsForItsRestart() throws Exception {
        Path network = folder.resolve("net.json");
        try (Command localnet = Command.cloakwork("localnet", "--network-file", network.toString())) {
            localnet.awaitLine(line -> line.startsWith("Stop with"));
            try (Command run = unpacked.start("run", "--network-file", network.toString(), "--frontends", "",
                    "--cover", "constant")) {
                run.awaitLine(line -> line.equals("ready"));
                Path configuration = home.resolve("etc/cloakwork.cfg");
                String own = Files.readString(configuration) + "# mine\n";
                Files.writeString(configuration, own);

                Command.Result result = unpacked.run("upgrade", newer.toString());
                assertEquals(0, result.exitCode(), result.text());
                assertTrue(result.lines().contains("in use now: cover-constant"), result.text());
                assertTrue(result.lines().contains("put in place as soon as the instance that runs here is stopped and "
                        + "started again: 2 files (etc)"), result.text());
                assertTrue(result.text().contains("etc/cloakwork.cfg was changed here and stays as it is"),
                        result.text());
                assertTrue(unpacked.run("parts").text().contains("org.cloakwork.cover.constant 99.0.0"));
                assertEquals(own, Files.readString(configuration));
                assertFalse(Files.exists(home.resolve("etc/cloakwork.cfg.new")), "before the restart");
            }
        }
        // Whatever else may be asked until then, an instance is what completes it.
        assertEquals(0, unpacked.run("version").exitCode());
        assertTrue(Files.exists(home.resolve("upgrade/ready")));
        assertEquals(0, unpacked.run("run", "--help").exitCode());
        assertFalse(Files.exists(home.resolve("upgrade")));
        assertTrue(Files.readString(home.resolve("etc/cloakwork.cfg.new")).startsWith("# newer"));
        assertEquals(List.of(), differing(ofTheNewer(), files(home)));
    }

    @Test
    void killedAnywhereItIsTheOneOrTheOtherAndCanBeRunAgain() throws Exception {
        Map<String, String> before = files(home);
        Map<String, String> after = ofTheNewer();
        for (int kill = 0; kill < KILLS; kill++) {
            Process upgrade = new ProcessBuilder(home.resolve("bin/cloakwork").toString(), "upgrade", newer.toString())
                    .redirectErrorStream(true).redirectOutput(folder.resolve("out").toFile()).start();
            if (!upgrade.waitFor(ThreadLocalRandom.current().nextInt(MOST_MILLIS), TimeUnit.MILLISECONDS)) {
                upgrade.destroyForcibly().waitFor();
            }
            // What one had made ready, the script of the next puts in place, whatever becomes of that one.
            Map<String, String> now = files(home);
            assertTrue(differing(before, now).isEmpty() || differing(after, now).isEmpty()
                    || Files.exists(home.resolve("upgrade/ready")), "after kill " + kill);
        }
        assertEquals(0, unpacked.run("upgrade", newer.toString()).exitCode());
        assertEquals(0, unpacked.run("version").exitCode());
        assertEquals(List.of(), differing(after, files(home)));
    }

    /** The start script was killed after some of its moves. */
    @Test
    void aStartGoesOnWithWhatAnotherHasBegun() throws Exception {
        Files.writeString(home.resolve("docs/parts.md"), "of an older version");
        assertEquals(0, unpacked.run("upgrade", newer.toString()).exitCode());
        Files.move(home.resolve("upgrade/new/bundles").resolve(Unpacked.COVER),
                home.resolve("bundles").resolve(Unpacked.COVER), StandardCopyOption.REPLACE_EXISTING);
        assertTrue(Files.exists(home.resolve("upgrade/new/docs/parts.md")));
        assertEquals(0, unpacked.run("version").exitCode());
        assertFalse(Files.exists(home.resolve("upgrade")));
        assertEquals(List.of(), differing(ofTheNewer(), files(home)));
        assertTrue(Files.isExecutable(home.resolve("bin/cloakwork")));
    }

    @Test
    void whatIsNotRightIsRefusedAndChangesNothing() throws Exception {
        Map<String, String> before = files(home);
        Path altered = Files.copy(newer, folder.resolve("altered.zip"));
        refused(altered, "altered.zip.sha256: cannot be read");
        Files.copy(folder.resolve(newer.getFileName() + ".sha256"), folder.resolve("altered.zip.sha256"));
        Files.write(altered, new byte[1], StandardOpenOption.APPEND);
        refused(altered, "its SHA-256 is ");

        Path old = folder.resolve("old.jar");
        Files.write(old, Unpacked.read(newer, "bundles/" + CLIENT));
        Unpacked.edit(old, attributes -> attributes.putValue("Cloakwork-State", "1"));
        Files.copy(newer, altered, StandardCopyOption.REPLACE_EXISTING);
        try (FileSystem zip = FileSystems.newFileSystem(altered)) {
            Files.copy(old, zip.getPath("bundles", CLIENT), StandardCopyOption.REPLACE_EXISTING);
        }
        refused(summed(altered), "cannot read what");

        Files.writeString(home.resolve("etc/bundles.sha256"), "0".repeat(64) + "  some.jar\n");
        refused(newer, "its SHA-256 is not the one in etc/bundles.sha256");
        assertEquals(List.of(), differing(before, files(home)));
        assertFalse(Files.exists(home.resolve("upgrade/new")));
    }

    private void refused(Path archive, String why) throws Exception {
        Command.Result result = unpacked.run("upgrade", archive.toString());
        assertEquals(2, result.exitCode(), result.text());
        assertTrue(result.text().contains(why), result.text());
    }

    @Test
    void jarsOfAnOlderVersionAreRetired() throws Exception {
        for (String old : List.of("bundles/org.cloakwork.exit.jar", "lib/org.cloakwork.wire.jar")) {
            Files.write(home.resolve(old), new byte[1]);
        }
        assertEquals(0, unpacked.run("version").exitCode());
        for (String old : List.of("bundles/org.cloakwork.exit.jar", "lib/org.cloakwork.wire.jar")) {
            assertFalse(Files.exists(home.resolve(old)), old);
            assertTrue(Files.exists(home.resolve(old + ".retired")), old);
        }
    }

    @Test
    void whatVersionsHadAndThisOneHasNotIsNamed() throws Exception {
        Predicate<String> isName = line -> !line.startsWith("#");
        List<String> retired = Files.readAllLines(home.resolve("lib/retired.txt")).stream().filter(isName).toList();
        assertEquals(List.of(), retired.stream().filter(jar -> Files.exists(home.resolve(jar))).toList());
        List<String> forgotten = new ArrayList<>();
        try (Stream<Path> lists = Files.list(KEPT)) {
            for (Path list : lists.filter(file -> file.toString().endsWith(".jars")).toList()) {
                forgotten.addAll(Files.readAllLines(list).stream().filter(jar -> !Files.exists(home.resolve(jar))
                        && !retired.contains(jar)).map(jar -> list.getFileName() + ": " + jar).toList());
            }
        }
        assertEquals("", forgotten.stream().collect(Collectors.joining("\n")), "to be added to retired.txt");
    }
}
