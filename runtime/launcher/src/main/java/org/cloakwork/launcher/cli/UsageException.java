package org.cloakwork.launcher.cli;

/** What was asked for is wrong; the message names it. */
public final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
