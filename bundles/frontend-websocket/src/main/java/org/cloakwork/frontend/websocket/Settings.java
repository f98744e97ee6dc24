package org.cloakwork.frontend.websocket;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.cloakwork.spi.runtime.PartConfiguration;

/**
 * How a client is served.
 *
 * @param host                where to listen
 * @param port                0: any free one
 * @param allowedOrigins      of pages that may connect
 * @param token               what programs must show, if anything
 * @param maximumMessageBytes of one request
 * @param maximumIncomingBytes of requests that are not complete or wait for room in the outbox, all connections
 *                             together
 * @param maximumBacklogBytes of messages for one connection that it has not read
 * @param maximumOutgoingBytes of messages of one connection that have not ended, before no more is read from it
 * @param maximumConnections  more are closed at once
 * @param handshakeTimeout    for a connection to become a websocket
 * @param silence             how long one that has not said anything is left alone
 */
record Settings(InetAddress host, int port, List<String> allowedOrigins, Optional<Token> token, int maximumMessageBytes,
                long maximumIncomingBytes, long maximumBacklogBytes, long maximumOutgoingBytes, int maximumConnections,
                Duration handshakeTimeout, Duration silence) {

    static final String DEFAULT_HOST = "127.0.0.1";
    static final int DEFAULT_PORT = 1977;
    static final int MAX_PORT = 65_535;
    static final int KIB = 1024;
    static final int MIB = 1024 * KIB;
    static final int GIB = 1024 * MIB;
    static final int MAX_MESSAGE_BYTES = 64 * MIB;
    static final int DEFAULT_MESSAGE_BYTES = 32 * MIB;
    static final int DEFAULT_INCOMING_BYTES = 128 * MIB;
    static final int DEFAULT_BACKLOG_BYTES = 16 * MIB;
    static final int DEFAULT_OUTGOING_BYTES = 8 * MIB;
    static final int DEFAULT_CONNECTIONS = 2048;
    static final int MAX_CONNECTIONS = 65_536;
    static final int DEFAULT_HANDSHAKE_MILLIS = 10_000;
    static final int MIN_HANDSHAKE_MILLIS = 100;
    static final int DEFAULT_SILENCE_MILLIS = 3_000;
    static final int MAX_MILLIS = 3_600_000;
    private static final int MIN_TOKEN_LENGTH = 16;

    /** A secret. */
    static final class Token {

        private final byte[] digest;

        private Token(String text) {
            digest = sha256(text);
        }

        boolean matches(String shown) {
            return MessageDigest.isEqual(digest, sha256(shown));
        }

        /** Equal lengths, so that nothing can be learned of the token's. */
        private static byte[] sha256(String text) {
            try {
                return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String toString() {
            return "Token[hidden]";
        }
    }

    static Settings of(PartConfiguration configuration) {
        InetAddress host = host(configuration);
        Optional<Token> token = Optional.empty();
        String tokenAllowed = "at least " + MIN_TOKEN_LENGTH + " characters";
        if (configuration.has("token")) {
            String text = configuration.text("token", tokenAllowed);
            if (text.length() < MIN_TOKEN_LENGTH) {
                throw configuration.wrong("token", text.length() + " characters", tokenAllowed);
            }
            token = Optional.of(new Token(text));
        } else if (!host.isLoopbackAddress()) {
            throw configuration.wrong("token", "missing, and host is reachable from other machines", tokenAllowed);
        }
        List<String> origins = configuration.has("allowed-origins")
                ? configuration.list("allowed-origins", "origins, separated by commas") : List.of();
        int message = configuration.integer("maximum-message-bytes", DEFAULT_MESSAGE_BYTES, KIB, MAX_MESSAGE_BYTES);
        Settings settings = new Settings(host, configuration.integer("port", DEFAULT_PORT, 0, MAX_PORT), origins, token,
                message,
                configuration.integer("maximum-incoming-bytes", Math.max(DEFAULT_INCOMING_BYTES, message), message,
                GIB), configuration.integer("maximum-backlog-bytes", DEFAULT_BACKLOG_BYTES, KIB, GIB),
                configuration.integer("maximum-outgoing-bytes", DEFAULT_OUTGOING_BYTES, KIB, GIB),
                configuration.integer("maximum-connections", DEFAULT_CONNECTIONS, 1, MAX_CONNECTIONS),
                configuration.millis("handshake-timeout-millis", DEFAULT_HANDSHAKE_MILLIS, MIN_HANDSHAKE_MILLIS,
                        MAX_MILLIS),
                configuration.millis("silence-millis", DEFAULT_SILENCE_MILLIS, 0, MAX_MILLIS));
        configuration.verify();
        return settings;
    }

    private static InetAddress host(PartConfiguration configuration) {
        String allowed = "localhost or an IP address";
        String text = configuration.has("host") ? configuration.text("host", allowed) : DEFAULT_HOST;
        try {
            // Anything else would be looked up in the DNS.
            if (text.equals("localhost") || text.matches("[0-9.]+|[0-9a-fA-F.]*:[0-9a-fA-F:.]*")) {
                return InetAddress.getByName(text);
            }
        } catch (UnknownHostException e) {
            // as below
        }
        throw configuration.wrong("host", '"' + text + '"', allowed);
    }
}
