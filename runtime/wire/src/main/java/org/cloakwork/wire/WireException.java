package org.cloakwork.wire;

/** Bytes or text from outside are not what the format asks for. The message is for people and shows no content. */
public class WireException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong */
    public WireException(String message) {
        super(message, null, false, false);
    }
}
