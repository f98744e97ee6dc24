package org.cloakwork.itests.line;

import java.net.URI;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.PartFactory;

/** Clients on sockets, and whatever else is to be closed with them. */
final class Sockets implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(2);

    private final Deque<AutoCloseable> opened = new ConcurrentLinkedDeque<>();

    <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    /**
     * Starts a client and waits until it is ready.
     *
     * @param name          of its thread
     * @param configuration of it
     * @param cover         of it
     * @param directory     of its network
     * @return the client, closed with all
     */
    Engine client(String name, ClientConfiguration configuration, CoverTrafficStrategy cover, URI directory)
            throws Exception {
        Parts parts = new Parts();
        parts.set(PartKind.TOPOLOGY, part(PartKind.TOPOLOGY, "nym-api", Map.of("urls", directory.toString())));
        parts.set(PartKind.TRANSPORT, part(PartKind.TRANSPORT, "websocket", Map.of()));
        parts.set(PartKind.SPHINX, part(PartKind.SPHINX, "fast", Map.of()));
        parts.set(PartKind.ROUTES, part(PartKind.ROUTES, "uniform", Map.of()));
        parts.set(PartKind.RETRANSMISSION, part(PartKind.RETRANSMISSION, "timeout", Map.of()));
        parts.set(PartKind.COVER, cover);
        ThreadedEnvironment environment = opened(new ThreadedEnvironment(name));
        Engine engine = opened(new Engine(configuration, parts, environment.environment()));
        engine.start();
        engine.awaitReady(READY);
        return engine;
    }

    private <T> T part(PartKind<T> kind, String name, Map<String, String> configuration) {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).stream().map(ServiceLoader.Provider::get)
                .filter(one -> one.type() == kind.service() && one.name().equals(name)).findFirst().orElseThrow();
        T part = kind.service().cast(factory.create(configuration));
        if (part instanceof AutoCloseable closeable) {
            opened(closeable);
        }
        return part;
    }

    @Override
    public void close() throws Exception {
        List<AutoCloseable> all = List.copyOf(opened);
        opened.clear();
        for (AutoCloseable one : all) {
            one.close();
        }
    }
}
