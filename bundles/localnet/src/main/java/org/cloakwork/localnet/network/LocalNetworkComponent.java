package org.cloakwork.localnet.network;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Subscription;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.transport.GatewayServer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A local network for each configuration of {@value #PID}, alone or as a factory. It runs as long as its configuration
 * and its parts are there; if it cannot be started, its activation fails with the reason and nothing is left running.
 */
@Component(configurationPid = LocalNetworkComponent.PID, configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true, service = LocalNetwork.class, property = PartFactory.NAME_PROPERTY + "=localnet")
@Designate(ocd = LocalNetworkComponent.Configuration.class, factory = true)
public final class LocalNetworkComponent implements LocalNetwork {

    static final String PID = "org.cloakwork.localnet";

    private static final Logger LOG = LoggerFactory.getLogger(LocalNetworkComponent.class);

    private final LocalNetwork network;
    private final Map<MixnetClient, Exit> exits = new ConcurrentHashMap<>();

    /** Sizes and ports. */
    @ObjectClassDefinition(name = "Cloakwork local network",
            description = "Mix nodes, gateways and a directory in this process")
    public @interface Configuration {

        /** {@return mix nodes in each of the three layers} */
        @AttributeDefinition(name = "mixes-per-layer", min = "1", max = "80",
                description = "Mix nodes in each of the three layers, 1 to 80")
        int mixes$_$per$_$layer() default 1;

        /** {@return gateways} */
        @AttributeDefinition(name = "gateways", min = "1", max = "80", description = "Gateways, 1 to 80")
        int gateways() default 2;

        /** {@return port of the directory} */
        @AttributeDefinition(name = "directory-port", min = "0", max = "65535",
                description = "HTTP port of the directory; 0 for any free one")
        int directory$_$port() default 0;

        /** {@return port of the first gateway} */
        @AttributeDefinition(name = "gateway-port", min = "0", max = "65535",
                description = "Websocket port of the first gateway, the others follow; 0 for any free ones")
        int gateway$_$port() default 0;

        /** {@return port for mix packets of the first node} */
        @AttributeDefinition(name = "mix-port", min = "0", max = "65535", description = "Port for mix packets of the "
                + "first mix node, the other mix nodes and then the gateways follow; 0 for any free ones")
        int mix$_$port() default 0;

        /** {@return file} */
        @AttributeDefinition(name = "network-file", required = false,
                description = "Where to write the network in the form of nym-client's --custom-mixnet; empty: nowhere")
        String network$_$file() default "";

        /** {@return address} */
        @AttributeDefinition(name = "host",
                description = "Numeric address that every port is opened on and every node is announced with")
        String host() default "127.0.0.1";

        /** {@return milliseconds} */
        @AttributeDefinition(name = "rotation-millis", min = "0", description = "Milliseconds between changes of all "
                + "nodes' Sphinx keys, at least 4000; 0: they never change")
        long rotation$_$millis() default 0;
    }

    /**
     * Starts the network.
     *
     * @param configuration sizes and ports
     * @param format        unwraps packets
     * @param transport     carries the links of clients
     * @throws IOException              if a port cannot be had, naming it
     * @throws IllegalArgumentException if a value is wrong, naming key, value and what is allowed
     */
    @Activate
    public LocalNetworkComponent(Configuration configuration, @Reference PacketFormat format,
            @Reference GatewayServer transport) throws IOException {
        network = new LocalNetworkImpl(new NetworkConfiguration(configuration.mixes$_$per$_$layer(),
                configuration.gateways(), configuration.directory$_$port(), configuration.gateway$_$port(),
                configuration.mix$_$port(), NodeAddress.parseIp(configuration.host()),
                Optional.of(configuration.network$_$file()).filter(file -> !file.isBlank()).map(Path::of),
                Optional.of(configuration.rotation$_$millis()).filter(millis -> millis != 0).map(Duration::ofMillis)),
                AnnouncedPorts.AS_THEY_ARE, format, transport, List.of());
        LOG.info("A local network of {} nodes is running, directory {}", network.topology().nodes().size(),
                network.directory());
    }

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
    public void restartGateway(IdentityKey gateway, Duration downtime) throws IOException, InterruptedException {
        network.restartGateway(gateway, downtime);
    }

    @Override
    public Subscription announce(KnownExit exit) {
        return network.announce(exit);
    }

    /** @param client whose front-ends have an exit among them; of another network, perhaps */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC,
            target = "(cloakwork.frontends=exit)")
    void addExit(MixnetClient client) {
        exits.put(client, new Exit(client, network));
    }

    void removeExit(MixnetClient client) {
        Exit gone = exits.remove(client);
        if (gone != null) {
            gone.close();
        }
    }

    /** An exit of this process, named at the address that it has. */
    private static final class Exit implements AutoCloseable {

        private final LocalNetwork network;
        private final Subscription addresses;
        private Subscription named = () -> { };
        private boolean closed;

        Exit(MixnetClient client, LocalNetwork network) {
            this.network = network;
            addresses = client.onAddress(this::name);
        }

        private synchronized void name(MixnetAddress address) {
            named.close();
            boolean ours = !closed && network.topology().node(address.gateway()).isPresent();
            named = ours ? network.announce(new KnownExit(address, Optional.empty(), OptionalInt.empty()))
                    : () -> { };
        }

        @Override
        public synchronized void close() {
            closed = true;
            named.close();
            addresses.close();
        }
    }

    @Deactivate
    @Override
    public void close() {
        exits.values().forEach(Exit::close);
        network.close();
    }
}
