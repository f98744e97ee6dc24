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

    /** By the number of the piece since 1970, the worst state in it. */
    private final TreeMap<Long, Integer> worst = new TreeMap<>();
    private final Deque<Event> events = new ArrayDeque<>();
    private final Map<String, String> states = new HashMap<>();
    private final Map<String, String> uses = new HashMap<>();
    private String sentence = "";

    /** Takes down how it is now. */
    synchronized void look(Control control) {
        Control.Health health = control.health();
        worst.merge(Instant.now().getEpochSecond() / PIECE.toSeconds(), STATES.indexOf(health.state()), Math::max);
        while (worst.size() > PIECES) {
            worst.pollFirstEntry();
        }
        if (!health.sentence().equals(sentence)) {
            sentence = health.sentence();
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

    synchronized void add(String kind, String text) {
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
            day[i] = worst.getOrDefault(last - PIECES + 1 + i, -1);
        }
        return day;
    }
}
