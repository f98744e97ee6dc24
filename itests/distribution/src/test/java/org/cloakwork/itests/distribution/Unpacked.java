package org.cloakwork.itests.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;

/** The zip, unpacked in a folder as a user does it. */
record Unpacked(Path home) {

    static final String COVER = "org.cloakwork.cover.constant.jar";
    static final Path ZIP = Path.of(System.getProperty("cloakwork.zip")).toAbsolutePath().normalize();

    static Unpacked in(Path folder) throws IOException {
        return of(ZIP, folder);
    }

    /** Over what is there. */
    static Unpacked of(Path zip, Path folder) throws IOException {
        try (FileSystem archive = FileSystems.newFileSystem(zip, Map.of("enablePosixFileAttributes", true));
             Stream<Path> entries = Files.walk(archive.getPath("/"))) {
            for (Path entry : entries.toList()) {
                Path to = folder.resolve(archive.getPath("/").relativize(entry).toString());
                if (Files.isDirectory(entry)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(entry, to, StandardCopyOption.REPLACE_EXISTING);
                    Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(entry));
                }
            }
        }
        return new Unpacked(folder);
    }

    Command start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/cloakwork").toString()));
        command.addAll(List.of(arguments));
        return Command.start(command);
    }

    Command.Result run(String... arguments) throws Exception {
        try (Command command = start(arguments)) {
            return command.end(Command.PATIENCE);
        }
    }

    /** {@return the symbolic names of what is in bundles/, as often as they are there} */
    List<String> bundles() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> jars = Files.list(home.resolve("bundles"))) {
            for (Path jar : jars.sorted().toList()) {
                try (JarFile file = new JarFile(jar.toFile())) {
                    names.add(file.getManifest().getMainAttributes().getValue("Bundle-SymbolicName").split(";")[0]);
                }
            }
        }
        return names;
    }

    static byte[] read(Path zip, String entry) throws IOException {
        try (FileSystem archive = FileSystems.newFileSystem(zip);
             InputStream in = Files.newInputStream(archive.getPath(entry))) {
            return in.readAllBytes();
        }
    }

    /** {@return the zip with another default, and a bundle of a higher version} */
    static Path newer(Path folder) throws Exception {
        Path zip = Files.copy(ZIP, folder.resolve("newer.zip"));
        Path jar = Files.write(folder.resolve("newer.jar"), read(zip, "bundles/" + COVER));
        edit(jar, attributes -> attributes.putValue("Bundle-Version", "99.0.0"));
        try (FileSystem archive = FileSystems.newFileSystem(zip)) {
            Files.copy(jar, archive.getPath("bundles", COVER), StandardCopyOption.REPLACE_EXISTING);
            Path defaults = archive.getPath("etc/defaults/cloakwork.cfg");
            Files.writeString(defaults, "# newer\n" + Files.readString(defaults, StandardCharsets.UTF_8));
        }
        return zip;
    }

    interface Edit {

        void apply(Attributes attributes);
    }

    static void edit(Path jar, Edit edit) throws Exception {
        try (FileSystem archive = FileSystems.newFileSystem(jar)) {
            Path file = archive.getPath("META-INF/MANIFEST.MF");
            Manifest manifest;
            try (var in = Files.newInputStream(file)) {
                manifest = new Manifest(in);
            }
            edit.apply(manifest.getMainAttributes());
            try (var out = Files.newOutputStream(file)) {
                manifest.write(out);
            }
        }
    }
}
