package @package@;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Waits for the expected round trip and some time more, twice as much after each copy. */
@Component(service = RetransmissionPolicy.class, configurationPid = "@package@")
@Cloakwork(part = "retransmission", name = "@name@")
public final class @class@ implements RetransmissionPolicy {

    private static final int MINUTE_MILLIS = 60_000;
    /** More doublings than this and nobody lives to see the copy. */
    private static final int MAX_DOUBLINGS = 10;

    private final Duration addition;
    private final int copies;

    /** @param properties of the component: {@code addition-millis} and {@code copies} */
    @Activate
    public @class@(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties("retransmission @name@", properties);
        addition = configuration.millis("addition-millis", 1500, 1, MINUTE_MILLIS);
        copies = configuration.integer("copies", 20, 1, 1000);
        configuration.verify();
    }

    @Override
    public Optional<Duration> waitForAck(SentPacket packet) {
        if (packet.transmissions() >= copies) {
            return Optional.empty();
        }
        int doublings = Math.min(packet.transmissions() - 1, MAX_DOUBLINGS);
        return Optional.of(packet.expectedRoundTrip().plus(addition.multipliedBy(1L << doublings)));
    }
}
