package org.cloakwork.frontend.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.runtime.OwnFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was: states as far back as a day, which survive a restart if there is a file for them, and what changed since
 * the dashboard is open.
 */
final class Chronicle {

    private static final Logger LOG = LoggerFactory.getLogger(Chronicle.class);

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

        private Piece() {
        }

        private Piece(int worst, int looks, int good) {
            if (worst < 0 || worst >= STATES.size() || good < 0 || looks < good) {
                throw new IllegalArgumentException("a piece of the day that cannot be");
            }
            this.worst = worst;
            this.looks = looks;
            this.good = good;
        }
    }

    /** Of a line: number of the piece, worst state, looks, good ones. */
    private static final int NUMBERS = 4;
    private static final int MAX_FILE_BYTES = PIECES * 64;

    private final Optional<Path> file;
    /** By their numbers since 1970. */
    private final TreeMap<Long, Piece> pieces = new TreeMap<>();
    private final Deque<Event> events = new ArrayDeque<>();
    private final Map<String, String> states = new HashMap<>();
    private final Map<String, String> uses = new HashMap<>();

    /** @param file where the day is kept; what it says is taken over */
    Chronicle(Optional<Path> file) {
        this.file = file;
        file.filter(Files::exists).ifPresent(this::read);
    }

    private void read(Path from) {
        try (InputStream in = Files.newInputStream(from)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new IllegalArgumentException("more than " + MAX_FILE_BYTES + " bytes");
            }
            for (String line : new String(bytes, StandardCharsets.US_ASCII).lines().toList()) {
                String[] numbers = line.split(" ");
                if (numbers.length != NUMBERS) {
                    throw new IllegalArgumentException("a line of " + numbers.length + " numbers");
                }
                pieces.put(Long.parseLong(numbers[0]), new Piece(Integer.parseInt(numbers[1]),
                        Integer.parseInt(numbers[2]), Integer.parseInt(numbers[3])));
            }
            forget(now());
        } catch (IOException | IllegalArgumentException e) {
            pieces.clear();
            LOG.warn("{}: cannot be read, the day begins anew: {}", from, e.getMessage());
        }
    }

    /** Writes the day down, for the next start. */
    synchronized void save() {
        file.ifPresent(to -> {
            StringBuilder lines = new StringBuilder();
            pieces.forEach((at, piece) -> lines.append(at).append(' ').append(piece.worst).append(' ')
                    .append(piece.looks).append(' ').append(piece.good).append('\n'));
            try {
                OwnFiles.createFolders(to.toAbsolutePath().getParent());
                // For its owner alone, as such files are made; whoever reads the new name sees all of it.
                Path written = Files.createTempFile(to.toAbsolutePath().getParent(), "day", ".new");
                try {
                    Files.writeString(written, lines, StandardCharsets.US_ASCII);
                    Files.move(written, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } finally {
                    Files.deleteIfExists(written);
                }
            } catch (IOException e) {
                LOG.warn("{}: the day cannot be written down: {}", to, e.toString());
            }
        });
    }

    private static long now() {
        return Instant.now().getEpochSecond() / PIECE.toSeconds();
    }

    private void forget(long now) {
        pieces.headMap(now - PIECES, true).clear();
        pieces.tailMap(now, false).clear();
    }

    /** Takes down how it is now. */
    synchronized void look(Control control) {
        Control.Health health = control.health();
        long now = now();
        if (!pieces.isEmpty() && !pieces.containsKey(now)) {
            forget(now);
            save();
        }
        Piece piece = pieces.computeIfAbsent(now, at -> new Piece());
        piece.worst = Math.max(piece.worst, STATES.indexOf(health.state()));
        piece.looks++;
        piece.good += health.isReady() ? 1 : 0;
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
        long last = now();
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
