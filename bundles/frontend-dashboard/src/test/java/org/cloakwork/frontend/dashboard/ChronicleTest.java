package org.cloakwork.frontend.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.spi.control.Control;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleTest {

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("state").resolve("day");
    }

    private static Control control(String state) {
        return (Control) Proxy.newProxyInstance(Control.class.getClassLoader(), new Class<?>[] {Control.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "health" -> new Control.Health(state, "a sentence", Optional.empty());
                    case "clients" -> List.of();
                    default -> throw new AssertionError(method);
                });
    }

    private static long now() {
        return Instant.now().getEpochSecond() / Chronicle.PIECE.toSeconds();
    }

    private static long worst(Chronicle chronicle) {
        return Arrays.stream(chronicle.day()).max().orElseThrow();
    }

    @Test
    void theDaySurvivesARestartInAFileThatOnlyItsOwnerReads() throws Exception {
        Chronicle before = new Chronicle(Optional.of(file()));
        before.look(control("degraded"));
        before.look(control("ready"));
        before.save();
        Chronicle after = new Chronicle(Optional.of(file()));
        assertEquals(2, worst(after));
        assertEquals(500, after.readyPermille());
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        }
        try (Stream<Path> files = Files.list(file().getParent())) {
            assertEquals(List.of(file()), files.toList());
        }
    }

    @Test
    void whatIsOlderThanADayOrOfTheFutureIsForgotten() throws Exception {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), "7 2 10 0\n" + (now() - Chronicle.PIECES - 1) + " 2 10 0\n" + (now() - 100)
                + " 1 10 9\n" + (now() + 50) + " 2 10 0\n");
        Chronicle chronicle = new Chronicle(Optional.of(file()));
        assertEquals(1, worst(chronicle));
        assertEquals(900, chronicle.readyPermille());
        assertEquals(1, Arrays.stream(chronicle.day()).filter(piece -> piece >= 0).count());
    }

    @Test
    void aFileThatIsNoneBeginsTheDayAnew() throws Exception {
        Files.createDirectories(file().getParent());
        for (String text : List.of("no numbers at all", "1 2 3", now() + " 9 1 1", now() + " 0 1 2",
                (now() + " 0 1 1\n").repeat(5000))) {
            Files.writeString(file(), text);
            Chronicle chronicle = new Chronicle(Optional.of(file()));
            assertEquals(-1, worst(chronicle), text.lines().findFirst().orElseThrow());
            chronicle.look(control("ready"));
            chronicle.save();
            assertTrue(Files.size(file()) < 100);
        }
    }

    @Test
    void withoutAFileItIsForgotten() {
        Chronicle chronicle = new Chronicle(Optional.empty());
        chronicle.look(control("ready"));
        chronicle.save();
        assertEquals(0, worst(chronicle));
    }
}
