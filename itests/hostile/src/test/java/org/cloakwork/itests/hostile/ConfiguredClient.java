package org.cloakwork.itests.hostile;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.TopologyProvider;
import org.cloakwork.spi.transport.GatewayTransport;

/** A client with real parts whose configuration is a test's own: with shorter patience than people have. */
final class ConfiguredClient implements AutoCloseable {

    private final ThreadedEnvironment environment = new ThreadedEnvironment("configured");
    private final AtomicLong ahead = new AtomicLong();
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
        parts.set(PartKind.ROUTES, Parts.part(RoutePolicy.class, "uniform", Map.of()));
        parts.set(PartKind.RETRANSMISSION, Parts.part(RetransmissionPolicy.class, "timeout", Map.of()));
        parts.set(PartKind.COVER, Parts.part(CoverTrafficStrategy.class, "none", Map.of()));
        Environment real = environment.environment();
        engine = new Engine(configuration, parts, new Environment(new AheadClock(real.clock()), real.scheduler(),
                real.workers(), real.listeners(), real.outcomes(), real.randomness(), real.stages(), real.watch()));
        engine.start();
    }

    /** The machine's time, and as much more as a test says has gone by. */
    private final class AheadClock implements Clock {

        private final Clock machine;

        AheadClock(Clock machine) {
            this.machine = machine;
        }

        @Override
        public Instant now() {
            return machine.now().plusNanos(ahead.get());
        }

        @Override
        public long nanoTime() {
            return machine.nanoTime() + ahead.get();
        }
    }

    /** For this client that much time has gone by. */
    void letPass(Duration time) {
        ahead.addAndGet(time.toNanos());
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
