package org.cloakwork.itests.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** What we ship. */
final class Jars {

    private static final Path HOME = Path.of(System.getProperty("cloakwork.home"));
    static final Path API = HOME.resolve("lib/org.cloakwork.api.jar");

    private Jars() {
    }

    /** {@return our own jars, those of new modules too} */
    static List<JarFile> ours() throws IOException {
        List<JarFile> jars = new ArrayList<>();
        for (Path file : all()) {
            if (file.getFileName().toString().startsWith("org.cloakwork.")) {
                jars.add(new JarFile(file.toFile()));
            }
        }
        return jars;
    }

    /** {@return all jars, those of others too} */
    static List<Path> all() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String folder : List.of("lib", "bundles")) {
            try (Stream<Path> files = Files.list(HOME.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(jars::add);
            }
        }
        return jars;
    }
}
