package org.cloakwork.launcher.felix;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.spi.control.ConfigurationFile;

/** The unpacked distribution this program runs from: {@code bin/ lib/ bundles/ etc/}. */
public final class Home {

    private Home() {
    }

    /** {@return where it is: as the start script says, because an AOT cache names the folder in which it was made} */
    public static Path path() {
        String said = System.getProperty("cloakwork.home");
        if (said != null) {
            return Path.of(said);
        }
        try {
            Path jar = Path.of(Home.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path home = jar.getParent().getParent();
            try {
                // The start script of Windows gives short names of folders to the JVM, which is not good at others.
                return home.toRealPath(LinkOption.NOFOLLOW_LINKS);
            } catch (IOException e) {
                return home;
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * {@return the configuration folder; files that are missing in it are made from those in {@code etc/defaults},
     * which is all that a newer distribution brings}
     */
    public static Path etc() throws UsageException {
        Path etc = path().resolve("etc");
        try (Stream<Path> defaults = Files.list(etc.resolve("defaults"))) {
            for (Path file : defaults.sorted().toList()) {
                copyIfMissing(file, etc.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UsageException(etc + ": the configuration cannot be made from its defaults: " + e
                    + "; --etc names another folder");
        }
        return etc;
    }

    /** Whole or not at all, and never over what is there, however many do it at the same time. */
    private static void copyIfMissing(Path from, Path to) throws IOException {
        if (Files.exists(to)) {
            return;
        }
        Path copy = Files.createTempFile(to.getParent(), to.getFileName().toString(), ".new");
        try {
            Files.copy(from, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            Files.createLink(to, copy);
        } catch (FileAlreadyExistsException e) {
            // somebody else made it
        } catch (UnsupportedOperationException e) {
            Files.copy(from, to);
        } finally {
            Files.delete(copy);
        }
    }

    /**
     * {@return what a configuration file says, as far as it can be read} An instance that follows it says what is
     * wrong.
     */
    public static Map<String, String> read(Path file) {
        return ConfigurationFile.read(file).values();
    }

    /** {@return what a configuration file says, if nothing is wrong with it} */
    public static Map<String, String> readWhole(Path file) throws UsageException {
        ConfigurationFile whole = ConfigurationFile.read(file);
        if (!whole.faults().isEmpty()) {
            throw new UsageException(whole.faults().stream().map(fault -> file
                    + (fault.line() > 0 ? ":" + fault.line() : "") + ": " + fault.text()).toList());
        }
        return whole.values();
    }
}
