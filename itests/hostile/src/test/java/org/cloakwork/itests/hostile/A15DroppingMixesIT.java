package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.Map;
import org.cloakwork.itests.testing.routes.RouteTrials;
import org.cloakwork.itests.testing.routes.RouteTrials.Setting;
import org.cloakwork.itests.testing.routes.RouteTrials.Share;
import org.cloakwork.spi.routes.RoutePolicy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Hostile mixes drop whatever goes through an honest mix, too, so that a client that keeps mixes leaves the honest ones
 * for theirs: it does so hardly more often than if they dropped nothing. For closer figures,
 * {@code -Dcloakwork.trials=100000}.
 */
class A15DroppingMixesIT {

    private static final double MOST = 1.2;
    private static final int TRIALS = Integer.getInteger("cloakwork.trials", 8_000);

    @ParameterizedTest
    @CsvSource({"fixed, '', 80, 8, 500", "fixed, '', 80, 16, 500", "subset, '', 80, 8, 500",
        "subset, mixes=4, 80, 8, 500", "sticky, '', 80, 8, 500", "sticky, alpha=0.9, 80, 8, 500"})
    void droppingGainsThemLittle(String name, String setting, int mixes, int hostile, int packets) {
        RoutePolicy part = Parts.part(RoutePolicy.class, name, setting.isEmpty() ? Map.of()
                : Map.of(setting.split("=")[0], setting.split("=")[1]));
        Setting honest = new Setting(mixes, hostile, packets, false);
        Setting dropping = new Setting(mixes, hostile, packets, true);
        compare("cover", name + ' ' + setting, RouteTrials.tracedCover(part, honest, TRIALS, 1),
                RouteTrials.tracedCover(part, dropping, TRIALS, 2), dropping);
        compare("data", name + ' ' + setting, RouteTrials.tracedData(part, honest, TRIALS, 3),
                RouteTrials.tracedData(part, dropping, TRIALS, 4), dropping);
    }

    private static void compare(String kind, String name, Share without, Share with, Setting setting) {
        System.out.printf(Locale.ROOT, "A15: %s, %d packets of %s, %d of %d mixes hostile, %d clients: traced %s, with "
                + "dropping %s, ratio %.2f%n", name, setting.packets(), kind, setting.hostile(), setting.mixes(),
                TRIALS, without, with, with.share() / without.share());
        assertTrue(with.share() - with.interval() <= MOST * (without.share() + without.interval()),
                name + ": " + without + ", with dropping " + with);
    }
}
