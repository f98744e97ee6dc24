package @package@;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** A packet after every gap, drawn evenly between two limits. There is no loop stream. */
@Component(service = CoverTrafficStrategy.class, configurationPid = "@package@")
@Cloakwork(part = "cover", name = "@name@")
public final class @class@ implements CoverTrafficStrategy {

    private static final int HOUR_MILLIS = 3_600_000;

    private final Duration least;
    private final Duration most;

    /** @param properties of the component: {@code least-millis} and {@code most-millis} */
    @Activate
    public @class@(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties("cover @name@", properties);
        least = configuration.millis("least-millis", 20, 1, HOUR_MILLIS);
        most = configuration.millis("most-millis", 60, 1, HOUR_MILLIS);
        configuration.verify();
        if (most.compareTo(least) < 0) {
            throw configuration.wrong("most-millis", "less than least-millis", "at least " + least.toMillis());
        }
    }

    @Override
    public Optional<Duration> untilNextSlot(Link link, Randomness randomness) {
        double share = (randomness.nextLong() >>> 11) * 0x1.0p-53;
        return Optional.of(least.plusNanos(Math.round(share * most.minus(least).toNanos())));
    }

    @Override
    public Optional<Duration> untilNextLoop(Link link, Randomness randomness) {
        return Optional.empty();
    }
}
