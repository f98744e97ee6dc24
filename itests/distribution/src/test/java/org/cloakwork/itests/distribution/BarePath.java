package org.cloakwork.itests.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder with the few tools, all of POSIX, that the start script may use; no Java among them. */
final class BarePath {

    private static final List<String> TOOLS = List.of("ls", "dirname", "basename", "sed", "cksum", "cut", "expr",
            "mkdir", "mv", "rm", "locale");

    private BarePath() {
    }

    /** {@return a program on the PATH of this process} */
    static Optional<Path> find(String program) {
        return Stream.of(System.getenv("PATH").split(":")).map(place -> Path.of(place, program))
                .filter(Files::isExecutable).findFirst();
    }

    static Path make(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String tool : TOOLS) {
            Path original = find(tool).orElseThrow(() -> new AssertionError("no " + tool + " here"));
            Path script = Files.writeString(folder.resolve(tool), "#!/bin/sh\nexec " + original + " \"$@\"\n");
            if (!script.toFile().setExecutable(true)) {
                throw new IOException(script + " cannot be made executable");
            }
        }
        return folder;
    }

    /** {@return the beginning of a command with this PATH and no other variable} */
    static List<String> env(Path folder) {
        return new ArrayList<>(List.of(find("env").orElseThrow().toString(), "-i", "PATH=" + folder));
    }
}
