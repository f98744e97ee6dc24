package org.cloakwork.frontend.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cloakwork.spi.control.Control;

/** What was, as far back as a day and as long as the dashboard is open: states, and what changed. */
final class Chronicle {

    /** The last day in pieces of so long. */
    static final Duration PIECE = Duration.ofMinutes(5);
    static final int PIECES = (int) (Duration.ofDays(1).toMinutes() / PIECE.toMinutes());
    private static final int MOST_EVENTS = 100;
    private static final List<String> STATES = List.of("ready", "connecting", "degraded", "stopped");

    /**
     * @param at   to the second
     * @param kind {@code state}, {@code exchange} or {@code drop}
     * @param text for people
     */
    record Event(Instant at, String kind, String text) {
    }

    private static final class Piece {

        private int worst;
        private int looks;
        private int good;
    }

    /** By their numbers since 1970. */
    private final TreeMap<Long, Piece> pieces = new TreeMap<>();
    private final Deque<Event> events = new ArrayDeque<>();
    private final Map<String, String> states = new HashMap<>();
    private final Map<String, String> uses = new HashMap<>();

    /** Takes down how it is now. */
    synchronized void look(Control control) {
        Control.Health health = control.health();
        Piece piece = pieces.computeIfAbsent(Instant.now().getEpochSecond() / PIECE.toSeconds(), at -> new Piece());
        piece.worst = Math.max(piece.worst, STATES.indexOf(health.state()));
        piece.looks++;
        piece.good += health.isReady() ? 1 : 0;
        while (pieces.size() > PIECES) {
            pieces.pollFirstEntry();
        }
        for (Control.Client client : control.clients()) {
            String state = client.client().state().text();
            String before = states.put(client.name(), state);
            if (!state.equals(before)) {
                add("state", client.name() + " is " + state);
            }
            client.uses().forEach((kind, part) -> {
                String used = uses.put(client.name() + ' ' + kind, part);
                if (used != null && !used.equals(part)) {
                    add("exchange", client.name() + ": " + kind + " " + used + " -> " + part);
                }
            });
        }
    }

    private void add(String kind, String text) {
        events.addFirst(new Event(Instant.now().truncatedTo(ChronoUnit.SECONDS), kind, Texts.shortened(text)));
        if (events.size() > MOST_EVENTS) {
            events.removeLast();
        }
    }

    /** {@return the last ones, the newest first} */
    synchronized List<Event> events() {
        return new ArrayList<>(events);
    }

    /** {@return for each piece of the last day the worst state, 0 is ready; -1: not looked at} */
    synchronized long[] day() {
        long last = Instant.now().getEpochSecond() / PIECE.toSeconds();
        long[] day = new long[PIECES];
        for (int i = 0; i < PIECES; i++) {
            Piece piece = pieces.get(last - PIECES + 1 + i);
            day[i] = piece == null ? -1 : piece.worst;
        }
        return day;
    }

    /** {@return how often it was ready, of a thousand times it was looked at} */
    synchronized long readyPermille() {
        long looks = pieces.values().stream().mapToLong(piece -> piece.looks).sum();
        return looks == 0 ? 0 : 1000 * pieces.values().stream().mapToLong(piece -> piece.good).sum() / looks;
    }
}
