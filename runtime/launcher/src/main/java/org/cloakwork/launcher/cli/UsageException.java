package org.cloakwork.launcher.cli;

import java.util.List;

/** What was asked for is wrong; the message names it, in a line for each mistake. */
public final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }

    /** @param mistakes a line each, in the order people see them */
    public UsageException(List<String> mistakes) {
        super(String.join("\n", mistakes));
    }
}
