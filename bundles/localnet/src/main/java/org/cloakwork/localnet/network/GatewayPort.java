package org.cloakwork.localnet.network;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.cloakwork.localnet.node.Gateway;
import org.cloakwork.spi.transport.GatewayServer;
import org.cloakwork.wire.MixFrame;

/** Where a gateway is reached: it can go away for a while and come back at the same port. */
final class GatewayPort implements AutoCloseable {

    private final GatewayServer transport;
    private final Gateway gateway;
    private GatewayServer.Listening clients;
    private volatile boolean away;
    @GuardedBy("this")
    private boolean closed;

    GatewayPort(GatewayServer transport, InetSocketAddress bind, Gateway gateway) throws IOException {
        this.transport = transport;
        this.gateway = gateway;
        this.clients = listen(bind);
    }

    private GatewayServer.Listening listen(InetSocketAddress bind) throws IOException {
        try {
            return transport.listen(bind, gateway::accept);
        } catch (IOException e) {
            throw new IOException("gateway port " + bind.getPort() + " on " + bind.getAddress().getHostAddress()
                    + " cannot be opened: " + e.getMessage(), e);
        }
    }

    InetSocketAddress address() {
        return clients.address();
    }

    /** @param frame from another node; lost while the gateway is away */
    void receive(MixFrame frame) {
        if (!away) {
            gateway.receive(frame);
        }
    }

    void restart(Duration downtime) throws IOException, InterruptedException {
        InetSocketAddress address = address();
        away = true;
        clients.close();
        Thread.sleep(downtime);
        synchronized (this) {
            if (!closed) {
                clients = listen(address);
                away = false;
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        clients.close();
    }
}
