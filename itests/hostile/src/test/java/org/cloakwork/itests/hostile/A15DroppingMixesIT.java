package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.cloakwork.itests.testing.routes.RouteTrials;
import org.cloakwork.itests.testing.routes.RouteTrials.Dropping;
import org.cloakwork.itests.testing.routes.RouteTrials.Setting;
import org.cloakwork.itests.testing.routes.RouteTrials.Share;
import org.cloakwork.spi.routes.RoutePolicy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Hostile mixes drop what goes through honest ones, so that a client that keeps mixes leaves these for theirs: it does
 * so hardly more often than if they dropped nothing. For closer figures, {@code -Dcloakwork.trials=100000}.
 */
class A15DroppingMixesIT {

    private static final double MOST = 1.2;
    private static final int TRIALS = Integer.getInteger("cloakwork.trials", 1_000);
    private static final int PACKETS = 300;

    @ParameterizedTest
    @CsvSource({"fixed, '', 8", "fixed, '', 16", "subset, '', 8", "subset, mixes=4, 8", "sticky, '', 8",
        "sticky, alpha=0.9, 8"})
    void droppingGainsThemLittle(String name, String setting, int hostile) {
        RoutePolicy part = Parts.part(RoutePolicy.class, name, setting.isEmpty() ? Map.of()
                : Map.of(setting.split("=")[0], setting.split("=")[1]));
        Map<Dropping, Share> cover = new EnumMap<>(Dropping.class);
        Map<Dropping, Share> data = new EnumMap<>(Dropping.class);
        for (Dropping dropping : Dropping.values()) {
            Setting tried = new Setting(80, hostile, PACKETS, dropping);
            cover.put(dropping, RouteTrials.tracedCover(part, tried, TRIALS, 1 + dropping.ordinal()));
            data.put(dropping, RouteTrials.tracedData(part, tried, TRIALS, 11 + dropping.ordinal()));
        }
        compare(name + ' ' + setting + ", cover", hostile, cover);
        compare(name + ' ' + setting + ", data", hostile, data);
    }

    private static void compare(String name, int hostile, Map<Dropping, Share> traced) {
        System.out.printf(Locale.ROOT, "A15: %s, %d of 80 mixes hostile, %d packets, %d clients: traced %s%n", name,
                hostile, PACKETS, TRIALS, traced);
        Share without = traced.get(Dropping.NOTHING);
        traced.forEach((dropping, with) -> assertTrue(
                with.share() - with.interval() <= MOST * (without.share() + without.interval()),
                name + ", " + dropping + ": " + without + ", with dropping " + with));
    }
}
