package org.cloakwork.transport.websocket;

import java.io.EOFException;
import java.nio.channels.ClosedChannelException;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jetty.websocket.core.CloseStatus;

/** Why a link ended, in words for people. What a peer wrote is kept short and printable. */
final class Reasons {

    private static final int MAX_PEER_TEXT_CHARACTERS = 120;

    private Reasons() {
    }

    static String of(Throwable thrown) {
        Set<Throwable> seen = new HashSet<>();
        Throwable root = thrown;
        while (seen.add(root) && root.getCause() != null && !seen.contains(root.getCause())) {
            root = root.getCause();
        }
        if (root instanceof EOFException) {
            // Jetty's message is what its objects look like inside.
            return "the peer ended the connection";
        }
        if (root instanceof ClosedChannelException) {
            return "the connection had ended";
        }
        String name = root.getClass().getSimpleName();
        return root.getMessage() == null ? name : name + ": " + printable(root.getMessage());
    }

    static String of(CloseStatus status) {
        if (status.getCode() == CloseStatus.NO_CLOSE) {
            return "the connection ended without a close frame";
        }
        String reason = status.getReason();
        return "closed by the peer, status " + status.getCode()
                + (reason == null || reason.isEmpty() ? "" : ": " + printable(reason));
    }

    /** Stands in both websocket transports: two lines are not worth a package that one would have to export. */
    private static String printable(String text) {
        String cut = text.length() > MAX_PEER_TEXT_CHARACTERS ? text.substring(0, MAX_PEER_TEXT_CHARACTERS) : text;
        return cut.replaceAll("[\\p{Cc}\\p{Cf}\u2028\u2029]", "?");
    }
}
