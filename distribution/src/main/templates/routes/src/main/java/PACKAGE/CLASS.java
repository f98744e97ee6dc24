package @package@;

import java.util.List;
import java.util.Map;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Node;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Draws some mixes of each layer and takes the one that the directory says performs best. A part that learns has
 * {@code arrived} and {@code lost}, too, and remembers by {@code packet.remembered}.
 */
@Component(service = RoutePolicy.class, configurationPid = "@package@")
@Cloakwork(part = "routes", name = "@name@")
public final class @class@ implements RoutePolicy {

    private final int draws;

    /** @param properties of the component: {@code draws}, 1 (uniform) to 10 */
    @Activate
    public @class@(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties("routes @name@", properties);
        draws = configuration.integer("draws", 2, 1, 10);
        configuration.verify();
    }

    @Override
    public Mixes choose(Packet packet, Randomness randomness) {
        return new Mixes(best(packet, 1, randomness), best(packet, 2, randomness), best(packet, 3, randomness));
    }

    private Node best(Packet packet, int layer, Randomness randomness) {
        List<Node> all = packet.topology().layer(layer);
        Node best = all.get(randomness.nextInt(all.size()));
        for (int i = 1; i < draws; i++) {
            Node other = all.get(randomness.nextInt(all.size()));
            best = other.performance().orElse(0) > best.performance().orElse(0) ? other : best;
        }
        return best;
    }
}
