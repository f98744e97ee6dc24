package org.cloakwork.launcher.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FiguresTest {

    private static final long TWO_SECONDS = 2_000_000_000;

    private static String answer(String state, String sentence, String remedy, String... clients) {
        return "{\"state\":\"" + state + "\",\"sentence\":\"" + sentence + "\",\"remedy\":" + remedy
                + ",\"clients\":[" + String.join(",", clients) + "],\"problems\":[]}";
    }

    private static String client(String name, String state, long data, long late) {
        return "{\"name\":\"" + name + "\",\"state\":\"" + state + "\",\"counters\":{\"packets.sent.data\":" + data
                + ",\"messages.acknowledged\":7,\"fragments.dropped.late\":" + late + "}}";
    }

    @Test
    void ratesAreOfTheTimeBetween() {
        Figures figures = new Figures(answer("ready", "All is well.", "null", client("a", "ready", 10, 0)),
                answer("ready", "All is well.", "null", client("a", "ready", 15, 2), client("new", "ready", 99, 1)),
                TWO_SECONDS);
        assertEquals("""
                All is well.

                client  state  data/s  cover/s  again/s  acks/s  in/s  loops/s  in flight  acked  failed  received
                a       ready     2.5      0.0      0.0     0.0   0.0      0.0          0      7       0         0
                new     ready     0.0      0.0      0.0     0.0   0.0      0.0          0      7       0         0

                dropped in all clients
                  fragments.dropped.late  3
                """, figures.text());
    }

    @Test
    void countersThatBeganAnewAreNoNegativeRate() {
        String text = new Figures(answer("ready", "x", "null", client("a", "ready", 10, 0)),
                answer("ready", "x", "null", client("a", "ready", 1, 0)), TWO_SECONDS).text();
        assertTrue(text.contains("a       ready     0.0"), text);
    }

    @Test
    void whatIsWrongComesFirstAndInColour() {
        Figures figures = new Figures(answer("degraded", "a is degraded: no gateway", "\"Start one.\""),
                answer("degraded", "a is degraded: no gateway", "\"Start one.\""), 1);
        assertTrue(figures.text().startsWith("a is degraded: no gateway\nStart one.\n"), figures.text());
        assertTrue(figures.lines().getFirst().toAnsi().contains("\u001b["), figures.lines().getFirst().toAnsi());
        assertEquals("nothing that says it", Colours.of("nothing that says it").toAnsi());
    }

    @Test
    void somethingElseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Figures("no figures", "{}", 1));
    }
}
