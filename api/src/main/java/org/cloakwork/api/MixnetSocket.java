package org.cloakwork.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOptions;
import java.time.Duration;

/** A stream that looks like a TCP socket. */
final class MixnetSocket extends Socket {

    private static final int OPEN_MILLIS = (int) StreamOptions.DEFAULT.deadline().toMillis();

    private final Impl impl;

    MixnetSocket(MixnetClient client) throws SocketException {
        this(new Impl(client));
    }

    private MixnetSocket(Impl impl) throws SocketException {
        super(impl);
        this.impl = impl;
    }

    /** {@link Socket} itself refuses addresses that are not resolved. */
    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        if (isClosed()) {
            throw new SocketException("the socket is closed");
        }
        if (isConnected()) {
            throw new SocketException("the socket is connected already");
        }
        impl.connect(endpoint, timeout);
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    @Override
    public boolean isConnected() {
        return impl.stream != null;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        requireOpen();
        return impl.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        requireOpen();
        return impl.getOutputStream();
    }

    @Override
    public void shutdownOutput() throws IOException {
        requireOpen();
        impl.shutdownOutput();
    }

    @Override
    public boolean isOutputShutdown() {
        return impl.outputShut;
    }

    /** {@link Socket} closes only what it has made itself. */
    @Override
    public void close() throws IOException {
        super.close();
        impl.close();
    }

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        impl.setOption(SocketOptions.SO_TIMEOUT, timeout);
    }

    @Override
    public int getSoTimeout() {
        return (int) impl.getOption(SocketOptions.SO_TIMEOUT);
    }

    /** Null: what is connected has no IP address. */
    @Override
    public InetAddress getInetAddress() {
        return null;
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return impl.remote;
    }

    private void requireOpen() throws SocketException {
        if (isClosed()) {
            throw new SocketException("the socket is closed");
        }
        if (!isConnected()) {
            throw new SocketException("the socket is not connected");
        }
    }

    private static final class Impl extends SocketImpl {

        private final MixnetClient client;
        private volatile MixnetStream stream;
        private volatile boolean outputShut;
        private volatile int timeoutMillis;
        private InetSocketAddress remote;

        private Impl(MixnetClient client) {
            this.client = client;
        }

        @Override
        protected void create(boolean isStream) {
            // there is nothing to prepare
        }

        @Override
        protected void connect(SocketAddress endpoint, int timeout) throws IOException {
            if (!(endpoint instanceof InetSocketAddress target)) {
                throw new IOException("an InetSocketAddress is needed that has an address of the mixnet as its host");
            }
            StreamOptions options = StreamOptions.DEFAULT.withDeadline(
                    Duration.ofMillis(timeout > 0 ? timeout : OPEN_MILLIS));
            String host = target.getHostString();
            stream = MixnetAddress.isHostName(host) ? client.openStream(host, target.getPort(), options)
                    : client.openStream(address(host), target.getPort(), options);
            stream.setReadTimeout(Duration.ofMillis(timeoutMillis));
            remote = target;
        }

        private static MixnetAddress address(String host) throws IOException {
            try {
                return MixnetAddress.parse(host);
            } catch (IllegalArgumentException e) {
                throw new IOException("the host is no address of the mixnet: " + e.getMessage(), e);
            }
        }

        @Override
        protected void connect(String host, int port) throws IOException {
            connect(InetSocketAddress.createUnresolved(host, port), 0);
        }

        @Override
        protected void connect(InetAddress address, int port) throws IOException {
            throw new IOException("clients of the mixnet have no IP addresses");
        }

        @Override
        protected InputStream getInputStream() {
            return stream.input();
        }

        @Override
        protected OutputStream getOutputStream() {
            return stream.output();
        }

        @Override
        protected int available() throws IOException {
            return stream.input().available();
        }

        @Override
        protected void shutdownOutput() throws IOException {
            outputShut = true;
            stream.output().close();
        }

        @Override
        protected void close() {
            if (stream != null) {
                stream.close();
            }
        }

        /** Options of TCP are taken note of; there is nothing they could change. */
        @Override
        public void setOption(int option, Object value) {
            if (option == SocketOptions.SO_TIMEOUT) {
                timeoutMillis = (int) value;
                if (stream != null) {
                    stream.setReadTimeout(Duration.ofMillis(timeoutMillis));
                }
            }
        }

        @Override
        public Object getOption(int option) {
            return switch (option) {
                case SocketOptions.SO_TIMEOUT -> timeoutMillis;
                case SocketOptions.SO_LINGER -> -1;
                case SocketOptions.TCP_NODELAY -> true;
                case SocketOptions.SO_SNDBUF, SocketOptions.SO_RCVBUF -> 64 * 1024;
                case SocketOptions.IP_TOS -> 0;
                default -> false;
            };
        }

        @Override
        protected void bind(InetAddress host, int port) throws IOException {
            throw new IOException("a client of the mixnet has no IP address to bind to");
        }

        @Override
        protected void listen(int backlog) throws IOException {
            throw new IOException("listen with MixnetClient.listen");
        }

        @Override
        protected void accept(SocketImpl socket) throws IOException {
            throw new IOException("listen with MixnetClient.listen");
        }

        @Override
        protected void sendUrgentData(int data) throws IOException {
            throw new IOException("streams have no urgent data");
        }
    }
}
