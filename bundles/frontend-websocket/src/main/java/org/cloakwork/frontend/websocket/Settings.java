package org.cloakwork.frontend.websocket;

import java.time.Duration;
import org.cloakwork.doors.Entrance;
import org.cloakwork.spi.frontend.Access;
import org.cloakwork.spi.runtime.HeapShare;
import org.cloakwork.spi.runtime.PartConfiguration;

/**
 * How a client is served.
 *
 * @param entrance            where to listen, and who may come in
 * @param maximumMessageBytes of one request
 * @param maximumIncomingBytes of requests that are not complete or wait for room in the outbox, all connections
 *                             together
 * @param maximumBacklogBytes of messages for one connection that it has not read
 * @param maximumOutgoingBytes of messages of one connection that have not ended, before no more is read from it
 * @param maximumConnections  more are closed at once
 * @param handshakeTimeout    for a connection to become a websocket
 * @param silence             how long one that has not said anything is left alone
 */
record Settings(Entrance entrance, int maximumMessageBytes,
                long maximumIncomingBytes, long maximumBacklogBytes, long maximumOutgoingBytes, int maximumConnections,
                Duration handshakeTimeout, Duration silence) {

    static final int DEFAULT_PORT = 1977;
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

    static Settings of(PartConfiguration configuration) {
        HeapShare heap = HeapShare.ofThisProcess();
        int message = configuration.integer("maximum-message-bytes", DEFAULT_MESSAGE_BYTES, KIB, MAX_MESSAGE_BYTES);
        Settings settings = new Settings(Entrance.of(configuration, DEFAULT_PORT, Access.TOKEN), message,
                heap.bytes(configuration, "maximum-incoming-bytes", 1, Math.max(DEFAULT_INCOMING_BYTES, message),
                message, GIB), configuration.integer("maximum-backlog-bytes", DEFAULT_BACKLOG_BYTES, KIB, GIB),
                configuration.integer("maximum-outgoing-bytes", DEFAULT_OUTGOING_BYTES, KIB, GIB),
                configuration.integer("maximum-connections", DEFAULT_CONNECTIONS, 1, MAX_CONNECTIONS),
                configuration.millis("handshake-timeout-millis", DEFAULT_HANDSHAKE_MILLIS, MIN_HANDSHAKE_MILLIS,
                        MAX_MILLIS),
                configuration.millis("silence-millis", DEFAULT_SILENCE_MILLIS, 0, MAX_MILLIS));
        configuration.verify();
        return settings;
    }
}
