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
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Network;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;

/** Assembles a client from the parts that {@link ServiceLoader} finds. */
public final class EmbeddedClientBuilder implements MixnetClient.Builder {

    /** Under which the client's state is kept in its folder. */
    private static final String STATE_NAME = "default";
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final List<PartKind<?>> KINDS =
            PartKind.ALL.stream().<PartKind<?>>map(kind -> kind).filter(kind -> kind != PartKind.FRONT_END).toList();

    private record Choice(String name, Map<String, String> configuration) {
    }

    private final Map<PartKind<?>, Choice> choices = new HashMap<>(Map.of(
            PartKind.TRANSPORT, new Choice("websocket", Map.of()),
            PartKind.SPHINX, new Choice("fast", Map.of()),
            PartKind.ROUTES, new Choice("subset", Map.of()),
            PartKind.RETRANSMISSION, new Choice("timeout", Map.of())));
    private final SharedResources shared = new SharedResources();
    /** Whether the network is one of our own, which nobody else watches. */
    private boolean local = true;
    private final List<IdentityKey> gateways = new ArrayList<>();

    @Override
    public MixnetClient.Builder directory(URI... urls) {
        choices.put(PartKind.TOPOLOGY, directories(urls));
        local = false;
        return this;
    }

    private static Choice directories(URI... urls) {
        return new Choice("nym-api", Map.of("urls",
                Arrays.stream(urls).map(URI::toString).collect(Collectors.joining(","))));
    }

    @Override
    public MixnetClient.Builder networkFile(Path file) {
        return part(PartKind.TOPOLOGY.name(), "file", Map.of("path", file.toString()));
    }

    @Override
    public MixnetClient.Builder network(Network network) {
        choices.put(PartKind.TOPOLOGY, directories(network.directory()));
        local = true;
        return this;
    }

    @Override
    public MixnetClient.Builder gateway(IdentityKey identity) {
        gateways.add(Objects.requireNonNull(identity));
        return this;
    }

    @Override
    public MixnetClient.Builder part(String kind, String name, Map<String, String> configuration) {
        PartKind<?> known = PartKind.named(kind).filter(KINDS::contains)
                .orElseThrow(() -> new IllegalArgumentException("no kind of part is called \"" + kind
                        + "\"; there are " + KINDS));
        choices.put(known, new Choice(name, Map.copyOf(configuration)));
        local &= known != PartKind.TOPOLOGY;
        return this;
    }

    @Override
    public MixnetClient start() {
        List<AutoCloseable> owned = new ArrayList<>();
        try {
            Map<PartKind<?>, Choice> chosen = new HashMap<>(choices);
            chosen.putIfAbsent(PartKind.COVER, new Choice(local ? "none" : "poisson", Map.of()));
            if (!chosen.containsKey(PartKind.TOPOLOGY)) {
                LocalNetwork network = shared.use(LocalNetwork.class, LocalNetwork.builder()::start, owned);
                chosen.put(PartKind.TOPOLOGY, directories(network.directory()));
            }
            Parts parts = new Parts();
            PartKind.OF_A_CLIENT.forEach(kind -> set(parts, kind, chosen.get(kind), owned));
            ThreadedEnvironment environment = new ThreadedEnvironment("embedded-" + NUMBERS.incrementAndGet());
            owned.add(environment);
            ClientConfiguration configuration = gateways.isEmpty() ? ClientConfiguration.DEFAULT
                    : ClientConfiguration.DEFAULT.withGateways(gateways);
            Engine engine;
            if (chosen.containsKey(PartKind.STORE)) {
                ClientStore store = part(PartKind.STORE, chosen.get(PartKind.STORE), owned).open(STATE_NAME);
                owned.add(store);
                owned.add(store::tidy);
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

    private <T> void set(Parts parts, PartKind<T> kind, Choice choice, List<AutoCloseable> owned) {
        parts.set(kind, part(kind, choice, owned));
    }

    private <T> T part(PartKind<T> kind, Choice choice, List<AutoCloseable> owned) {
        return shared.use(List.of(kind, choice), () -> make(kind, choice), owned);
    }

    private static <T> T make(PartKind<T> kind, Choice choice) {
        List<String> present = new ArrayList<>();
        for (PartFactory<?> factory
                : ServiceLoader.load(PartFactory.class, EmbeddedClientBuilder.class.getClassLoader())) {
            if (factory.type() == kind.service()) {
                if (factory.name().equals(choice.name())) {
                    return kind.service().cast(factory.create(choice.configuration()));
                }
                present.add(factory.name());
            }
        }
        throw new IllegalArgumentException("there is no " + kind + " part called \"" + choice.name()
                + "\" on the class path or module path; there are " + present);
    }
}
