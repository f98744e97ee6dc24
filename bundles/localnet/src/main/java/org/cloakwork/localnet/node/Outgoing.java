package org.cloakwork.localnet.node;

import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.MixFrame;

/** A node's way to the other nodes: TCP connections, or the virtual wires of a simulation. */
public interface Outgoing {

    /**
     * Sends at once, without blocking; what cannot be sent is dropped and counted.
     *
     * @param next  a node of this network
     * @param frame for it
     */
    void send(NodeAddress next, MixFrame frame);
}
