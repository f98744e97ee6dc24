package org.cloakwork.itests.rules;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What we wrote. */
final class SourceFiles {

    static final Path ROOT = Path.of(System.getProperty("cloakwork.source"));
    private static final List<String> FOLDERS =
            List.of("api", "runtime", "bundles", "transports", "distribution", "benchmarks", "itests");

    /** What the build makes. */
    private static final String MADE = File.separator + "target" + File.separator;

    private SourceFiles() {
    }

    /** {@return all Java files, tests too} */
    static List<Path> java() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String folder : FOLDERS) {
            files.addAll(java(ROOT.resolve(folder)));
        }
        return files;
    }

    /** {@return the Java files below a folder, which need not be there} */
    static List<Path> java(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains(MADE)).sorted().toList();
        }
    }
}
