package org.cloakwork.frontend.socks5;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.runtime.PartConfiguration;

/**
 * What a SOCKS front-end is told.
 *
 * @param host             to listen at
 * @param port             to listen at; 0: any free one
 * @param exit             through which connections go
 * @param anonymous        whether the exit answers through reply blocks, so that it does not learn our address
 * @param optimistic       whether an application hears of success before the exit has connected, as of Nym's client
 * @param windows          whether to tell the exit that we understand windows
 * @param maxConnections   sockets at once, those that have not asked for anything yet included
 * @param bufferLimitBytes what all connections together may hold
 * @param handshakeTimeout for an application to say what it wants
 * @param connectTimeout   for the exit to connect
 * @param silenceLimit     after which the exit counts as gone
 */
record SocksConfiguration(InetAddress host, int port, MixnetAddress exit, boolean anonymous, boolean optimistic,
                          boolean windows, int maxConnections, long bufferLimitBytes, Duration handshakeTimeout,
                          Duration connectTimeout, Duration silenceLimit) {

    private static final int MIB = 1 << 20;
    private static final int DEFAULT_PORT = 1080;
    private static final String EXIT_ALLOWED = "the address of an exit, identity.encryption@gateway";

    static SocksConfiguration of(PartConfiguration configuration) {
        SocksConfiguration read = new SocksConfiguration(host(configuration),
                configuration.integer("port", DEFAULT_PORT, 0, 0xffff),
                exit(configuration),
                configuration.choice("mode", "anonymous", List.of("anonymous", "plain")).equals("anonymous"),
                configuration.flag("optimistic", false),
                configuration.flag("windows", true),
                configuration.integer("max-connections", 2048, 1, 100_000),
                configuration.integer("buffer-limit-mib", 128, 1, 16 * 1024) * (long) MIB,
                configuration.millis("handshake-timeout-millis", 30_000, 100, 600_000),
                configuration.millis("connect-timeout-millis", 60_000, 1000, 600_000),
                configuration.millis("silence-limit-millis", 600_000, 1000, 86_400_000));
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
        String text = configuration.textOr("host", "127.0.0.1");
        boolean others = configuration.flag("allow-remote", false);
        String allowed = "a numeric address of this machine; one that others can reach only with allow-remote = true";
        InetAddress host = null;
        try {
            host = text.matches("[0-9a-fA-F:.]+") ? InetAddress.getByName(text) : null;
        } catch (UnknownHostException e) {
            // as below
        }
        if (host == null || !host.isLoopbackAddress() && !others) {
            throw configuration.wrong("host", '"' + text + '"', allowed);
        }
        return host;
    }
}
