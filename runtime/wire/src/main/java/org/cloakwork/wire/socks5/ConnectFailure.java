package org.cloakwork.wire.socks5;

import java.util.Locale;

/**
 * Why an exit did not connect: its name for people in {@link ProviderResponse.ConnectionError}, and a SOCKS 5 reply.
 */
public enum ConnectFailure {
    /** Whatever has no name of its own. */
    GENERAL("general failure", 1),
    /** The exit's policy. Nym's exits say so of names that cannot be resolved, too. */
    NOT_ALLOWED("not allowed by the exit policy", 2),
    /** No way to the target's network. */
    NETWORK_UNREACHABLE("network unreachable", 3),
    /** The target does not answer, or does not exist. */
    HOST_UNREACHABLE("host unreachable", 4),
    /** The name has no address. */
    UNKNOWN_HOST("unknown host", 4),
    /** Nobody listens there. */
    REFUSED("connection refused", 5),
    /** The target did not answer in time. */
    TIMED_OUT("connection timed out", 6),
    /** What was asked for is no target. */
    MALFORMED_TARGET("malformed target", 1),
    /** The exit has as many connections as it may have. */
    EXIT_FULL("the exit has no room for another connection", 1);

    private static final String NYM_FILTER = "failed filter check";

    private final String text;
    private final int socks5Reply;

    ConnectFailure(String text, int socks5Reply) {
        this.text = text;
        this.socks5Reply = socks5Reply;
    }

    /** {@return for people; names no destination} */
    public String text() {
        return text;
    }

    /** {@return the REP field of RFC 1928} */
    public int socks5Reply() {
        return socks5Reply;
    }

    /**
     * @param message of an exit, Nym's or ours
     * @return what it means; {@link #GENERAL} if that is not known
     */
    public static ConnectFailure of(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        for (ConnectFailure failure : values()) {
            if (lower.contains(failure.text)) {
                return failure;
            }
        }
        return lower.contains(NYM_FILTER) ? NOT_ALLOWED : GENERAL;
    }
}
