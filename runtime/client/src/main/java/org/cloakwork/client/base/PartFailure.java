package org.cloakwork.client.base;

/** A part did what its contract does not allow; {@link Parts} knows it and goes on with another one, or without. */
public final class PartFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message which part, which call, and what it did; for people */
    PartFailure(String message) {
        super(message, null, false, false);
    }
}
