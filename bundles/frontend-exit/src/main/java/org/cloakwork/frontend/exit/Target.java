package org.cloakwork.frontend.exit;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.streams.SocketPump;
import org.cloakwork.wire.socks5.ConnectFailure;

/**
 * What a client wants to reach.
 *
 * @param host a name or an address
 * @param port 1 to 65535
 */
record Target(String host, int port) {

    private static final int LONGEST_HOST = 255;
    private static final int MOST_ADDRESSES = 8;
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");

    /** The target cannot be reached, and why. */
    static final class UnreachableException extends IOException {

        private static final long serialVersionUID = 1L;

        private final transient ConnectFailure failure;

        private UnreachableException(ConnectFailure failure) {
            super(failure.text());
            this.failure = failure;
        }

        ConnectFailure failure() {
            return failure;
        }
    }

    /** @param text {@code host:port}, split at the last colon, an IPv6 address with or without brackets */
    static Target parse(String text) throws UnreachableException {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        boolean bracketed = host.indexOf('[') >= 0 || host.indexOf(']') >= 0;
        if (host.isEmpty() || bracketed || host.length() > LONGEST_HOST || !port.matches("[0-9]{1,5}")) {
            throw new UnreachableException(ConnectFailure.MALFORMED_TARGET);
        }
        if (MixnetAddress.isHostName(host)) {
            // No resolver may hear of it.
            throw new UnreachableException(ConnectFailure.UNKNOWN_HOST);
        }
        int number = Integer.parseInt(port);
        if (number < 1 || number > 0xffff) {
            throw new UnreachableException(ConnectFailure.MALFORMED_TARGET);
        }
        return new Target(host, number);
    }

    /**
     * {@return what its name belongs to: the last two labels, which somebody had to pay for; empty if it is an address,
     * which nobody has to be asked for}
     */
    Optional<String> domain() {
        if (host.contains(":") || IPV4.matcher(host).matches()) {
            return Optional.empty();
        }
        String name = host.toLowerCase(Locale.ROOT).replaceFirst("\\.+$", "");
        return Optional.of(name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1));
    }

    /**
     * Looks the name up, once, so that what was judged is what is connected to. Blocks for as long as the system likes.
     *
     * @return addresses that are allowed, at least one
     */
    List<InetAddress> lookUp(ExitConfiguration configuration) throws UnreachableException {
        List<InetAddress> allowed;
        try {
            allowed = Stream.of(InetAddress.getAllByName(host)).filter(address -> isAllowed(address, configuration))
                    .limit(MOST_ADDRESSES).toList();
        } catch (UnknownHostException | SecurityException e) {
            throw new UnreachableException(ConnectFailure.UNKNOWN_HOST);
        }
        if (allowed.isEmpty()) {
            throw new UnreachableException(ConnectFailure.NOT_ALLOWED);
        }
        return allowed;
    }

    /**
     * Connects to the first address that answers.
     *
     * @param addresses at least one
     * @param trying    told of each socket before it is connected: closing it ends the attempt
     */
    Socket connect(List<InetAddress> addresses, Duration timeout, Consumer<Socket> trying)
            throws UnreachableException {
        ConnectFailure failure = ConnectFailure.GENERAL;
        for (InetAddress address : addresses) {
            Socket socket = new Socket();
            try {
                trying.accept(socket);
                socket.connect(new InetSocketAddress(address, port), Math.toIntExact(timeout.toMillis()));
                socket.setTcpNoDelay(true);
                SocketPump.keepAlive(socket);
                return socket;
            } catch (IOException e) {
                failure = failure(e);
                close(socket);
            }
        }
        throw new UnreachableException(failure);
    }

    private boolean isAllowed(InetAddress address, ExitConfiguration configuration) {
        return (configuration.allowPrivate() || PublicAddresses.contain(address))
                && configuration.policy().accepts(address, port);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it was not connected
        }
    }

    private static ConnectFailure failure(IOException e) {
        String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return switch (e) {
            case SocketTimeoutException ignored -> ConnectFailure.TIMED_OUT;
            case NoRouteToHostException ignored -> ConnectFailure.HOST_UNREACHABLE;
            case ConnectException ignored when text.contains("timed out") -> ConnectFailure.TIMED_OUT;
            case ConnectException ignored when text.contains("refused") -> ConnectFailure.REFUSED;
            default -> text.contains("network is unreachable") ? ConnectFailure.NETWORK_UNREACHABLE
                    : ConnectFailure.GENERAL;
        };
    }
}
