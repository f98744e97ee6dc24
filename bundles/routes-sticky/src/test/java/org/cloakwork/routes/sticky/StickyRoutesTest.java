package org.cloakwork.routes.sticky;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.cloakwork.itests.testing.routes.RouteTrials;
import org.cloakwork.itests.testing.routes.RouteTrials.Setting;
import org.cloakwork.itests.testing.routes.RouteTrials.Share;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Standing;
import org.cloakwork.spi.topology.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StickyRoutesTest {

    private static RoutePolicy part(double alpha) {
        return new StickyRoutes.Factory().create(Map.of("alpha", "" + alpha));
    }

    /** Monte Carlo of issue 21. */
    @ParameterizedTest
    @CsvSource({"0.9, 300, 45, 250, 0.084", "0.97, 300, 45, 250, 0.030", "0.9, 80, 8, 500, 0.049",
        "0.97, 80, 8, 500, 0.015"})
    void aRouteIsTracedAsOftenAsTheMonteCarloSays(double alpha, int mixes, int hostile, int packets,
            double expected) {
        Share share = RouteTrials.tracedCover(part(alpha), new Setting(mixes, hostile, packets), 3000, 1);
        System.out.printf("alpha %.2f, %d mixes a layer, %d hostile, %d routes: %s, Monte Carlo %.3f%n", alpha, mixes,
                hostile, packets, share, expected);
        assertEquals(expected, share.share(), share.interval() + 0.003);
    }

    /** Also when more routes were taken than are kept. */
    @Test
    void aNewRouteIsTakenAsOftenAsAlphaSays() {
        RouteTrials client = new RouteTrials(part(0.9), RouteTrials.topology(300), 1);
        Set<Mixes> routes = new HashSet<>();
        int packets = 50_000;
        for (int i = 0; i < packets; i++) {
            routes.add(client.choose(PacketKind.COVER, 0));
        }
        assertEquals(0.1 * packets, routes.size(), 4 * Math.sqrt(0.09 * packets));
    }

    @Test
    void aConversationHasLastMixesOfItsOwn() {
        RouteTrials client = new RouteTrials(part(0.9999), RouteTrials.topology(300), 1);
        Set<Node> firsts = new HashSet<>();
        Set<Node> thirds = new HashSet<>();
        for (long i = 0; i < 1000; i++) {
            Mixes mixes = client.choose(PacketKind.DATA, 1 + i % 10);
            firsts.add(mixes.first());
            thirds.add(mixes.third());
        }
        assertTrue(firsts.size() < 4 && thirds.size() >= 8, firsts.size() + " and " + thirds.size());
    }

    @Test
    void aRouteThatDiedIsTakenNoMore() {
        RouteTrials client = new RouteTrials(part(0.9999), RouteTrials.topology(300), 1);
        Mixes dead = client.choose(PacketKind.COVER, 0);
        for (int i = 0; i < Standing.LOSSES_AT_FIRST; i++) {
            assertEquals(dead, client.choose(PacketKind.COVER, 0));
            client.lost(PacketKind.COVER, 0, dead);
        }
        assertNotEquals(dead, client.choose(PacketKind.COVER, 0));
    }
}
