package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.cloakwork.itests.testing.distribution.Command;
import org.cloakwork.itests.testing.distribution.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars that are put into {@code bundles/} of a running instance and end what worked. */
class TakenBackTest {

    private static final Duration START = Duration.ofSeconds(120);
    /** 30 s are promised; this is for busy machines. */
    private static final Duration PROMISED_TWICE = Duration.ofSeconds(60);
    private static final String COVER = "org/cloakwork/cover/none/NoCover";

    @TempDir
    private Path folder;
    private Unpacked unpacked;

    private Path bundles() {
        return unpacked.home().resolve("bundles");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(bundles())) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.endsWith(".taken-back"))
                    .sorted().toList();
        }
    }

    private static boolean isWell(String state) {
        List<String> clients = state.lines().filter(line -> line.matches("\\w+: .*")).toList();
        return !clients.isEmpty() && clients.stream().allMatch(line -> line.endsWith(": ready"));
    }

    /** Puts a newer bundle there, as an operator does: written elsewhere, then moved. */
    private void drop(String bundle, String name, UnaryOperator<Manifest> manifest, Map<String, byte[]> files)
            throws IOException {
        Path written = folder.resolve(bundle + ".new");
        try (JarFile old = new JarFile(unpacked.home().resolve("bundles/" + bundle + ".jar").toFile());
             OutputStream out = Files.newOutputStream(written)) {
            Manifest changed = new Manifest(old.getManifest());
            changed.getMainAttributes().putValue("Bundle-Version", "9.0.0");
            try (JarOutputStream jar = new JarOutputStream(out, manifest.apply(changed))) {
                for (JarEntry entry : old.stream().filter(entry -> !entry.getName().equals(JarFile.MANIFEST_NAME))
                        .toList()) {
                    jar.putNextEntry(new JarEntry(entry.getName()));
                    try (InputStream in = old.getInputStream(entry)) {
                        byte[] other = files.get(entry.getName());
                        jar.write(other == null ? in.readAllBytes() : other);
                    }
                }
            }
        }
        Files.move(written, bundles().resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    /** {@return a cover part that wants its next packet to leave in a year} */
    private byte[] year() throws IOException {
        Path source = Files.writeString(Files.createDirectories(folder.resolve("source")).resolve("NoCover.java"), """
                package org.cloakwork.cover.none;
                import java.time.Duration;
                import java.util.Optional;
                import org.cloakwork.spi.cover.CoverTrafficStrategy;
                import org.cloakwork.spi.runtime.Randomness;
                public final class NoCover implements CoverTrafficStrategy {
                    public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
                        return Optional.of(Duration.ofDays(365));
                    }
                    public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
                        return Optional.empty();
                    }
                }
                """);
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "--release", "21", "-proc:none",
                "-cp", unpacked.home().resolve("lib/org.cloakwork.api.jar").toString(), "-d",
                folder.resolve("classes").toString(), source.toString()));
        return Files.readAllBytes(folder.resolve("classes").resolve(COVER + ".class"));
    }

    @Test
    void whatEndsAClientIsTakenBackOrNotEvenTaken() throws Exception {
        unpacked = Unpacked.in(Files.createDirectories(folder.resolve("home")));
        Path state = folder.resolve("state");
        try (Command demo = unpacked.start("demo", "--port-base", "0", "--cover", "none", "--state",
                state.toString())) {
            demo.awaitLine(line -> line.startsWith("  echo hello | "), START);
            Shell shell = new Shell(state);
            shell.await("state", TakenBackTest::isWell, START);

            drop("org.cloakwork.wire", "org.cloakwork.wire-9.jar", TakenBackTest::withOtherExports, Map.of());
            String refused = demo.awaitLine(line -> line.contains("org.cloakwork.wire-9.jar"), START);
            assertTrue(refused.contains("is not used, what was there before stays: ")
                    && refused.contains(" needs org.cloakwork.wire"), refused);
            assertTrue(isWell(shell.ask("state")), shell.ask("state"));

            Files.delete(bundles().resolve("org.cloakwork.wire-9.jar"));
            List<String> names = names();
            drop("org.cloakwork.cover.none", "org.cloakwork.cover.none-9.jar", manifest -> manifest,
                    Map.of(COVER + ".class", year()));
            shell.await("state", answer -> answer.contains("degraded: cover part \"none\" failed: untilNextSlot "
                    + "returned PT8760H; allowed is more than 0 and at most PT720H"), START);
            backAgain(demo, shell, "org.cloakwork.cover.none-9.jar");

            assertEquals(names, names());
            Path inPlace = bundles().resolve("org.cloakwork.client.jar");
            byte[] before = Files.readAllBytes(inPlace);
            drop("org.cloakwork.client", "org.cloakwork.client.jar", TakenBackTest::withoutComponents, Map.of());
            shell.await("state", answer -> answer.startsWith("No client runs here"), START);
            backAgain(demo, shell, "org.cloakwork.client.jar");
            // The next start finds what this one uses.
            assertEquals(names, names());
            assertArrayEquals(before, Files.readAllBytes(inPlace));
        }
    }

    private static void backAgain(Command demo, Shell shell, String jar) throws Exception {
        long start = System.nanoTime();
        String said = demo.awaitLine(line -> line.contains(jar) && line.contains("is taken back"), PROMISED_TWICE);
        assertTrue(said.endsWith("it is called " + jar + ".taken-back now"), said);
        assertTrue(said.contains("what was there before is used again: not ready any more 20 s after it: "), said);
        shell.await("state", TakenBackTest::isWell, START);
        System.out.println(jar + " taken back, and all ready, after "
                + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
    }

    private static Manifest withOtherExports(Manifest manifest) {
        Attributes attributes = manifest.getMainAttributes();
        attributes.putValue("Export-Package", attributes.getValue("Export-Package")
                .replaceAll("version=\"[^\"]*\"", "version=\"9.0.0\""));
        return manifest;
    }

    private static Manifest withoutComponents(Manifest manifest) {
        manifest.getMainAttributes().remove(new Attributes.Name("Service-Component"));
        return manifest;
    }
}
