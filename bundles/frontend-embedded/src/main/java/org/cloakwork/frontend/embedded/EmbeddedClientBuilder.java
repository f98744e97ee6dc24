package org.cloakwork.frontend.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.LocalNetwork;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.store.StoreProvider;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;

/** Assembles a client from the parts that {@link ServiceLoader} finds. */
public final class EmbeddedClientBuilder implements MixnetClient.Builder {

    /** Under which the client's state is kept in its folder. */
    private static final String STATE_NAME = "default";
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Set<String> KINDS =
            Set.of("topology", "transport", "sphinx", "retransmission", "cover", "store");

    private record Choice(String name, Map<String, String> configuration) {
    }

    private final Map<String, Choice> choices = new HashMap<>(Map.of(
            "transport", new Choice("websocket", Map.of()),
            "sphinx", new Choice("fast", Map.of()),
            "retransmission", new Choice("timeout", Map.of())));
    private final SharedResources shared = new SharedResources();
    /** Whether the network is one of our own, which nobody else watches. */
    private boolean local = true;
    private Optional<IdentityKey> gateway = Optional.empty();

    @Override
    public MixnetClient.Builder directory(URI... urls) {
        choices.put("topology", directories(urls));
        local = false;
        return this;
    }

    private static Choice directories(URI... urls) {
        return new Choice("nym-api", Map.of("urls",
                Arrays.stream(urls).map(URI::toString).collect(Collectors.joining(","))));
    }

    @Override
    public MixnetClient.Builder networkFile(Path file) {
        return part("topology", "file", Map.of("path", file.toString()));
    }

    @Override
    public MixnetClient.Builder network(LocalNetwork network) {
        choices.put("topology", directories(network.directory()));
        local = true;
        return this;
    }

    @Override
    public MixnetClient.Builder gateway(IdentityKey identity) {
        gateway = Optional.of(identity);
        return this;
    }

    @Override
    public MixnetClient.Builder part(String kind, String name, Map<String, String> configuration) {
        if (!KINDS.contains(kind)) {
            throw new IllegalArgumentException("no kind of part is called \"" + kind
                    + "\"; there are topology, transport, sphinx, retransmission, cover and store");
        }
        choices.put(kind, new Choice(name, Map.copyOf(configuration)));
        local &= !kind.equals("topology");
        return this;
    }

    @Override
    public MixnetClient start() {
        List<AutoCloseable> owned = new ArrayList<>();
        try {
            Choice topology = choices.get("topology");
            if (topology == null) {
                LocalNetwork network = shared.use(LocalNetwork.class, LocalNetwork.builder()::start, owned);
                topology = directories(network.directory());
            }
            Parts parts = new Parts();
            parts.setTopology(part("topology", topology, TopologyProvider.class, owned));
            parts.setTransport(part("transport", GatewayTransport.class, owned));
            parts.setSphinx(part("sphinx", PacketFormat.class, owned));
            parts.setRetransmission(part("retransmission", RetransmissionPolicy.class, owned));
            parts.setCover(part("cover",
                    choices.getOrDefault("cover", new Choice(local ? "none" : "poisson", Map.of())),
                    CoverTrafficStrategy.class, owned));
            ThreadedEnvironment environment = new ThreadedEnvironment("embedded-" + NUMBERS.incrementAndGet());
            owned.add(environment);
            ClientConfiguration configuration = gateway.map(ClientConfiguration.DEFAULT::withGateway)
                    .orElse(ClientConfiguration.DEFAULT);
            Engine engine;
            if (choices.containsKey("store")) {
                ClientStore store = part("store", StoreProvider.class, owned).open(STATE_NAME);
                owned.add(store);
                engine = Engine.open(configuration, parts, environment.environment(), store);
            } else {
                engine = new Engine(configuration, parts, environment.environment());
            }
            engine.start();
            owned.add(engine);
            return new EmbeddedClient(engine, owned);
        } catch (StoreException e) {
            EmbeddedClient.closeAll(owned);
            throw new IllegalStateException(e.getMessage(), e);
        } catch (IOException e) {
            EmbeddedClient.closeAll(owned);
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            EmbeddedClient.closeAll(owned);
            throw e;
        }
    }

    private <T> T part(String kind, Class<T> type, List<AutoCloseable> owned) {
        return part(kind, choices.get(kind), type, owned);
    }

    private <T> T part(String kind, Choice choice, Class<T> type, List<AutoCloseable> owned) {
        return shared.use(List.of(kind, choice), () -> make(kind, choice, type), owned);
    }

    private static <T> T make(String kind, Choice choice, Class<T> type) {
        List<String> present = new ArrayList<>();
        for (PartFactory<?> factory
                : ServiceLoader.load(PartFactory.class, EmbeddedClientBuilder.class.getClassLoader())) {
            if (factory.type() == type) {
                if (factory.name().equals(choice.name())) {
                    return type.cast(factory.create(choice.configuration()));
                }
                present.add(factory.name());
            }
        }
        throw new IllegalArgumentException("there is no " + kind + " part called \"" + choice.name()
                + "\" on the class path or module path; there are " + present);
    }
}
