package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P4: each process that was killed left 16 MB in the temporary directory. */
class P4NothingIsLeftBehindIT {

    @TempDir
    private Path temporary;

    private Command localnet() throws IOException {
        return Command.cloakwork(Map.of("JAVA_OPTS", "-Djava.io.tmpdir=" + temporary), "localnet");
    }

    private Set<String> folders() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("cloakwork-"))
                    .collect(Collectors.toSet());
        }
    }

    @Test
    void theNextProcessRemovesWhatAKilledOneLeftAndNothingOfOneThatLives() throws Exception {
        Set<String> left;
        try (Command killed = localnet()) {
            killed.awaitLine("Stop with Ctrl-C."::equals);
            left = folders();
            killed.signal("KILL");
            killed.end();
        }
        assertEquals(1, left.size());
        assertEquals(left, folders());
        try (Command first = localnet()) {
            first.awaitLine("Stop with Ctrl-C."::equals);
            Set<String> ofTheFirst = folders();
            assertEquals(1, ofTheFirst.size(), "what was left is still there: " + ofTheFirst);
            try (Command second = localnet()) {
                second.awaitLine("Stop with Ctrl-C."::equals);
                Set<String> ofBoth = folders();
                assertEquals(2, ofBoth.size());
                assertEquals(true, ofBoth.containsAll(ofTheFirst), "the folder of a process that lives is gone");
            }
        }
        assertEquals(Set.of(), folders());
    }
}
