package org.cloakwork.frontend.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import javax.net.SocketFactory;

/** Sockets that have the proxy connect. */
final class ProxiedSocketFactory extends SocketFactory {

    private static final int MOST_ANSWER_BYTES = 8 * 1024;

    private final InetSocketAddress proxy;
    private final String authorization;

    ProxiedSocketFactory(InetSocketAddress proxy, String authorization) {
        this.proxy = proxy;
        this.authorization = authorization;
    }

    private final class ProxiedSocket extends Socket {

        private volatile InetSocketAddress target;

        @Override
        public void connect(SocketAddress endpoint) throws IOException {
            connect(endpoint, 0);
        }

        @Override
        public void connect(SocketAddress endpoint, int timeout) throws IOException {
            if (!(endpoint instanceof InetSocketAddress wanted)) {
                throw new SocketException("only addresses of the internet are connected to");
            }
            super.connect(proxy, timeout);
            int usual = getSoTimeout();
            try {
                setSoTimeout(timeout);
                String host = wanted.getHostString();
                String authority = (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + wanted.getPort();
                getOutputStream().write(("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority
                        + "\r\nProxy-Authorization: " + authorization
                        // So that a refusal ends where it says why.
                        + "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
                requireConnected();
                setSoTimeout(usual);
                target = wanted;
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        private void requireConnected() throws IOException {
            InputStream in = super.getInputStream();
            String head = head(in);
            if (!head.startsWith("HTTP/1.1 200 ")) {
                String reason = new String(in.readNBytes(MOST_ANSWER_BYTES), StandardCharsets.UTF_8).strip();
                throw new ConnectException(reason.isEmpty() ? head.lines().findFirst().orElse("") : reason);
            }
        }

        @Override
        public SocketAddress getRemoteSocketAddress() {
            return target;
        }

        @Override
        public int getPort() {
            InetSocketAddress connected = target;
            return connected == null ? 0 : connected.getPort();
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (true) {
            int next = in.read();
            if (next < 0 || bytes.size() == MOST_ANSWER_BYTES) {
                throw new EOFException("the proxy has closed the connection");
            }
            bytes.write(next);
            if (next == '\n') {
                String text = bytes.toString(StandardCharsets.ISO_8859_1);
                if (text.endsWith("\r\n\r\n")) {
                    return text;
                }
            }
        }
    }

    @Override
    public Socket createSocket() {
        return new ProxiedSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        Socket socket = createSocket();
        socket.connect(InetSocketAddress.createUnresolved(host, port));
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host.getHostAddress(), port);
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return createSocket(address, port);
    }
}
