package org.cloakwork.transport.websocketjdk;

import java.io.EOFException;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;

/** Why a link ended, in words for people. What a peer wrote is kept short and printable. */
final class Reasons {

    private static final int MAX_PEER_TEXT_CHARACTERS = 120;
    private static final int MAX_CAUSES = 10;
    /** What the JDK tells instead of a close frame: RFC 6455, 7.1.5. */
    static final int NO_CLOSE_FRAME = 1006;

    private Reasons() {
    }

    /** The JDK wraps what happened, and has no words for the most frequent. */
    static String of(Throwable thrown) {
        String reason = thrown.getClass().getSimpleName();
        Throwable cause = thrown;
        for (int i = 0; i < MAX_CAUSES && cause != null; i++, cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "no address is known for this name";
            }
            if (cause instanceof EOFException) {
                return "the peer ended the connection";
            }
            if (cause.getMessage() != null) {
                reason = cause.getClass().getSimpleName() + ": " + printable(cause.getMessage());
            } else if (cause instanceof ConnectException) {
                reason = "ConnectException: refused or not reachable";
            }
        }
        return reason;
    }

    static String of(int status, String text) {
        return status == NO_CLOSE_FRAME ? "the connection ended without a close frame"
                : "closed by the peer, status " + status + (text.isEmpty() ? "" : ": " + printable(text));
    }

    /** Stands in both websocket transports: two lines are not worth a package that one would have to export. */
    private static String printable(String text) {
        String cut = text.length() > MAX_PEER_TEXT_CHARACTERS ? text.substring(0, MAX_PEER_TEXT_CHARACTERS) : text;
        return cut.replaceAll("[\\p{Cc}\\p{Cf}\u2028\u2029]", "?");
    }
}
