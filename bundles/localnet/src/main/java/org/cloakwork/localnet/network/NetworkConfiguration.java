package org.cloakwork.localnet.network;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * Sizes and ports of a network.
 *
 * @param mixesPerLayer mix nodes in each layer, 1 to {@link #MAX_NODES}
 * @param gateways      gateways, 1 to {@link #MAX_NODES}
 * @param directoryPort port of the directory, 0 for any free one
 * @param gatewayPort   port of the first gateway, the others follow; 0 for any free ones
 * @param mixPort       port for mix packets of the first mix node, the other mix nodes and then the gateways follow; 0
 *                      for any free ones
 * @param host          one numeric address, which every port is opened on and every node is announced with
 * @param networkFile   where to write the network as JSON, if anywhere
 * @param rotation      between changes of the nodes' keys, if there are any
 */
record NetworkConfiguration(int mixesPerLayer, int gateways, int directoryPort, int gatewayPort, int mixPort,
                            InetAddress host, Optional<Path> networkFile, Optional<Duration> rotation) {

    static final int LAYERS = 3;
    static final int MAX_NODES = 80;
    static final Duration LEAST_ROTATION = Duration.ofSeconds(4);

    static final NetworkConfiguration DEFAULT =
            new NetworkConfiguration(1, 2, 0, 0, 0, NodeAddress.parseIp("127.0.0.1"), Optional.empty(),
                    Optional.empty());

    NetworkConfiguration {
        checkCount("mixes-per-layer", mixesPerLayer);
        checkCount("gateways", gateways);
        checkPort("directory-port", directoryPort);
        checkPorts("gateway-port", gatewayPort, gateways);
        checkPorts("mix-port", mixPort, LAYERS * mixesPerLayer + gateways);
        if (host.isAnyLocalAddress() || host.isMulticastAddress()) {
            throw new IllegalArgumentException("host must be one address that nodes can be reached at, not "
                    + host.getHostAddress());
        }
        if (rotation.filter(period -> period.compareTo(LEAST_ROTATION) < 0).isPresent()) {
            throw new IllegalArgumentException("rotation must be at least " + LEAST_ROTATION.toSeconds() + " s, not "
                    + rotation.get().toMillis() + " ms");
        }
    }

    private static void checkCount(String key, int count) {
        if (count < 1 || count > MAX_NODES) {
            throw new IllegalArgumentException(key + " must be 1 to " + MAX_NODES + ", not " + count);
        }
    }

    private static void checkPort(String key, int port) {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException(key + " must be 0 to 65535, not " + port);
        }
    }

    private static void checkPorts(String key, int first, int count) {
        checkPort(key, first);
        if (first > 0) {
            checkPort(key + " of the last of " + count, first + count - 1);
        }
    }

    NetworkConfiguration withMixesPerLayer(int count) {
        return new NetworkConfiguration(count, gateways, directoryPort, gatewayPort, mixPort, host, networkFile,
                rotation);
    }

    NetworkConfiguration withGateways(int count) {
        return new NetworkConfiguration(mixesPerLayer, count, directoryPort, gatewayPort, mixPort, host, networkFile,
                rotation);
    }

    NetworkConfiguration withDirectoryPort(int port) {
        return new NetworkConfiguration(mixesPerLayer, gateways, port, gatewayPort, mixPort, host, networkFile,
                rotation);
    }

    NetworkConfiguration withGatewayPort(int port) {
        return new NetworkConfiguration(mixesPerLayer, gateways, directoryPort, port, mixPort, host, networkFile,
                rotation);
    }

    NetworkConfiguration withMixPort(int port) {
        return new NetworkConfiguration(mixesPerLayer, gateways, directoryPort, gatewayPort, port, host, networkFile,
                rotation);
    }

    NetworkConfiguration withRotation(Duration period) {
        return new NetworkConfiguration(mixesPerLayer, gateways, directoryPort, gatewayPort, mixPort, host, networkFile,
                Optional.of(period));
    }
}
