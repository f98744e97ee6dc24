package org.cloakwork.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogLineTest {

    private static List<String> lines(Throwable thrown) {
        LogRecord record = new LogRecord(Level.WARNING, "the gateway says {0}");
        record.setLoggerName("org.cloakwork.x");
        record.setParameters(new Object[] {"no\r\naddress forged\u001b[2J\u009b\u2028"});
        record.setThrown(thrown);
        return new LogLine(LogLine.TIME).format(record).lines().toList();
    }

    @Test
    void linesAndEscapesOfOthersAreNotOurs() {
        List<String> lines = lines(null);
        assertEquals(1, lines.size());
        assertTrue(lines.getFirst().endsWith(" WARNING org.cloakwork.x: the gateway says no??address forged?[2J??"),
                lines.getFirst());
    }

    @Test
    void neitherAreThoseOfWhatWasThrown() {
        Exception root = new IllegalStateException("a\nready");
        root.initCause(new IllegalStateException("b\nready", root));
        List<String> lines = lines(root).stream().filter(line -> !line.startsWith("\tat ")).toList();
        assertEquals(3, lines.size(), lines::toString);
        assertEquals("java.lang.IllegalStateException: a?ready", lines.get(1));
        assertEquals("Caused by: java.lang.IllegalStateException: b?ready", lines.get(2));
    }
}
