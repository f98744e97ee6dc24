package org.cloakwork.localnet.network;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.transport.GatewayServer;

/** Makes networks where there is no OSGi; finds the parts it needs by {@link ServiceLoader}. */
public final class LocalNetworkBuilder implements LocalNetwork.Builder {

    private static final String PREFERRED_FORMAT = "fast";
    private static final String PREFERRED_TRANSPORT = "websocket";

    private NetworkConfiguration configuration = NetworkConfiguration.DEFAULT;
    private AnnouncedPorts announced = AnnouncedPorts.AS_THEY_ARE;

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
    public LocalNetwork.Builder mixPort(int port) {
        configuration = configuration.withMixPort(port);
        return this;
    }

    @Override
    public LocalNetwork.Builder rotation(Duration period) {
        configuration = configuration.withRotation(period);
        return this;
    }

    @Override
    public LocalNetwork.Builder announced(UnaryOperator<InetSocketAddress> mixPorts,
            UnaryOperator<InetSocketAddress> gatewayPorts) {
        announced = new AnnouncedPorts(mixPorts, gatewayPorts);
        return this;
    }

    @Override
    public LocalNetwork start() throws IOException {
        PacketFormat format = part(PacketFormat.class, PREFERRED_FORMAT);
        GatewayServer transport = part(GatewayServer.class, PREFERRED_TRANSPORT);
        return new LocalNetworkImpl(configuration, announced, format, transport, Stream.of(format, transport)
                .filter(AutoCloseable.class::isInstance).map(AutoCloseable.class::cast).toList());
    }

    private static <T> T part(Class<T> type, String preferred) {
        PartFactory<?> found = null;
        for (PartFactory<?> factory
                : ServiceLoader.load(PartFactory.class, LocalNetworkBuilder.class.getClassLoader())) {
            if (factory.type() == type && (found == null || factory.name().equals(preferred))) {
                found = factory;
            }
        }
        if (found == null) {
            throw new IllegalStateException("no " + type.getName() + " on the class path or module path");
        }
        return type.cast(found.create(Map.of()));
    }
}
