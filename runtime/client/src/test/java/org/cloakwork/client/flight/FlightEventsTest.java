package org.cloakwork.client.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Configuration;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Outcome;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Stages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightEventsTest {

    private static final Path SETTINGS = Path.of("../../distribution/src/main/etc/defaults/cloakwork.jfc");
    private static final Path DOCS = Path.of("../../docs/dashboard.md");

    @TempDir
    private Path folder;

    private static void everythingHappens(Stages stages) {
        try (Stages.Span ignored = stages.begin(Stages.Work.ENCODE, 1)) {
            try (Stages.Span nested = stages.begin(Stages.Work.SEAL, 8)) {
                for (Counter counter : Counter.values()) {
                    stages.counted(counter, counter == Counter.FRAGMENTS_STALE ? 40 : 1);
                }
            }
        }
        stages.acknowledged(70_000_000, 2);
        stages.ended(new Stages.Ended(3, 1, OptionalLong.of(5), OptionalLong.empty(), 9_000_000,
                new Outcome.Failed(FailureReason.DEADLINE, "a detail that is not told")));
        stages.ended(new Stages.Ended(3, 0, OptionalLong.of(5), OptionalLong.of(6), 9_000_000,
                new Outcome.Acknowledged(3, 0, Duration.ofMillis(9))));
    }

    private List<RecordedEvent> recorded(Recording recording) throws Exception {
        try (recording) {
            recording.start();
            everythingHappens(FlightEvents.of("alice"));
            recording.stop();
            Path file = folder.resolve("recording.jfr");
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().startsWith("org.cloakwork.")).toList();
        }
    }

    @Test
    void eventsAreThoseOfTheSettingsAndTheDocs() throws Exception {
        List<RecordedEvent> events = recorded(new Recording(Configuration.create(SETTINGS)));
        TreeMap<String, Long> counts = events.stream().collect(Collectors.groupingBy(event ->
                event.getEventType().getName().replace("org.cloakwork.", ""), TreeMap::new, Collectors.counting()));
        long drops = Stream.of(Counter.values()).filter(Counter::isDrop).count();
        assertTrue(drops > 20, drops + " drops");
        assertEquals("{Acknowledged=1, Dropped=" + drops
                + ", Encode=1, Message=2, Received=2, Retransmitted=1, Seal=1, "
                + "Sent=2, Session=2}", counts.toString());
        assertEquals(names(), counts.keySet().stream().map(name -> "org.cloakwork." + name)
                .collect(Collectors.toCollection(TreeSet::new)));
        String docs = Files.readString(DOCS);
        names().forEach(name -> assertTrue(docs.contains("| `" + name + "` |"), name + " is not in " + DOCS));

        assertTrue(events.stream().allMatch(event -> event.getString("client").equals("alice")));
        RecordedEvent acknowledged = one(events, "Acknowledged");
        assertEquals(Duration.ofMillis(70), acknowledged.getDuration("sinceSent"));
        assertEquals(2, acknowledged.getInt("transmissions"));
        assertEquals(drops - 1 + 40, events.stream().filter(event -> event.hasField("reason"))
                .mapToLong(event -> event.getLong("count")).sum());
        assertEquals(8, one(events, "Seal").getInt("packets"));
        RecordedEvent failed = one(events, "Message");
        assertEquals("DEADLINE", failed.getString("outcome"));
        assertEquals(Duration.ofNanos(5), failed.getDuration("sealed"));
        assertTrue(events.stream().noneMatch(event -> event.toString().contains("not told")));
    }

    private static RecordedEvent one(List<RecordedEvent> events, String name) {
        return events.stream().filter(event -> event.getEventType().getName().equals("org.cloakwork." + name))
                .findFirst().orElseThrow();
    }

    private static TreeSet<String> names() {
        return Stream.of(FlightEvents.class.getDeclaredClasses()).filter(type -> type.isAnnotationPresent(Name.class))
                .map(type -> type.getAnnotation(Name.class).value()).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void recordingsThatDoNotAskGetNothing() throws Exception {
        assertEquals(List.of(), recorded(new Recording(Configuration.getConfiguration("profile"))));
    }
}
