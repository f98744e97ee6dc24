package org.cloakwork.client.component;

import java.util.HashMap;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.client.ClientConfiguration;
import org.cloakwork.client.Engine;
import org.cloakwork.client.GatewayPolicy;
import org.cloakwork.client.PacketSizes;
import org.cloakwork.client.Parts;
import org.cloakwork.client.ThreadedEnvironment;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.store.StoreProvider;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client for each configuration of {@code org.cloakwork.client}: follows the parts that its configuration names as
 * they come and go, and registers the client as a service. The key {@code gateway} names a gateway; without it
 * {@code gateway-choice} is {@code random} (the default) or {@code fastest}.
 */
@Component(name = "org.cloakwork.client", configurationPolicy = ConfigurationPolicy.REQUIRE, service = {})
public final class ClientComponent {

    private static final Logger LOG = LoggerFactory.getLogger(ClientComponent.class);

    /** The services of one kind that are there, and the one the configuration names. */
    private static final class Choice<T> {

        private final Consumer<T> use;
        private final Map<String, T> present = new HashMap<>();
        private String wanted;
        private T used;

        private Choice(Consumer<T> use) {
            this.use = use;
        }

        private synchronized void choose(String name) {
            wanted = name;
            update();
        }

        private synchronized void add(T part, Map<String, Object> properties) {
            present.put((String) properties.get(PartFactory.NAME_PROPERTY), part);
            update();
        }

        private synchronized void remove(T part) {
            present.values().removeIf(candidate -> candidate == part);
            update();
        }

        private void update() {
            T best = wanted == null ? null : present.get(wanted);
            if (best != used) {
                used = best;
                use.accept(best);
            }
        }
    }

    private final Parts parts = new Parts();
    private final Choice<TopologyProvider> topology = new Choice<>(parts::setTopology);
    private final Choice<GatewayTransport> transport = new Choice<>(parts::setTransport);
    private final Choice<PacketFormat> sphinx = new Choice<>(parts::setSphinx);
    private final Choice<RetransmissionPolicy> retransmission = new Choice<>(parts::setRetransmission);
    private final Choice<CoverTrafficStrategy> cover = new Choice<>(parts::setCover);
    private final Choice<StoreProvider> store = new Choice<>(this::stored);
    private final FrontEnds frontEnds = new FrontEnds();
    private BundleContext context;
    private String name;
    private ClientConfiguration client;
    private ThreadedEnvironment environment;
    private ClientStore opened;
    private StoreException failure;
    private Engine engine;
    private ServiceRegistration<MixnetClient> registration;

    @Activate
    void activate(BundleContext bundleContext, Map<String, Object> properties) throws StoreException {
        PartConfiguration configuration = PartConfiguration.ofProperties("client", properties);
        context = bundleContext;
        name = configuration.text("name", "a name");
        Optional<IdentityKey> gateway = properties.containsKey("gateway")
                ? Optional.of(IdentityKey.parse(configuration.text("gateway", "a gateway's identity")))
                : Optional.empty();
        GatewayPolicy policy = properties.containsKey("gateway-choice") ? policy(configuration) : GatewayPolicy.DEFAULT;
        ClientConfiguration chosen = ClientConfiguration.DEFAULT.withGatewayPolicy(policy)
                .withPacketSizes(PacketSizes.of(configuration));
        client = gateway.map(chosen::withGateway).orElse(chosen);
        choose(configuration);
        chooseFrontEnds(properties, configuration);
        Optional<String> storeName = properties.containsKey("store")
                ? Optional.of(configuration.text("store", "a part's name")) : Optional.empty();
        configuration.verify();
        if (storeName.isEmpty()) {
            start(Optional.empty());
        } else {
            store.choose(storeName.get());
            if (failure != null) {
                throw failure;
            }
        }
    }

    /** Once there is a store the client begins; it keeps that one. */
    private synchronized void stored(StoreProvider provider) {
        if (provider == null || engine != null || client == null) {
            return;
        }
        try {
            opened = provider.open(name);
            start(Optional.of(opened));
        } catch (StoreException e) {
            failure = e;
            closeStore();
            LOG.error("client {} does not start: {}", name, e.getMessage());
        }
    }

