package org.cloakwork.localnet.simulation;

import java.util.List;
import org.cloakwork.localnet.node.Gateway;
import org.cloakwork.spi.transport.GatewayLink;

/**
 * Both ends of a connection between a client and a gateway. Frames take no time, but wait while the one they are for is
 * suspended.
 */
final class SimulatedLink {

    /** Binary frames in one direction, on all links. */
    static final class Flow {

        long sent;
        long delivered;
        /** With a link that was closed. */
        long lost;
        /** The most that waited on one link. */
        long mostPendingBytes;

        Counts counts() {
            return new Counts(sent, delivered, lost);
        }

        /** What they were at a moment. */
        record Counts(long sent, long delivered, long lost) {
        }
    }

    private final End client;
    private final End gateway;
    private final SimulatedNetwork network;
    /** The client sends nothing more. */
    private boolean finishing;
    /** The gateway knows, and sends nothing more either. */
    private boolean finished;
    private boolean closed;

    /**
     * @param network     it belongs to
     * @param clientHost  where the client runs
     * @param atClient    told what happens
     * @param gatewayHost where the gateway runs
     */
    SimulatedLink(SimulatedNetwork network, SimulatedTime.Host clientHost, GatewayLink.Handler atClient,
            SimulatedTime.Host gatewayHost) {
        this.network = network;
        client = new End(clientHost, network.fromClients());
        gateway = new End(gatewayHost, network.toClients());
        client.handler = atClient;
    }

    /** {@return what the client sends on} */
    GatewayLink client() {
        return client;
    }

    /**
     * Tells both that they are connected, the gateway first, unless the client has closed it already.
     *
     * @param gatewayOf takes the link, and returns what to tell of it
     * @return whether it is open now
     */
    boolean open(Gateway gatewayOf) {
        if (closed) {
            return false;
        }
        gateway.handler = gatewayOf.accept(gateway);
        gateway.host.execute(() -> gateway.handler.opened());
        client.host.execute(() -> {
            if (!closed) {
                client.handler.opened();
            }
        });
        return true;
    }

    /** Drops what is under way and tells both. */
    void close(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        network.closed(this);
        for (End end : List.of(client, gateway)) {
            if (end.handler != null && !(finished && end == gateway)) {
                end.host.execute(() -> end.handler.closed(reason));
            }
        }
    }

    /** What was sent before still arrives, at the gateway and then at the client. */
    private void finish() {
        if (closed || finishing) {
            return;
        }
        finishing = true;
        gateway.host.execute(() -> {
            if (!closed) {
                finished = true;
                if (gateway.handler != null) {
                    gateway.handler.closed("finished by the client");
                }
                client.host.execute(() -> close("finished"));
            }
        });
    }

    private End other(End end) {
        return end == client ? gateway : client;
    }

    private final class End implements GatewayLink {

        private final SimulatedTime.Host host;
        private final Flow flow;
        /** Null at the gateway until it took the link. */
        private Handler handler;
        private long pendingBytes;

        private End(SimulatedTime.Host host, Flow flow) {
            this.host = host;
            this.flow = flow;
        }

        @Override
        public void send(String text) {
            if (!isOver()) {
                sends(text.length());
                other(this).host.execute(() -> deliver(text));
            }
        }

        @Override
        public void send(byte[] binary) {
            flow.sent++;
            if (isOver()) {
                flow.lost++;
            } else {
                sends(binary.length);
                other(this).host.execute(() -> deliver(binary));
            }
        }

        private boolean isOver() {
            return closed || (this == client ? finishing : finished);
        }

        private void sends(int length) {
            pendingBytes += length;
            flow.mostPendingBytes = Math.max(flow.mostPendingBytes, pendingBytes);
        }

        private void deliver(String text) {
            if (!closed) {
                pendingBytes -= text.length();
                other(this).handler.text(text);
                delivered();
            }
        }

        private void deliver(byte[] binary) {
            if (closed) {
                flow.lost++;
            } else {
                flow.delivered++;
                pendingBytes -= binary.length;
                other(this).handler.binary(binary);
                delivered();
            }
        }

        private void delivered() {
            if (pendingBytes == 0) {
                handler.drained();
            }
        }

        @Override
        public void ping(byte[] payload) {
            End to = other(this);
            to.host.execute(() -> host.execute(() -> {
                if (!closed) {
                    handler.pong(payload);
                }
            }));
        }

        @Override
        public long pendingBytes() {
            return pendingBytes;
        }

        @Override
        public void finish() {
            if (this == client) {
                SimulatedLink.this.finish();
            } else {
                close();
            }
        }

        @Override
        public void close() {
            SimulatedLink.this.close("closed by " + (this == client ? "the client" : "the gateway"));
        }
    }
}
