package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The archive that brings its own runtime, as Maven's profile {@code release} makes it. */
@EnabledIfSystemProperty(named = "cloakwork.archives", matches = ".+", disabledReason = "made by -Prelease only")
class ArchiveTest {

    @TempDir
    private Path folder;
    private Path home;

    @BeforeEach
    void unpackIt() throws Exception {
        Path archive;
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("cloakwork.archives")))) {
            archive = files.filter(file -> file.toString().endsWith(".tar.gz")).findFirst().orElseThrow();
        }
        System.out.println(archive.getFileName() + ": " + Files.size(archive) + " bytes");
        home = Files.createDirectory(folder.resolve("an empty folder"));
        try (Command tar = Command.start(List.of("tar", "-xzf", archive.toString(), "-C", home.toString()))) {
            assertEquals(0, tar.end().exitCode(), tar.text());
        }
    }

    @Test
    void theDemoNeedsNoJava() throws Exception {
        Path loaded = folder.resolve("loaded");
        List<String> command = BarePath.env(BarePath.make(folder.resolve("bin")));
        command.addAll(List.of("JAVA_OPTS=-Xlog:class+load:file=" + loaded, home.resolve("bin/cloakwork").toString(),
                "demo", "--once"));
        try (Command demo = Command.start(command)) {
            Command.Result result = demo.end();
            assertEquals(0, result.exitCode(), result.text());
            assertTrue(result.text().contains("Everything arrived and was acknowledged."), result.text());
            assertTrue(result.lines().stream().noneMatch(line -> line.contains("WARNING")), result.text());
        }
        assertTrue(Files.exists(home.resolve("etc/cloakwork.cfg")), "it ran somewhere else");
        // The cache that was made elsewhere is used here, too.
        try (Stream<String> lines = Files.lines(loaded)) {
            assertTrue(lines.anyMatch(line -> line.contains("org.cloakwork.launcher.Main ")
                    && line.contains("shared objects file")), "Main does not come from the AOT cache");
        }
    }

    /** What is left out on purpose is in the launcher's Framework. */
    @Test
    void theRuntimeHasTheModulesThatOurClassesNeed() throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        for (String where : List.of("lib", "bundles")) {
            try (Stream<Path> jars = Files.list(home.resolve(where))) {
                for (Path jar : jars.filter(file -> file.getFileName().toString().startsWith("org.cloakwork."))
                        .toList()) {
                    unpackClasses(jar, classes);
                }
            }
        }
        StringWriter listed = new StringWriter();
        PrintWriter out = new PrintWriter(listed);
        assertEquals(0, ToolProvider.findFirst("jdeps").orElseThrow().run(out, out, "--ignore-missing-deps",
                "--list-deps", classes.toString()), listed.toString());
        Set<String> needed = listed.toString().lines().map(line -> line.strip().split("/")[0])
                .filter(name -> name.matches("(java|jdk)\\..*")).collect(Collectors.toCollection(TreeSet::new));
        System.out.println("our classes need " + needed);
        assertTrue(needed.contains("java.net.http"), listed.toString());
        try (Command java = Command.start(List.of(home.resolve("runtime/bin/java").toString(), "--list-modules"))) {
            Set<String> there = java.end().lines().stream().map(line -> line.split("@")[0])
                    .collect(Collectors.toSet());
            needed.removeAll(there);
            assertEquals(Set.of(), needed, "not in the runtime");
        }
    }

    private static void unpackClasses(Path jar, Path to) throws IOException {
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (entry.getName().startsWith("org/cloakwork/") && entry.getName().endsWith(".class")) {
                    Path file = to.resolve(entry.getName());
                    Files.createDirectories(file.getParent());
                    Files.write(file, in.readAllBytes());
                }
            }
        }
    }
}
