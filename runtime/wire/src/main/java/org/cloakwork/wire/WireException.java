package org.cloakwork.wire;

/** Bytes or text from outside that are not what they should be. Carries no stack trace: it is an expected answer. */
public final class WireException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong; never contains the bytes themselves */
    public WireException(String message) {
        this(message, null);
    }

    /**
     * @param message what is wrong; never contains the bytes themselves
     * @param cause   a lower error, or null
     */
    public WireException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
