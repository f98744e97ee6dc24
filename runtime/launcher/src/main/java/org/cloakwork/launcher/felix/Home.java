package org.cloakwork.launcher.felix;

import java.io.IOException;
import java.io.Reader;
import java.net.URISyntaxException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.cloakwork.launcher.cli.UsageException;

/** The unpacked distribution this program runs from: {@code bin/ lib/ bundles/ etc/}. */
public final class Home {

    private Home() {
    }

    public static Path path() {
        try {
            Path jar = Path.of(Home.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return jar.getParent().getParent();
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

    /** {@return what a configuration file says} */
    public static Map<String, String> read(Path file) throws UsageException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException(file + ": cannot be read: " + e.getMessage());
        }
        Map<String, String> values = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key).strip()));
        return values;
    }
}
