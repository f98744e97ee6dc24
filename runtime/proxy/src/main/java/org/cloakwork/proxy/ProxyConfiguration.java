package org.cloakwork.proxy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.frontend.Access;
import org.cloakwork.spi.runtime.HeapShare;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * What is configured of a port and the connections that come from it.
 *
 * @param name             of the front-end
 * @param host             to listen at
 * @param access           which programs are served
 * @param port             to listen at; 0: any free one
 * @param exit             through which connections go
 * @param anonymous        whether the exit answers through reply blocks, so that it does not learn our address
 * @param isolation        which connections the exit may know to belong together
 * @param maxPseudonyms    senders that the exit sees at once, those without a connection included
 * @param early            when a program hears of success before the exit has connected
 * @param windows          whether to tell the exit that we understand windows
 * @param maxConnections   sockets at once, those that have not asked for anything yet included
 * @param bufferLimitBytes what all connections together may hold
 * @param handshakeTimeout for an application to say what it wants
 * @param connectTimeout   for the exit to connect
 * @param silenceLimit     after which the exit counts as gone
 */
public record ProxyConfiguration(String name, InetAddress host, Access access, int port, MixnetAddress exit,
                                 boolean anonymous, Isolation isolation, int maxPseudonyms, Early early,
                                 boolean windows, int maxConnections, long bufferLimitBytes, Duration handshakeTimeout,
                                 Duration connectTimeout, Duration silenceLimit) {

    static final String DEFAULT_HOST = "127.0.0.1";
    static final String ANONYMOUS = "anonymous";
    static final String PLAIN = "plain";
    static final String DEFAULT_ISOLATION = "user+destination";
    static final int DEFAULT_PSEUDONYMS = 1000;
    static final String DEFAULT_EARLY = "known";
    static final int DEFAULT_CONNECTIONS = 2048;
    static final int DEFAULT_BUFFER_MIB = 128;
    static final int DEFAULT_HANDSHAKE_MILLIS = 30_000;
    static final int DEFAULT_CONNECT_MILLIS = 60_000;
    static final int DEFAULT_SILENCE_MILLIS = 600_000;
    /** A client keeps the tags of 10,000: one that has a connection is not among those that give way. */
    private static final int MOST_PSEUDONYMS = 5000;
    private static final int MIB = 1 << 20;
    private static final String EXIT_ALLOWED = "the address of an exit, identity.encryption@gateway";

    /**
     * @param name          of the front-end
     * @param defaultPort   to listen at
     * @param configuration with {@link ProxyKeys} and the port
     * @return what it says
     * @throws IllegalArgumentException if a setting is unknown or wrong, naming key, value and what is allowed
     */
    public static ProxyConfiguration of(String name, int defaultPort, PartConfiguration configuration) {
        boolean anonymous = configuration.choice("mode", ANONYMOUS, List.of(ANONYMOUS, PLAIN)).equals(ANONYMOUS);
        Isolation isolation = Isolation.of(configuration.choice("isolate", DEFAULT_ISOLATION, Isolation.keys()));
        InetAddress host = host(configuration);
        ProxyConfiguration read = new ProxyConfiguration(name, host, Access.of(configuration, host,
                host.isLoopbackAddress() ? Access.SAME_USER : Access.LOCAL, Access.SAME_USER, Access.LOCAL),
                configuration.integer("port", defaultPort, 0, 0xffff),
                exit(configuration),
                anonymous,
                // Who knows the address needs no tags.
                anonymous ? isolation : Isolation.NONE,
                configuration.integer("max-pseudonyms", DEFAULT_PSEUDONYMS, 1, MOST_PSEUDONYMS),
                Early.of(configuration.choice("optimistic", DEFAULT_EARLY, Early.keys())),
                configuration.flag("windows", true),
                configuration.integer("max-connections", DEFAULT_CONNECTIONS, 1, 100_000),
                HeapShare.ofThisProcess().bytes(configuration, "buffer-limit-mib", MIB, DEFAULT_BUFFER_MIB, 1,
                        16 * 1024),
                configuration.millis("handshake-timeout-millis", DEFAULT_HANDSHAKE_MILLIS, 100, 600_000),
                configuration.millis("connect-timeout-millis", DEFAULT_CONNECT_MILLIS, 1000, 600_000),
                configuration.millis("silence-limit-millis", DEFAULT_SILENCE_MILLIS, 1000, 86_400_000));
        configuration.verify();
        return read;
    }

    private static MixnetAddress exit(PartConfiguration configuration) {
        String text = configuration.text("exit", EXIT_ALLOWED);
        try {
            return MixnetAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw configuration.wrong("exit", e.getMessage(), EXIT_ALLOWED);
        }
    }

    private static InetAddress host(PartConfiguration configuration) {
        String text = configuration.textOr("host", DEFAULT_HOST);
        boolean others = configuration.flag("allow-remote", false);
        String allowed = "a numeric address of this machine; one that others can reach only with allow-remote = true";
        InetAddress host = null;
        try {
            host = NodeAddress.parseIp(text);
        } catch (IllegalArgumentException e) {
            // as below
        }
        if (host == null || !host.isLoopbackAddress() && !others) {
            throw configuration.wrong("host", '"' + text + '"', allowed);
        }
        return host;
    }
}
