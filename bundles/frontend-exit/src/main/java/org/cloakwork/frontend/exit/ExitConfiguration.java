package org.cloakwork.frontend.exit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.cloakwork.spi.runtime.HeapShare;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.TextFile;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ExitPolicy;

/**
 * What an exit allows.
 *
 * @param policy                  where it connects to
 * @param allowPrivate            whether that may be an address that is not public: loopback, link-local, private
 * @param maxConnections          at once
 * @param maxConnectionsPerSender at once
 * @param bufferLimitBytes        what all connections together may hold
 * @param connectTimeout          for each address of a target
 * @param silenceLimit            after which a client counts as gone
 */
record ExitConfiguration(ExitPolicy policy, boolean allowPrivate, int maxConnections, int maxConnectionsPerSender,
                         long bufferLimitBytes, Duration connectTimeout, Duration silenceLimit) {

    private static final int MIB = 1 << 20;
    private static final String POLICY_ALLOWED =
            "rules like \"accept *:443, accept 192.0.2.0/24:80-90, reject *:*\", or policy-file, the name of a file "
            + "with lines like \"ExitPolicy accept *:443\"";

    static ExitConfiguration of(PartConfiguration configuration) {
        ExitConfiguration read = new ExitConfiguration(policy(configuration),
                configuration.flag("allow-private", false),
                configuration.integer("max-connections", 1024, 1, 100_000),
                configuration.integer("max-connections-per-sender", 256, 1, 100_000),
                HeapShare.ofThisProcess().bytes(configuration, "buffer-limit-mib", MIB, 128, 1, 16 * 1024),
                configuration.millis("connect-timeout-millis", 10_000, 100, 600_000),
                configuration.millis("silence-limit-millis", 600_000, 1000, 86_400_000));
        configuration.verify();
        return read;
    }

    private static ExitPolicy policy(PartConfiguration configuration) {
        String file = configuration.textOr("policy-file", "");
        if (!file.isEmpty()) {
            try {
                return ExitPolicy.parse(TextFile.read(Path.of(file), MIB));
            } catch (IOException | WireException e) {
                throw configuration.wrong("policy-file", file + ", " + e.getMessage(), "a readable policy");
            }
        }
        String rules = configuration.list("policy", POLICY_ALLOWED).stream()
                .map(rule -> "ExitPolicy " + rule).collect(Collectors.joining("\n"));
        try {
            return ExitPolicy.parse(rules);
        } catch (WireException e) {
            throw configuration.wrong("policy", e.getMessage(), POLICY_ALLOWED);
        }
    }
}
