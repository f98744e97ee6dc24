package org.cloakwork.routes.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.itests.testing.routes.RouteTrials;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyRoutesTest {

    private static final int MIXES = 20;
    private static final int LEARNING = 40_000;
    private static final int DRAWS = 200_000;

    /** Each mix takes as many milliseconds as its number in its layer. */
    private static RouteTrials learned(double tilt) {
        RouteTrials client = new RouteTrials(new LatencyRoutes.Factory().create(Map.of("tilt", "" + tilt)),
                RouteTrials.topology(MIXES), 1);
        for (int i = 0; i < LEARNING; i++) {
            Mixes mixes = client.choose(PacketKind.COVER, 0);
            client.arrived(PacketKind.COVER, 0, mixes, Optional.of(Duration.ofMillis(mixes.first().id() % MIXES
                    + mixes.second().id() % MIXES + mixes.third().id() % MIXES)));
        }
        return client;
    }

    private static int[] counts(RouteTrials client, PacketKind kind, int layer) {
        int[] counts = new int[MIXES];
        for (int i = 0; i < DRAWS; i++) {
            counts[(int) (client.choose(kind, 1).of(layer).id() % MIXES)]++;
        }
        return counts;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1})
    void quickMixesAreTakenMoreOftenWithinTheBound(double tilt) {
        RouteTrials client = learned(tilt);
        for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
            int[] counts = counts(client, PacketKind.COVER, layer);
            double uniform = (double) DRAWS / MIXES;
            double error = 4 * Math.sqrt(2 * uniform);
            double mean = 0;
            for (int i = 0; i < MIXES; i++) {
                assertTrue(counts[i] <= uniform * (1 + tilt) + error && counts[i] >= uniform * (1 - tilt) - error,
                        layer + ": " + Arrays.toString(counts));
                mean += (double) i * counts[i] / DRAWS;
            }
            System.out.printf("tilt %.1f, layer %d: mean excess %.2f ms, of uniform routes 9.5 ms%n", tilt, layer,
                    mean);
            // The less of two of 0 to 19 is 6.175 on average.
            assertEquals(9.5 - tilt * 3.325, mean, 0.35);
        }
    }

    @Test
    void whereOthersLookMixesAreDrawnUniformly() {
        RouteTrials client = learned(1);
        for (PacketKind kind : PacketKind.values()) {
            for (int layer = 1; layer <= Mixes.LAYERS; layer++) {
                double expected = (double) DRAWS / MIXES;
                double chiSquare = Arrays.stream(counts(client, kind, layer))
                        .mapToDouble(count -> Math.pow(count - expected, 2) / expected).sum();
                // Of 19 degrees of freedom, at a level of 0.1 %.
                assertEquals(kind.isSeenElsewhere(layer), chiSquare < 43.8, kind + " " + layer + ": " + chiSquare);
            }
        }
    }

    @Test
    void aMixThatLosesCoverIsSlow() {
        RouteTrials client = new RouteTrials(new LatencyRoutes.Factory().create(Map.of("tilt", "1")),
                RouteTrials.topology(MIXES), 1);
        for (int i = 0; i < LEARNING; i++) {
            Mixes mixes = client.choose(PacketKind.COVER, 0);
            if (mixes.second().id() % MIXES == 0) {
                client.lost(PacketKind.COVER, 0, mixes);
            } else {
                client.arrived(PacketKind.COVER, 0, mixes, Optional.of(Duration.ofMillis(5)));
            }
        }
        assertTrue(counts(client, PacketKind.DATA, 2)[0] < DRAWS / MIXES / 10);
    }
}
