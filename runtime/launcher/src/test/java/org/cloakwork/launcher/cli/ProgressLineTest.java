package org.cloakwork.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream terminal = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void tellsHowFarItIs() {
        assertEquals("sending [###############...............]  50 %, 3 s",
                ProgressLine.text("sending", 0.5, Duration.ofMillis(3999)));
        assertEquals("sending [..............................]   0 %, 0 s",
                ProgressLine.text("sending", -1, Duration.ZERO));
        assertEquals("sending [##############################] 100 %, 60 s",
                ProgressLine.text("sending", 1.5, Duration.ofMinutes(1)));
    }

    @Test
    void showsItAndLeavesNothingBehind() throws Exception {
        CountDownLatch asked = new CountDownLatch(2);
        assertTrue(ProgressLine.during(terminal, "sending", () -> {
            asked.countDown();
            return 0.5;
        }, () -> asked.await(20, TimeUnit.SECONDS), Duration.ZERO));
        String shown = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(shown.startsWith("\r\u001b[Ksending [###"), shown);
        assertTrue(shown.endsWith("\r\u001b[K"), shown);
    }

    @Test
    void whatIsDoneSoonShowsNothing() {
        assertEquals(7, ProgressLine.during(terminal, "sending", () -> 0.5, () -> 7, Duration.ofMinutes(1)));
        assertEquals("", bytes.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aLogGetsLines() throws Exception {
        CountDownLatch asked = new CountDownLatch(3);
        assertTrue(ProgressLine.logged(terminal, "measuring", () -> {
            asked.countDown();
            return 0.25;
        }, () -> asked.await(20, TimeUnit.SECONDS), Duration.ofMillis(1)));
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertTrue(lines.size() >= 2, lines::toString);
        lines.forEach(line -> assertTrue(line.startsWith("measuring [#######.......................]  25 %, "), line));
    }

    @Test
    void withoutATerminalNothingIsShown() {
        assertFalse(ProgressLine.isShown());
        assertEquals(7, ProgressLine.during(terminal, "sending", () -> {
            throw new AssertionError("is asked");
        }, () -> 7));
        assertEquals("", bytes.toString(StandardCharsets.UTF_8));
    }
}
