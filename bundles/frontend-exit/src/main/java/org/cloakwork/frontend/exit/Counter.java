package org.cloakwork.frontend.exit;

import org.cloakwork.spi.runtime.Counters;

/** Everything an exit counts. */
enum Counter implements Counters.Keyed {
    REQUESTS_MALFORMED("exit.dropped.malformed",
            "connect requests that nobody could answer: no tag and no return address"),
    CONNECTIONS_OPENED("exit.connections.opened", "connections made"),
    CONNECTIONS_FAILED("exit.connections.failed", "connections asked for that could not be made"),
    CONNECTIONS_REFUSED("exit.connections.refused", "connections asked for that the policy or a limit forbids"),
    CONNECTIONS_GAVE_WAY("exit.connections.gave-way", "connections that were idle when there was no room for another"),
    CONNECTIONS_BROKEN("exit.connections.broken", "connections that ended before both sides had closed them"),
    CONNECTS_DUPLICATE("exit.dropped.duplicate", "requests for a connection that is there already"),
    PIECES_EARLY("exit.pieces.early",
            "pieces that came before their connection or before an earlier piece, and were kept"),
    PIECES_LATE("exit.dropped.late", "pieces and windows of connections that are over"),
    PIECES_DUPLICATE("exit.dropped.piece-duplicate", "pieces that were there already"),
    PIECES_NO_ROOM("exit.dropped.no-room", "pieces of connections not known yet for which there was no room"),
    CONNECTIONS_UNKNOWN("exit.connections.unknown",
            "clients that were told that this exit has no such connection, any more"),
    EARLY_EXPIRED("exit.dropped.never-connected", "connections of which pieces came and no request"),
    BYTES_OUT("exit.out.bytes", "bytes of clients that went to where they are for"),
    BYTES_IN("exit.in.bytes", "bytes that came back for clients"),
    QUERIES("exit.queries", "questions answered"),
    QUERIES_UNANSWERABLE("exit.dropped.query", "questions without reply blocks to answer with"),
    ERRORS_UNDELIVERED("exit.dropped.error", "errors and answers that could not be handed to the client in a minute");

    private final String key;
    private final String description;

    Counter(String key, String description) {
        this.key = key;
        this.description = description;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public String description() {
        return description;
    }
}
