package org.cloakwork.itests.consumers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** What is published, in a folder as repositories have it. */
final class Staged {

    static final String VERSION = System.getProperty("cloakwork.version");
    private static final Path ROOT = Path.of(System.getProperty("cloakwork.root")).toAbsolutePath().normalize();
    private static final String POM = "target/flattened.pom";

    private Staged() {
    }

    /**
     * {@return the address of a repository} The one that {@code -Dcloakwork.staged} says; without, one that is made of
     * what the build has just made.
     */
    static String in(Path folder) throws IOException {
        String given = System.getProperty("cloakwork.staged", "");
        if (!given.isEmpty()) {
            return given;
        }
        for (String shelf : List.of("", "runtime", "bundles", "transports", "distribution")) {
            try (Stream<Path> modules = Files.list(ROOT.resolve(shelf))) {
                for (Path module : modules.filter(each -> Files.exists(each.resolve(POM))).toList()) {
                    add(module, folder);
                }
            }
        }
        return folder.toUri().toString();
    }

    private static void add(Path module, Path folder) throws IOException {
        String pom = Files.readString(module.resolve(POM));
        String artifact = pom.substring(pom.indexOf("<artifactId>") + "<artifactId>".length(),
                pom.indexOf("</artifactId>"));
        Path there = Files.createDirectories(folder.resolve("org/cloakwork").resolve(artifact).resolve(VERSION));
        String name = artifact + "-" + VERSION;
        Files.copy(module.resolve(POM), there.resolve(name + ".pom"), StandardCopyOption.REPLACE_EXISTING);
        Path jar = module.resolve("target").resolve(name + ".jar");
        if (Files.exists(jar)) {
            Files.copy(jar, there.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
