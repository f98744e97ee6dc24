package org.cloakwork.itests.hostile;

import java.net.URI;
import java.util.Map;
import java.util.ServiceLoader;
import org.cloakwork.client.ClientConfiguration;
import org.cloakwork.client.Engine;
import org.cloakwork.client.Parts;
import org.cloakwork.client.ThreadedEnvironment;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;

/** A client with real parts whose configuration is a test's own: with shorter patience than people have. */
final class ConfiguredClient implements AutoCloseable {

    private final ThreadedEnvironment environment = new ThreadedEnvironment("configured");
    private final TopologyProvider topology;
    private final GatewayTransport transport;
    private final Engine engine;

    ConfiguredClient(ClientConfiguration configuration, URI directory) {
        topology = part(TopologyProvider.class, "nym-api", Map.of("urls", directory.toString()));
        transport = part(GatewayTransport.class, "websocket", Map.of());
        Parts parts = new Parts();
        parts.setTopology(topology);
        parts.setTransport(transport);
        parts.setSphinx(part(PacketFormat.class, "fast", Map.of()));
        parts.setRetransmission(part(RetransmissionPolicy.class, "timeout", Map.of()));
        parts.setCover(part(CoverTrafficStrategy.class, "none", Map.of()));
        engine = new Engine(configuration, parts, environment.environment());
        engine.start();
    }

    Engine engine() {
        return engine;
    }

    private static <T> T part(Class<T> type, String name, Map<String, String> configuration) {
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class)) {
            if (factory.type() == type && factory.name().equals(name)) {
                return type.cast(factory.create(configuration));
            }
        }
        throw new IllegalStateException("no " + type.getSimpleName() + " called " + name);
    }

    @Override
    public void close() throws Exception {
        engine.close();
        environment.close();
        ((AutoCloseable) transport).close();
        ((AutoCloseable) topology).close();
    }
}
