package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.cloakwork.itests.testing.distribution.Command;
import org.cloakwork.itests.testing.distribution.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars that come, change and go in bundles/ while a client runs. */
class JarsTest {

    private static final Duration PROMPTLY = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @Test
    void jarsComeChangeAndGo() throws Exception {
        Unpacked unpacked = Unpacked.in(folder.resolve("home"));
        Path bundles = unpacked.home().resolve("bundles");
        Path state = folder.resolve("state");
        Shell shell = new Shell(state);
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(line -> line.startsWith("  directory"), Command.PATIENCE)
                    .replace("  directory", "").strip();
            try (Command run = unpacked.start("run", "--directory", directory, "--state", state.toString(), "--cover",
                    "constant")) {
                run.awaitLine("ready"::equals, Command.PATIENCE);
                try {
                    follows(run, bundles, shell);
                } catch (AssertionError e) {
                    throw new AssertionError("it printed:\n" + run.text(), e);
                }
            }
        }
    }

    private void follows(Command run, Path bundles, Shell shell) throws Exception {
        Path constant = bundles.resolve("org.cloakwork.cover.constant.jar");

        Files.copy(version(constant, "99.0.0"), bundles.resolve("newer.jar"));
        shell.await("parts", constant("in use", "99.0.0"), PROMPTLY);
        Files.delete(bundles.resolve("newer.jar"));
        shell.await("parts", constant("in use", "0.1.0"), PROMPTLY);

        Path needs = edited(constant, "needs.jar", main -> {
            main.putValue("Bundle-Version", "97.0.0");
            main.putValue("Import-Package", main.getValue("Import-Package") + ",com.example.missing");
        });
        Files.copy(needs, bundles.resolve("needs.jar"));
        run.awaitLine(line -> line.contains("needs.jar: is not used, what was there before stays: ")
                && line.contains("com.example.missing"), PROMPTLY);
        assertTrue(constant("in use", "0.1.0").test(shell.ask("parts")));
        Files.copy(edited(constant, "brings.jar", main -> {
            main.putValue("Bundle-SymbolicName", "com.example.brings");
            main.putValue("Export-Package", "com.example.missing");
            main.remove(new Attributes.Name("Service-Component"));
            main.remove(new Attributes.Name("Provide-Capability"));
        }), bundles.resolve("brings.jar"));
        shell.await("parts", constant("in use", "97.0.0"), PROMPTLY);
        Files.delete(bundles.resolve("needs.jar"));
        shell.await("parts", constant("in use", "0.1.0"), PROMPTLY);

        Files.writeString(constant, "this is no jar");
        run.awaitLine(line -> line.contains(constant + " is not used: "), PROMPTLY);
        assertTrue(constant("in use", "0.1.0").test(shell.ask("parts")));
        Files.writeString(bundles.resolve("nothing.jar"), "nor is this");
        run.awaitLine(line -> line.contains("nothing.jar is not used: "), PROMPTLY);

        Files.copy(version(Command.HOME.resolve("bundles").resolve(constant.getFileName()), "98.0.0"), constant,
                StandardCopyOption.REPLACE_EXISTING);
        shell.await("parts", constant("in use", "98.0.0"), PROMPTLY);

        Files.delete(constant);
        shell.await("state", answer -> answer.contains("degraded: no cover part \"constant\""), PROMPTLY);
        Files.copy(Command.HOME.resolve("bundles").resolve(constant.getFileName()), constant);
        shell.await("parts", constant("in use", "0.1.0"), PROMPTLY);
        shell.await("state", answer -> answer.startsWith("default: ready"), PROMPTLY);
    }

    private static Predicate<String> constant(String state, String version) {
        return answer -> answer.lines().anyMatch(line -> line.matches(
                "cover +constant +" + state + " +default +org.cloakwork.cover.constant " + version + ".*"));
    }

    private Path version(Path jar, String version) throws Exception {
        return edited(jar, version + ".jar", main -> main.putValue("Bundle-Version", version));
    }

    private Path edited(Path jar, String name, Consumer<Attributes> edit) throws Exception {
        Path copy = Files.copy(jar, folder.resolve(name));
        try (FileSystem archive = FileSystems.newFileSystem(copy)) {
            Path file = archive.getPath("META-INF/MANIFEST.MF");
            Manifest manifest;
            try (InputStream in = Files.newInputStream(file)) {
                manifest = new Manifest(in);
            }
            edit.accept(manifest.getMainAttributes());
            try (OutputStream out = Files.newOutputStream(file)) {
                manifest.write(out);
            }
        }
        return copy;
    }
}
