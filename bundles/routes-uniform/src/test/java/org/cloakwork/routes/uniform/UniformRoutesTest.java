package org.cloakwork.routes.uniform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import org.cloakwork.itests.testing.routes.RouteTrials;
import org.cloakwork.itests.testing.routes.RouteTrials.Setting;
import org.cloakwork.itests.testing.routes.RouteTrials.Share;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.junit.jupiter.api.Test;

class UniformRoutesTest {

    private static final int MIXES = 80;
    private static final int DRAWS = 240_000;
    /** Of 79 degrees of freedom, at a level of 0.1 %. */
    private static final double LARGEST_CHI_SQUARE = 124.8;
    private final RoutePolicy part = new UniformRoutes.Factory().create(Map.of());

    @Test
    void everyMixOfALayerIsAsLikelyAsTheOthersForEachKindOfPacket() {
        for (PacketKind kind : PacketKind.values()) {
            RouteTrials client = new RouteTrials(part, RouteTrials.topology(MIXES), 1 + kind.ordinal());
            int[][] counts = new int[Mixes.LAYERS][MIXES];
            for (int i = 0; i < DRAWS; i++) {
                Mixes mixes = client.choose(kind, i % 3);
                for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
                    counts[layer - 1][(int) (mixes.of(layer).id() % MIXES)]++;
                }
            }
            for (int[] layer : counts) {
                double chiSquare = Arrays.stream(layer)
                        .mapToDouble(count -> Math.pow(count - DRAWS / MIXES, 2) / (DRAWS / MIXES)).sum();
                assertTrue(chiSquare < LARGEST_CHI_SQUARE, kind + ": " + chiSquare);
            }
        }
    }

    @Test
    void layersAreDrawnApartFromEachOther() {
        int few = 8;
        RouteTrials client = new RouteTrials(part, RouteTrials.topology(few), 9);
        int[] pairs = new int[few * few];
        for (int i = 0; i < DRAWS; i++) {
            Mixes mixes = client.choose(PacketKind.DATA, 1);
            pairs[(int) (mixes.first().id() % few * few + mixes.third().id() % few)]++;
        }
        double expected = (double) DRAWS / pairs.length;
        double chiSquare = Arrays.stream(pairs).mapToDouble(count -> Math.pow(count - expected, 2) / expected).sum();
        // Of 63 degrees of freedom.
        assertTrue(chiSquare < 104, "" + chiSquare);
    }

    @Test
    void aRouteIsTracedAsTheClosedFormSays() {
        Share share = RouteTrials.tracedCover(part, new Setting(300, 45, 250), 4000, 1);
        double law = 1 - Math.pow(1 - Math.pow(0.15, 3), 250);
        System.out.println("uniform, 300 mixes a layer, 15 % hostile, 250 routes: " + share + ", law " + law);
        assertEquals(law, share.share(), share.interval());
    }
}
