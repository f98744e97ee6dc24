package org.cloakwork.proxy;

import java.io.IOException;
import org.cloakwork.wire.socks5.ConnectFailure;

/** A program is not connected to its target; the message says why, for people, and names no destination. */
public final class NotConnectedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final ConnectFailure failure;

    NotConnectedException(String message, ConnectFailure failure) {
        super(message);
        this.failure = failure;
    }

    /** @param failure that the exit has told */
    public NotConnectedException(ConnectFailure failure) {
        this(failure.text(), failure);
    }

    /** {@return the kind} */
    public ConnectFailure failure() {
        return failure;
    }
}
