package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo, recorded as a profiler does it. */
class FlightRecorderTest {

    /** Base58 or hexadecimal of a key. */
    private static final Pattern KEY = Pattern.compile("[1-9A-HJ-NP-Za-km-z]{32,}|[0-9a-f]{32,}");

    @TempDir
    private Path folder;

    @Test
    void stagesOfADemoAreInItsRecordingAndNobodyElse() throws Exception {
        Path file = folder.resolve("demo.jfr");
        try (Command demo = Command.cloakwork(Map.of("JAVA_OPTS", "-XX:StartFlightRecording:settings="
                + Command.HOME.resolve("etc/defaults/cloakwork.jfc") + ",filename=" + file), "demo", "--once",
                "--state", folder.resolve("state").toString())) {
            Command.Result result = demo.end();
            assertEquals(0, result.exitCode(), result.text());
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("org.cloakwork.")).toList();
        Map<String, Long> counts = events.stream().collect(Collectors.groupingBy(event ->
                event.getEventType().getName().replace("org.cloakwork.", ""), TreeMap::new, Collectors.counting()));
        System.out.println("recorded of a demo: " + counts);
        TreeSet<String> present = new TreeSet<>(counts.keySet());
        assertTrue(present.containsAll(List.of("Acknowledged", "Encode", "Message", "Received", "Seal", "Sent",
                "Session")), counts.toString());
        assertTrue(events.stream().filter(event -> event.getEventType().getName().equals("org.cloakwork.Message"))
                .allMatch(event -> event.getString("outcome").equals("ACKNOWLEDGED")
                        && event.getDuration("sealed").compareTo(event.getDuration("sent")) <= 0
                        && event.getDuration("sent").compareTo(event.getDuration("ended")) <= 0), counts.toString());
        events.forEach(event -> event.getFields().stream().filter(field -> field.getTypeName()
                .equals("java.lang.String")).forEach(field ->
                assertFalse(KEY.matcher(event.getString(field.getName())).find(), event.toString())));
    }
}
