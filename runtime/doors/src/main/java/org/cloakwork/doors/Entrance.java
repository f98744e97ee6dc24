package org.cloakwork.doors;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.cloakwork.spi.frontend.Access;
import org.cloakwork.spi.frontend.LocalPeer;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * Where a front-end listens and who may come in: the keys {@code host}, {@code port}, {@code allowed-origins},
 * {@code token} and {@code access}.
 *
 * @param host           where to listen
 * @param port           0: any free one
 * @param allowedOrigins of pages that may connect
 * @param token          what programs may show; there is one where other machines reach the host
 * @param access         who need not show it
 */
public record Entrance(InetAddress host, int port, List<String> allowedOrigins, Optional<Token> token,
                       Access access) {

    /** Unless the configuration says otherwise. */
    public static final String DEFAULT_HOST = "127.0.0.1";

    private static final int MAX_PORT = 65_535;

    /**
     * @param configuration of the front-end
     * @param defaultPort   if it says nothing
     * @param withToken     who need not show a token that is configured, if it does not say
     * @return what it says
     * @throws IllegalArgumentException if a value is wrong, naming key, value and what is allowed
     */
    public static Entrance of(PartConfiguration configuration, int defaultPort, Access withToken) {
        InetAddress host = host(configuration);
        Optional<Token> token = Optional.empty();
        String tokenAllowed = "at least " + Token.MIN_LENGTH + " characters";
        if (configuration.has("token")) {
            String text = configuration.text("token", tokenAllowed);
            if (text.length() < Token.MIN_LENGTH) {
                throw configuration.wrong("token", text.length() + " characters", tokenAllowed);
            }
            token = Optional.of(new Token(text));
        } else if (!host.isLoopbackAddress()) {
            throw configuration.wrong("token", "missing, and host is reachable from other machines", tokenAllowed);
        }
        Access otherwise = !host.isLoopbackAddress() ? Access.TOKEN
                : token.isPresent() ? withToken : Access.SAME_USER;
        Access access = Access.of(configuration, host, otherwise, Access.values());
        if (access == Access.TOKEN && token.isEmpty()) {
            throw configuration.wrong("token", "missing, and access = " + access, tokenAllowed);
        }
        return new Entrance(host, configuration.integer("port", defaultPort, 0, MAX_PORT), Origins.of(configuration),
                token, access);
    }

    private static InetAddress host(PartConfiguration configuration) {
        String allowed = "localhost or an IP address";
        String text = configuration.has("host") ? configuration.text("host", allowed) : DEFAULT_HOST;
        try {
            return text.equals("localhost") ? InetAddress.getLoopbackAddress() : NodeAddress.parseIp(text);
        } catch (IllegalArgumentException e) {
            throw configuration.wrong("host", '"' + text + '"', allowed);
        }
    }

    /**
     * @param scheme   of the protocol
     * @param realPort that was taken
     * @return where programs connect to
     */
    public URI uri(String scheme, int realPort) {
        String text = host.getHostAddress();
        return URI.create(scheme + "://" + (text.contains(":") ? '[' + text + ']' : text) + ':' + realPort);
    }

    /** {@return what whoever runs it should know} */
    public List<String> warnings() {
        return access == Access.SAME_USER && !LocalPeer.isTold()
                ? List.of("every user of this machine may come in: whose a program is cannot be told on this system")
                : List.of();
    }

    /**
     * @param failure of opening the port or starting the server
     * @return what people need of it
     */
    public String cannotListen(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return "cannot listen on " + host.getHostAddress() + " port " + port + ": " + root.getMessage();
    }
}
