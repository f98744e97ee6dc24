package @package@;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.topology.TopologyProvider;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What another provider says, without the nodes that are to be avoided. */
@Component(service = TopologyProvider.class, configurationPid = "@package@")
@Cloakwork(part = "topology", name = "@name@")
public final class @class@ implements TopologyProvider {

    private final TopologyProvider source;
    private final Set<Long> avoided = new TreeSet<>();

    /**
     * @param source     whom to ask; {@code source.target=(cloakwork.name=file)} in the configuration asks another one
     * @param properties of the component: {@code avoid}, ids of nodes separated by commas
     */
    @Activate
    public @class@(@Reference(name = "source", target = "(cloakwork.name=nym-api)") TopologyProvider source,
                   Map<String, Object> properties) {
        this.source = source;
        PartConfiguration configuration = PartConfiguration.ofProperties("topology @name@", properties);
        String allowed = "ids of nodes, separated by commas";
        if (properties.containsKey("avoid")) {
            for (String id : configuration.list("avoid", allowed)) {
                try {
                    avoided.add(Long.parseLong(id));
                } catch (NumberFormatException e) {
                    throw configuration.wrong("avoid", '"' + id + '"', allowed);
                }
            }
        }
        configuration.verify();
    }

    @Override
    public CompletableFuture<Topology> fetch() {
        return source.fetch().thenCompose(topology -> {
            Topology rest = without(topology);
            return rest.isRoutable() ? CompletableFuture.completedFuture(rest)
                    : CompletableFuture.failedFuture(new TopologyException(
                    "topology @name@: avoid: without " + avoided + " there is no route"));
        });
    }

    private Topology without(Topology topology) {
        Topology.RewardedSet roles = topology.rewardedSet();
        Map<Long, Node> nodes = new HashMap<>(topology.nodes());
        nodes.keySet().removeAll(avoided);
        return new Topology(topology.epochId(), topology.keyRotationId(), topology.refreshedAt(),
                new Topology.RewardedSet(roles.epochId(), rest(roles.entryGateways()), rest(roles.exitGateways()),
                        rest(roles.layer1()), rest(roles.layer2()), rest(roles.layer3()), rest(roles.standby())),
                        nodes);
    }

    private Set<Long> rest(Set<Long> ids) {
        return ids.stream().filter(id -> !avoided.contains(id)).collect(Collectors.toSet());
    }
}
