package org.cloakwork.launcher.commands;

import java.io.IOException;

/** No instance runs with a state folder; the message says so. */
final class NoInstanceException extends IOException {

    private static final long serialVersionUID = 1L;

    NoInstanceException(String message) {
        super(message);
    }
}
