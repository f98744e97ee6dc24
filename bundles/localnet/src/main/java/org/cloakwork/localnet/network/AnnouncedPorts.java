package org.cloakwork.localnet.network;

import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * Where others are told to reach ports.
 *
 * @param mixPorts     of those for mix packets
 * @param gatewayPorts of those for clients
 */
record AnnouncedPorts(UnaryOperator<InetSocketAddress> mixPorts, UnaryOperator<InetSocketAddress> gatewayPorts) {

    static final AnnouncedPorts AS_THEY_ARE = new AnnouncedPorts(UnaryOperator.identity(), UnaryOperator.identity());

    NodeAddress of(MixListener port) {
        NodeAddress actual = port.address();
        InetSocketAddress announced = mixPorts.apply(new InetSocketAddress(actual.ip(), actual.port()));
        return new NodeAddress(announced.getAddress(), announced.getPort());
    }

    InetSocketAddress of(GatewayPort port) {
        return gatewayPorts.apply(port.address());
    }
}
