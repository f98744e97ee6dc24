package org.cloakwork.proxy;

import org.cloakwork.spi.runtime.Counters;

/** What is counted of a port; before each key stands the name of the front-end. */
enum Counter implements Counters.Keyed {
    ACCEPTED("sockets.accepted", "sockets accepted"),
    EVICTED("sockets.evicted", "sockets that had asked for nothing yet and gave way to newer ones"),
    REFUSED_USER("sockets.other-user", "sockets closed because a program of another user had opened them"),
    REFUSED_FULL("sockets.refused", "sockets closed because there were too many connections"),
    HANDSHAKES_MALFORMED("handshakes.malformed", "sockets closed because they did not speak what is spoken here"),
    HANDSHAKES_TIMED_OUT("handshakes.timed-out", "sockets closed because they did not ask in time"),
    HANDSHAKES_OTHERWISE("handshakes.otherwise", "sockets closed because they spoke HTTP to SOCKS or SOCKS to HTTP"),
    COMMANDS_UNSUPPORTED("commands.unsupported", "requests for what is not done, such as BIND and UDP"),
    CONNECTIONS_OPENED("connections.opened", "connections the exit made"),
    CONNECTIONS_FAILED("connections.failed", "connections the exit did not make"),
    CONNECTIONS_BROKEN("connections.broken", "connections that ended before both sides had closed them"),
    EXIT_LOST("connections.exit-lost", "connections that ended because the exit did not answer any more"),
    BYTES_OUT("out.bytes", "bytes of applications that went to the exit"),
    BYTES_IN("in.bytes", "bytes of the exit that went to applications"),
    PSEUDONYMS_MADE("pseudonyms.made", "senders that the exit was made to see"),
    PSEUDONYMS_FULL("dropped.pseudonyms-full", "connections refused because they needed one more of too many"),
    PIECES_EARLY("pieces.early", "pieces that came before an earlier one and were kept"),
    PIECES_DUPLICATE("dropped.piece-duplicate", "pieces that were there already"),
    PIECES_LATE("dropped.late", "messages for connections that are over or were never asked for"),
    OTHER_WAY("dropped.other-way",
            "messages like an exit's that came another way than its answers to that connection do");

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
