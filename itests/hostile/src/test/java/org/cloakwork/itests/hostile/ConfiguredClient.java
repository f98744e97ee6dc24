package org.cloakwork.itests.hostile;

import java.net.URI;
import java.util.Map;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;

/** A client with real parts whose configuration is a test's own: with shorter patience than people have. */
final class ConfiguredClient implements AutoCloseable {

    private final ThreadedEnvironment environment = new ThreadedEnvironment("configured");
    private final TopologyProvider topology;
    private final GatewayTransport transport;
    private final org.cloakwork.client.base.Parts parts = new org.cloakwork.client.base.Parts();
    private final Engine engine;

    ConfiguredClient(ClientConfiguration configuration, URI directory) {
        topology = Parts.directory(directory.toString());
        transport = Parts.part(GatewayTransport.class, "websocket", Map.of());
        PartKind.OF_A_CLIENT.forEach(kind -> parts.want(kind, "good"));
        parts.set(PartKind.TOPOLOGY, topology);
        parts.set(PartKind.TRANSPORT, transport);
        parts.set(PartKind.SPHINX, Parts.part(PacketFormat.class, "fast", Map.of()));
        parts.set(PartKind.RETRANSMISSION, Parts.part(RetransmissionPolicy.class, "timeout", Map.of()));
        parts.set(PartKind.COVER, Parts.part(CoverTrafficStrategy.class, "none", Map.of()));
        engine = new Engine(configuration, parts, environment.environment());
        engine.start();
    }

    org.cloakwork.client.base.Parts parts() {
        return parts;
    }

    Engine engine() {
        return engine;
    }

    @Override
    public void close() throws Exception {
        engine.close();
        environment.close();
        ((AutoCloseable) transport).close();
        ((AutoCloseable) topology).close();
    }
}
