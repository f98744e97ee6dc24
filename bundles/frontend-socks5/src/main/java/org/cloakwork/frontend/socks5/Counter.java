package org.cloakwork.frontend.socks5;

import org.cloakwork.spi.runtime.Counters;

/** Everything a SOCKS front-end counts. */
enum Counter implements Counters.Keyed {
    ACCEPTED("socks5.sockets.accepted", "sockets accepted"),
    EVICTED("socks5.sockets.evicted", "sockets that had asked for nothing yet and gave way to newer ones"),
    REFUSED_USER("socks5.sockets.other-user", "sockets closed because a program of another user had opened them"),
    REFUSED_FULL("socks5.sockets.refused", "sockets closed because there were too many connections"),
    HANDSHAKES_MALFORMED("socks5.handshakes.malformed", "sockets closed because they did not speak SOCKS"),
    HANDSHAKES_TIMED_OUT("socks5.handshakes.timed-out", "sockets closed because they did not ask in time"),
    COMMANDS_UNSUPPORTED("socks5.commands.unsupported", "requests for BIND, UDP or what is not known"),
    CONNECTIONS_OPENED("socks5.connections.opened", "connections the exit made"),
    CONNECTIONS_FAILED("socks5.connections.failed", "connections the exit did not make"),
    CONNECTIONS_BROKEN("socks5.connections.broken", "connections that ended before both sides had closed them"),
    BYTES_OUT("socks5.out.bytes", "bytes of applications that went to the exit"),
    BYTES_IN("socks5.in.bytes", "bytes of the exit that went to applications"),
    PSEUDONYMS_MADE("socks5.pseudonyms.made", "senders that the exit was made to see"),
    PSEUDONYMS_FULL("socks5.dropped.pseudonyms-full", "connections refused because they needed one more of too many"),
    PIECES_EARLY("socks5.pieces.early", "pieces that came before an earlier one and were kept"),
    PIECES_DUPLICATE("socks5.dropped.piece-duplicate", "pieces that were there already"),
    PIECES_LATE("socks5.dropped.late", "messages for connections that are over or were never asked for"),
    OTHER_WAY("socks5.dropped.other-way",
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
