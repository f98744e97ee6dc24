package org.cloakwork.frontend.serve;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.streams.SocketPump;

/** Where a program listens. Nothing is ever looked up. */
sealed interface Local {

    /** For people. */
    String ALLOWED = "a numeric address with a port, like 127.0.0.1:8080 or [::1]:8080, localhost:PORT, or unix:PATH";

    /**
     * @param timeout after which it counts as down
     * @return connected
     * @throws IOException if the program is not there
     */
    SocketPump.Near connect(Duration timeout) throws IOException;

    /** A port. */
    record Tcp(InetAddress host, int port) implements Local {

        @Override
        public SocketPump.Near connect(Duration timeout) throws IOException {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(host, port), Math.toIntExact(timeout.toMillis()));
                socket.setTcpNoDelay(true);
                SocketPump.keepAlive(socket);
                return SocketPump.Near.of(socket);
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }
    }

    /** A socket in the file system. */
    record Unix(UnixDomainSocketAddress address) implements Local {

        @Override
        public SocketPump.Near connect(Duration timeout) throws IOException {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            // It waits where the program does not accept; there is no limit of its own.
            Thread limit = Thread.ofVirtual().name("serve-limit").start(() -> {
                try {
                    Thread.sleep(timeout);
                    channel.close();
                } catch (InterruptedException | IOException e) {
                    // it is connected, or closed
                }
            });
            try {
                channel.connect(address);
                return near(channel);
            } catch (IOException e) {
                channel.close();
                throw e;
            } finally {
                limit.interrupt();
            }
        }

        private static SocketPump.Near near(SocketChannel channel) {
            // Of a channel nobody knows how much is there.
            InputStream input = new BufferedInputStream(Channels.newInputStream(channel));
            OutputStream output = Channels.newOutputStream(channel);
            return new SocketPump.Near() {

                @Override
                public InputStream input() {
                    return input;
                }

                @Override
                public OutputStream output() {
                    return output;
                }

                @Override
                public void closeOutput() throws IOException {
                    channel.shutdownOutput();
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }

                @Override
                public void reset() {
                    try {
                        channel.close();
                    } catch (IOException e) {
                        // it was closed
                    }
                }
            };
        }
    }

    /**
     * @param text as {@link #ALLOWED} says
     * @return where
     * @throws IllegalArgumentException if it is anything else
     */
    static Local parse(String text) {
        if (text.startsWith("unix:")) {
            try {
                return new Unix(UnixDomainSocketAddress.of(text.substring("unix:".length())));
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("no path", e);
            }
        }
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, Math.max(0, colon));
        String port = text.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 0xffff) {
            throw new IllegalArgumentException("no port");
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Tcp(host.equals("localhost") ? InetAddress.getLoopbackAddress() : NodeAddress.parseIp(host),
                Integer.parseInt(port));
    }
}
