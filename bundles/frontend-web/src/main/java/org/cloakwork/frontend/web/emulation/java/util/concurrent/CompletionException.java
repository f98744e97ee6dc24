package org.cloakwork.frontend.web.emulation.java.util.concurrent;

/** What something depended on failed. */
public class CompletionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CompletionException(Throwable cause) {
        super(cause);
    }
}
