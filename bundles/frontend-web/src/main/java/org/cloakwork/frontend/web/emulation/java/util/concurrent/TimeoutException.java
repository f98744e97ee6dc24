package org.cloakwork.frontend.web.emulation.java.util.concurrent;

/** Took too long. */
public class TimeoutException extends Exception {

    private static final long serialVersionUID = 1L;

    public TimeoutException() {
    }

    public TimeoutException(String message) {
        super(message);
    }
}