    private void start(Optional<ClientStore> from) throws StoreException {
        environment = new ThreadedEnvironment(name);
        try {
            engine = from.isPresent() ? Engine.open(client, parts, environment.environment(), from.get())
                    : new Engine(client, parts, environment.environment());
        } finally {
            if (engine == null) {
                environment.close();
            }
        }
        engine.start();
        registration = context.registerService(MixnetClient.class, engine,
                new Hashtable<>(Map.of(MixnetClient.NAME_PROPERTY, name)));
        frontEnds.start(context, name, engine);
    }

    private void closeStore() {
        if (opened != null) {
            opened.close();
            opened = null;
        }
    }

    private static GatewayPolicy policy(PartConfiguration configuration) {
        String allowed = "random or fastest";
        String choice = configuration.text("gateway-choice", allowed);
        return switch (choice) {
            case "random" -> GatewayPolicy.DEFAULT;
            case "fastest" -> new GatewayPolicy(GatewayPolicy.Preference.FASTEST,
                    GatewayPolicy.DEFAULT.unreachableLimit(), GatewayPolicy.DEFAULT.unlistedLimit());
            default -> throw configuration.wrong("gateway-choice", '"' + choice + '"', allowed);
        };
    }

    @Modified
    void modified(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties("client", properties);
        choose(configuration);
        chooseFrontEnds(properties, configuration);
    }

    @Deactivate
    synchronized void deactivate() {
        client = null;
        frontEnds.close();
        if (engine != null) {
            registration.unregister();
            engine.close();
            environment.close();
        }
        closeStore();
    }

    private void choose(PartConfiguration configuration) {
        topology.choose(configuration.text("topology", "a part's name"));
        transport.choose(configuration.text("transport", "a part's name"));
        sphinx.choose(configuration.text("sphinx", "a part's name"));
        retransmission.choose(configuration.text("retransmission", "a part's name"));
        cover.choose(configuration.text("cover", "a part's name"));
    }

    /** The list {@code frontends}, and keys {@code NAME.KEY} for each of them. */
    private void chooseFrontEnds(Map<String, Object> properties, PartConfiguration configuration) {
        List<String> names = properties.getOrDefault("frontends", "").toString().isBlank() ? List.of()
                : configuration.list("frontends", "names of front-ends, separated by commas");
        Map<String, Map<String, String>> settings = new LinkedHashMap<>();
        for (String frontEnd : names) {
            Map<String, String> own = new TreeMap<>();
            properties.forEach((key, value) -> {
                if (key.startsWith(frontEnd + ".")) {
                    own.put(key.substring(frontEnd.length() + 1), value.toString());
                }
            });
            settings.put(frontEnd, own);
        }
        frontEnds.choose(settings);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addFrontEnd(FrontEnd part, Map<String, Object> properties) {
        frontEnds.add(part, (String) properties.get(PartFactory.NAME_PROPERTY));
    }

    void removeFrontEnd(FrontEnd part) {
        frontEnds.remove(part);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addTopology(TopologyProvider part, Map<String, Object> properties) {
        topology.add(part, properties);
    }

    void removeTopology(TopologyProvider part) {
        topology.remove(part);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addTransport(GatewayTransport part, Map<String, Object> properties) {
        transport.add(part, properties);
    }

    void removeTransport(GatewayTransport part) {
        transport.remove(part);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSphinx(PacketFormat part, Map<String, Object> properties) {
        sphinx.add(part, properties);
    }

    void removeSphinx(PacketFormat part) {
        sphinx.remove(part);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addRetransmission(RetransmissionPolicy part, Map<String, Object> properties) {
        retransmission.add(part, properties);
    }

    void removeRetransmission(RetransmissionPolicy part) {
        retransmission.remove(part);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCover(CoverTrafficStrategy part, Map<String, Object> properties) {
        cover.add(part, properties);
    }

    void removeCover(CoverTrafficStrategy part) {
        cover.remove(part);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addStore(StoreProvider part, Map<String, Object> properties) {
        store.add(part, properties);
    }

    void removeStore(StoreProvider part) {
        store.remove(part);
    }
}
