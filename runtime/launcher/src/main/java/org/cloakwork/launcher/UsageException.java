package org.cloakwork.launcher;

/** What was asked for is wrong; the message names it. */
final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
