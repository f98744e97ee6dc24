package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people download: unpacked, used, and replaced by a newer one. */
class ZipTest {

    @TempDir
    private Path folder;

    /** Nor a locale, as under cron and in containers: the folder's name has an umlaut, which this JVM may not know. */
    @Test
    void theDemoNeedsNothingButAJdk() throws Exception {
        Unpacked.in(Files.createDirectory(folder.resolve("home")));
        try (Command demo = Command.start(List.of("env", "-i", "PATH=/usr/bin:/bin",
                "JAVA_HOME=" + System.getProperty("java.home"), "bash", "-c", "cd '" + folder
                + "' && mv home $'gr\\303\\274n' && exec $'gr\\303\\274n/bin/cloakwork' demo --once"))) {
            Command.Result result = demo.end(Command.PATIENCE);
            assertEquals(0, result.exitCode(), result.text());
            assertTrue(result.text().contains("Everything arrived and was acknowledged."), result.text());
        }
    }

    @Test
    void itHasWhatItSays() throws Exception {
        try (ZipFile zip = new ZipFile(Unpacked.ZIP.toFile())) {
            for (String entry : List.of("bin/cloakwork", "lib/org.cloakwork.api.jar",
                    "bundles/" + Unpacked.COVER, "README.md", "LICENSE",
                    "etc/defaults/cloakwork.cfg", "docs/parts.md")) {
                assertTrue(zip.getEntry(entry) != null, entry);
            }
            assertEquals(List.of(), zip.stream().map(ZipEntry::getName).filter(name -> name.startsWith("lib/"))
                    .filter(name -> zip.getEntry(name.replace("lib/", "bundles/")) != null)
                    .filter(name -> name.endsWith(".jar")).toList(), "jars that are there twice");
            // What its owner changes is not in it, so that a newer one does not replace it.
            assertEquals(List.of(), zip.stream().map(ZipEntry::getName)
                    .filter(name -> name.matches("etc/[^/]+\\.cfg|state/.*")).toList());
        }
    }

    @Test
    void aNewerOneKeepsConfigurationStateAndOwnBundles() throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        Path network = folder.resolve("net.json");
        Unpacked unpacked = Unpacked.in(home);
        try (Command localnet = Command.cloakwork("localnet", "--network-file", network.toString())) {
            localnet.awaitLine(line -> line.startsWith("Stop with"), Command.PATIENCE);
            String address = address(unpacked, network);
            Path configuration = home.resolve("etc/cloakwork.cfg");
            String changed = Files.readString(configuration).replace("cover = none", "cover = constant");
            Files.writeString(configuration, changed);
            Path own = Files.write(home.resolve("bundles/own.jar"),
                    Unpacked.read(Unpacked.ZIP, "bundles/" + Unpacked.COVER));
            Unpacked.edit(own, attributes -> attributes.putValue("Bundle-SymbolicName", "org.example.own"));

            Unpacked.of(Unpacked.newer(folder), home);
            // The file system of zips that the test has written with leaves the rights out.
            Files.setPosixFilePermissions(home.resolve("bundles/" + Unpacked.COVER),
                    PosixFilePermissions.fromString("rw-r--r--"));

            assertEquals(changed, Files.readString(configuration));
            assertTrue(Files.readString(home.resolve("etc/defaults/cloakwork.cfg")).startsWith("# newer"));
            assertTrue(unpacked.bundles().contains("org.example.own"));
            assertEquals(unpacked.bundles().size(), new HashSet<>(unpacked.bundles()).size(), "twice: "
                    + unpacked.bundles());
            try (JarFile jar = new JarFile(home.resolve("bundles/" + Unpacked.COVER).toFile())) {
                assertEquals("99.0.0", jar.getManifest().getMainAttributes().getValue("Bundle-Version"));
            }
            Files.delete(own);
            assertEquals(address, address(unpacked, network));
            assertFalse(Files.readString(configuration).startsWith("# newer"));
        }
    }

    private static String address(Unpacked unpacked, Path network) throws Exception {
        try (Command run = unpacked.start("run", "--network-file", network.toString())) {
            return run.awaitLine(line -> line.startsWith("address "), Command.PATIENCE);
        }
    }
}
