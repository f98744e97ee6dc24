package org.cloakwork.api;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Objects;
import javax.net.SocketFactory;

/**
 * Sockets for libraries that know {@code java.net} only: the host is a client's address in its text form, or its host
 * name, the port one that it listens on. What is connected is a {@link MixnetStream}; nothing ever touches the internet
 * or a DNS.
 *
 * @since 1.2
 */
public final class MixnetSocketFactory extends SocketFactory {

    private final MixnetClient client;

    /**
     * Makes sockets of the streams of a client.
     *
     * @param client opens the streams; not closed by this
     */
    public MixnetSocketFactory(MixnetClient client) {
        this.client = Objects.requireNonNull(client);
    }

    /** {@return a socket to be connected to {@code InetSocketAddress.createUnresolved(address, port)}} */
    @Override
    public Socket createSocket() throws IOException {
        return new MixnetSocket(client);
    }

    /**
     * {@return a connected socket}
     *
     * @param host a client's address, or its host name
     * @throws IOException if {@code host} is none, or the stream cannot be opened ({@link StreamException})
     */
    @Override
    public Socket createSocket(String host, int port) throws IOException {
        Socket socket = createSocket();
        socket.connect(InetSocketAddress.createUnresolved(host, port));
        return socket;
    }

    /** {@return a connected socket} The local address means nothing here. */
    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    /** @throws IOException always: clients have no IP addresses */
    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw new IOException("clients of the mixnet have no IP addresses");
    }

    /** @throws IOException always: clients have no IP addresses */
    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return createSocket(address, port);
    }
}
