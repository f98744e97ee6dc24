package org.cloakwork.localnet;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.cloakwork.api.LocalNetwork;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.transport.GatewayServer;

/** Makes networks where there is no OSGi; finds the parts it needs by {@link ServiceLoader}. */
public final class LocalNetworkBuilder implements LocalNetwork.Builder {

    private static final String PREFERRED_FORMAT = "bouncycastle";
    private static final String PREFERRED_TRANSPORT = "websocket";

    private NetworkConfiguration configuration = NetworkConfiguration.DEFAULT;

    /** For {@link ServiceLoader}. */
    public LocalNetworkBuilder() {
    }

    @Override
    public LocalNetwork.Builder mixesPerLayer(int count) {
        configuration = configuration.withMixesPerLayer(count);
        return this;
    }

    @Override
    public LocalNetwork.Builder gateways(int count) {
        configuration = configuration.withGateways(count);
        return this;
    }

    @Override
    public LocalNetwork.Builder directoryPort(int port) {
        configuration = configuration.withDirectoryPort(port);
        return this;
    }

    @Override
    public LocalNetwork.Builder gatewayPort(int port) {
        configuration = configuration.withGatewayPort(port);
        return this;
    }

    @Override
    public LocalNetwork start() throws IOException {
        List<AutoCloseable> parts = new ArrayList<>();
        try {
            PacketFormat format = part(PacketFormat.class, PREFERRED_FORMAT, parts);
            GatewayServer transport = part(GatewayServer.class, PREFERRED_TRANSPORT, parts);
            return new WithParts(new LocalNetworkImpl(configuration, format, transport), parts);
        } catch (IOException | RuntimeException e) {
            close(parts);
            throw e;
        }
    }

    private static <T> T part(Class<T> type, String preferred, List<AutoCloseable> parts) {
        PartFactory<?> found = null;
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class, LocalNetworkBuilder.class.getClassLoader())) {
            if (factory.type() == type && (found == null || factory.name().equals(preferred))) {
                found = factory;
            }
        }
        if (found == null) {
            throw new IllegalStateException("no " + type.getName() + " on the class path or module path");
        }
        T part = type.cast(found.create(Map.of()));
        if (part instanceof AutoCloseable closeable) {
            parts.add(closeable);
        }
        return part;
    }

    private static void close(List<AutoCloseable> parts) {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException("a part of the local network could not be closed", e);
            }
        }
    }

    /** A network that closes the parts made for it. */
    private record WithParts(LocalNetwork network, List<AutoCloseable> parts) implements LocalNetwork {

        @Override
        public URI directory() {
            return network.directory();
        }

        @Override
        public Topology topology() {
            return network.topology();
        }

        @Override
        public String networkFile() {
            return network.networkFile();
        }

        @Override
        public Map<String, Long> counters() {
            return network.counters();
        }

        @Override
        public void close() {
            network.close();
            LocalNetworkBuilder.close(parts);
        }
    }
}
