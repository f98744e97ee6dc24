package org.cloakwork.launcher.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jline.utils.AttributedString;

/** Lines of live figures, made of two answers to {@code state --json}. */
public final class Figures {

    private static final int MOST_DROPS = 8;
    private static final double NANOS = 1e9;
    private static final List<String> PACKETS = List.of("packets.sent.data", "packets.sent.cover",
            "packets.sent.retransmission", "acks.received", "fragments.received", "cover.received");
    private static final List<String> MESSAGES = List.of("messages.in-flight", "messages.acknowledged",
            "messages.failed", "messages.received");
    private static final List<String> HEAD = List.of("client", "state", "data/s", "cover/s", "again/s", "acks/s",
            "in/s", "loops/s", "in flight", "acked", "failed", "received");

    private final JsonNode before;
    private final JsonNode now;
    private final double seconds;

    /**
     * @param before an answer to {@code state --json}
     * @param now    the next one
     * @param nanos  that passed between them
     * @throws IllegalArgumentException if one of them is none
     */
    public Figures(String before, String now, long nanos) {
        this.before = read(before);
        this.now = read(now);
        seconds = nanos / NANOS;
    }

    private static JsonNode read(String answer) {
        try {
            return JsonMapper.builder().build().readTree(answer);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the instance answers something else than figures", e);
        }
    }

    /** {@return for the screen, the sentence first} */
    public List<AttributedString> lines() {
        List<AttributedString> lines = new ArrayList<>();
        lines.add(now.path("state").asText().equals("ready") ? Colours.bold(now.path("sentence").asText())
                : Colours.of(now.path("sentence").asText()));
        if (!now.path("remedy").asText("").isEmpty()) {
            lines.add(new AttributedString(now.path("remedy").asText()));
        }
        lines.add(AttributedString.EMPTY);
        lines.addAll(table());
        Map<String, Double> drops = drops();
        if (!drops.isEmpty()) {
            lines.add(AttributedString.EMPTY);
            lines.add(Colours.faint("dropped in all clients"));
            drops.entrySet().stream().sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                    .limit(MOST_DROPS).forEach(drop -> lines.add(new AttributedString(
                    "  " + drop.getKey() + "  " + number(drop.getValue(), 0))));
        }
        now.path("problems").forEach(problem -> lines.add(Colours.of("wrong: " + problem.asText())));
        return lines;
    }

    private List<AttributedString> table() {
        List<List<String>> rows = new ArrayList<>(List.of(HEAD));
        for (JsonNode client : now.path("clients")) {
            List<String> row = new ArrayList<>(List.of(client.path("name").asText(), client.path("state").asText()));
            PACKETS.forEach(key -> row.add(number(rate(client, key), 1)));
            MESSAGES.forEach(key -> row.add(number(client.path("counters").path(key).asLong(), 0)));
            rows.add(row);
        }
        List<AttributedString> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < HEAD.size(); i++) {
                int column = i;
                int width = rows.stream().mapToInt(cells -> cells.get(column).length()).max().orElseThrow();
                // Words to the left, numbers to the right.
                line.append(String.format("%" + (i < 2 ? "-" : "") + width + "s  ", row.get(i)));
            }
            String text = line.toString().stripTrailing();
            lines.add(lines.isEmpty() ? Colours.faint(text) : Colours.of(text));
        }
        return lines;
    }

    private double rate(JsonNode client, String key) {
        for (JsonNode earlier : before.path("clients")) {
            if (earlier.path("name").equals(client.path("name"))) {
                long more = client.path("counters").path(key).asLong() - earlier.path("counters").path(key).asLong();
                // A client that began anew counts anew.
                return Math.max(0, more) / seconds;
            }
        }
        return 0;
    }

    private Map<String, Double> drops() {
        Map<String, Double> drops = new TreeMap<>(Comparator.naturalOrder());
        for (JsonNode client : now.path("clients")) {
            client.path("counters").properties().forEach(counter -> {
                if (counter.getKey().contains(".dropped.") && counter.getValue().asLong() > 0) {
                    drops.merge(counter.getKey(), counter.getValue().asDouble(), Double::sum);
                }
            });
        }
        return drops;
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /** {@return the lines without colours} */
    public String text() {
        return lines().stream().map(AttributedString::toString).collect(Collectors.joining("\n", "", "\n"));
    }
}
