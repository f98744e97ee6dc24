package org.cloakwork.api.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.Network;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.topology.Topology;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A whole mixnet in this process: three layers of mix nodes, gateways and a directory, on real sockets of the
 * loopback interface, with Nym's own formats, so that clients of any make can use it.
 */
@ProviderType
public interface LocalNetwork extends Network, AutoCloseable {

    /** {@return the nodes of this network, with the keys they have now} */
    Topology topology();

    /** {@return the same as JSON, in the form of nym-client's {@code --custom-mixnet} file} */
    String networkFile();

    /** {@return counters by name: packets forwarded, delivered, stored, dropped and why, summed over all nodes} */
    Map<String, Long> counters();

    /**
     * Restarts a gateway, for tests of what depends on it: its connections end, nothing can be reached there for a
     * while, and then it is back at the same port. It still knows its clients and what waits for them, as a real one
     * does from its disk; packets that arrive in between are lost.
     *
     * @param gateway  its identity
     * @param downtime how long it is away; this blocks for as long
     * @throws IllegalArgumentException if there is no such gateway
     * @throws IOException              if its port cannot be had again
     * @throws InterruptedException     if the waiting thread is interrupted; the gateway stays away then
     * @since 1.2
     */
    void restartGateway(IdentityKey gateway, Duration downtime) throws IOException, InterruptedException;

    /**
     * Has the directory name an exit of this network, so that its clients find it. An exit that runs in the same
     * framework as a network of {@code etc/} is named without this.
     *
     * @param exit at a gateway of this network
     * @return names it no longer when closed
     * @throws IllegalArgumentException if its gateway is not of this network
     * @since 1.2
     */
    Subscription announce(KnownExit exit);

    /** Closes every socket. Idempotent. */
    @Override
    void close();

    /**
     * Makes a network without OSGi.
     *
     * @return a builder; its defaults are one mix node a layer, two gateways, free ports
     * @throws IllegalStateException if no local network is on the class path or module path
     */
    static Builder builder() {
        return ServiceLoader.load(Builder.class, LocalNetwork.class.getClassLoader()).findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no org.cloakwork.localnet on the class path or module path; cloakwork-testing brings it"));
    }

    /** Sizes and ports of a network. */
    @ProviderType
    interface Builder {

        /**
         * Chooses how many mix nodes there are.
         *
         * @param count mix nodes in each of the three layers, 1 to 80
         * @return this
         */
        Builder mixesPerLayer(int count);

        /**
         * Chooses how many gateways there are.
         *
         * @param count gateways, 1 to 80
         * @return this
         */
        Builder gateways(int count);

        /**
         * Chooses where the directory listens.
         *
         * @param port of the directory, 0 for any free one
         * @return this
         */
        Builder directoryPort(int port);

        /**
         * Chooses where gateways take clients.
         *
         * @param port websocket port of the first gateway, the others follow; 0 for any free ones
         * @return this
         */
        Builder gatewayPort(int port);

        /**
         * Chooses where nodes take mix packets.
         *
         * @param port for mix packets of the first mix node, the other mix nodes and then the gateways follow; 0 for
         *             any free ones
         * @return this
         */
        Builder mixPort(int port);

        /**
         * Has all nodes change their Sphinx keys again and again. A quarter of that time is an epoch: in the last one
         * before a change nodes take packets for their next keys already, in the first one after it still those for the
         * keys before, and refuse them from then on.
         *
         * @param period between changes, at least 4 s; without this there are none
         * @return this
         * @since 1.3
         */
        Builder rotation(Duration period);

        /**
         * Announces nodes at other addresses than they listen at, for those who stand in between, such as tests of what
         * a broken line does: clients and nodes connect there.
         *
         * @param mixPorts     told where a node takes mix packets, says where others reach that
         * @param gatewayPorts told where a gateway takes clients, says where these reach that
         * @return this
         * @since 1.1
         */
        Builder announced(UnaryOperator<InetSocketAddress> mixPorts, UnaryOperator<InetSocketAddress> gatewayPorts);

        /**
         * Starts it.
         *
         * @return the running network
         * @throws IOException if a port cannot be had, naming it; nothing is left running
         */
        LocalNetwork start() throws IOException;
    }
}
