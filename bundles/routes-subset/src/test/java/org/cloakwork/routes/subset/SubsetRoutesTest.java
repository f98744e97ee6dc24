package org.cloakwork.routes.subset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.cloakwork.itests.testing.routes.RouteTrials;
import org.cloakwork.itests.testing.routes.RouteTrials.Setting;
import org.cloakwork.itests.testing.routes.RouteTrials.Share;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.topology.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubsetRoutesTest {

    /** Monte Carlo of issue 21; for few packets not all routes are used, and the closed form is a bound. */
    @ParameterizedTest
    @CsvSource({"2, 300, 45, 250, 0.021", "4, 300, 45, 250, 0.111", "8, 300, 45, 250, 0.296", "2, 80, 8, 500, 0.007",
        "4, 80, 8, 500, 0.044", "8, 80, 8, 500, 0.165"})
    void aRouteIsTracedAsOftenAsTheMonteCarloSays(int kept, int mixes, int hostile, int packets, double expected) {
        RoutePolicy part = new SubsetRoutes.Factory().create(Map.of("mixes", "" + kept));
        Share share = RouteTrials.tracedCover(part, new Setting(mixes, hostile, packets), 3000, 1);
        double honest = 1;
        for (int i = 0; i < kept; i++) {
            honest *= (double) (mixes - hostile - i) / (mixes - i);
        }
        double most = Math.pow(1 - honest, 3);
        System.out.printf("%d of %d, %d hostile, %d routes: %s, Monte Carlo %.3f, all routes used %.4f%n", kept, mixes,
                hostile, packets, share, expected, most);
        assertEquals(expected, share.share(), share.interval() + 0.003);
        assertTrue(share.share() <= most + share.interval());
    }

    @Test
    void soManyMixesOfALayerAreUsedEachAsOftenAsTheOthers() {
        RouteTrials client = new RouteTrials(new SubsetRoutes.Factory().create(Map.of("mixes", "5")),
                RouteTrials.topology(80), 1);
        Map<Node, Integer> counts = new HashMap<>();
        for (int i = 0; i < 30_000; i++) {
            Mixes mixes = client.choose(PacketKind.COVER, 0);
            counts.merge(mixes.first(), 1, Integer::sum);
            counts.merge(mixes.second(), 1, Integer::sum);
            counts.merge(mixes.third(), 1, Integer::sum);
        }
        assertEquals(15, counts.size());
        counts.values().forEach(count -> assertEquals(6000, count, 260));
    }

    @Test
    void ofALayerThatIsSmallerAllAreUsed() {
        RouteTrials client = new RouteTrials(new SubsetRoutes.Factory().create(Map.of("mixes", "5")),
                RouteTrials.topology(2), 1);
        assertEquals(2, IntStream.range(0, 100).mapToObj(i -> client.choose(PacketKind.DATA, 1).second()).distinct()
                .count());
    }
}
