package org.cloakwork.frontend.web.emulation.java.util.concurrent;

/** A task came too late. */
public class RejectedExecutionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RejectedExecutionException(String message) {
        super(message);
    }
}
