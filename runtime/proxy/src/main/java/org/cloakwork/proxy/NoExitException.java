package org.cloakwork.proxy;

import java.io.IOException;

/** No exit can be taken; the message says why, for people, and names no destination. */
public final class NoExitException extends IOException {

    private static final long serialVersionUID = 1L;

    NoExitException(String reason) {
        super(reason);
    }
}
