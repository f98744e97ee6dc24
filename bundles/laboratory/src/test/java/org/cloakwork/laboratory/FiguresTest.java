package org.cloakwork.laboratory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cloakwork.laboratory.measure.Estimate;
import org.junit.jupiter.api.Test;

/**
 * No shipped part became worse than {@code figures.tsv} says, which the dashboard shows as the price of privacy. Where
 * one is to be other than it was, the file is written anew with {@code -Dcloakwork.figures.write=true}, and the
 * difference is looked at.
 */
class FiguresTest {

    private static final Path FILE = Path.of(
            "../frontend-dashboard/src/main/resources/org/cloakwork/frontend/dashboard/figures.tsv");
    private static final String HEAD = """
            # part and measure, with value, low and high: 72 s of 1000 clients, 80 mixes a layer
            # traced: 10 % hostile; delivered: 10 % dead; entropy: bits; p95: seconds
            """;

    @Test
    void noPartBecameWorse() throws Exception {
        if (Boolean.getBoolean("cloakwork.figures.write")) {
            Files.writeString(FILE, HEAD + Gate.text(Gate.measure(1000)));
        }
        assertEquals(List.of(), Gate.worse(Gate.read(Files.readString(FILE)), Gate.measure(100)));
    }

    @Test
    void aWorsePartIsSeen() throws Exception {
        Map<String, Estimate> known = Gate.read(Files.readString(FILE));
        Map<String, Estimate> now = new TreeMap<>(known);
        now.put("subset traced", known.get("uniform traced"));
        now.put("latency entropy", known.get("subset entropy"));
        now.put("sticky p95", new Estimate(0.5, 0.5, 0.5));
        now.remove("fixed p95");
        List<String> worse = Gate.worse(known, now);
        assertEquals(4, worse.size(), worse.toString());
        assertTrue(worse.get(0).startsWith("fixed p95 is not measured"), worse.toString());
        assertTrue(worse.get(1).startsWith("latency entropy"), worse.toString());
        assertTrue(worse.get(2).startsWith("sticky p95"), worse.toString());
        assertTrue(worse.get(3).startsWith("subset traced"), worse.toString());
    }
}
