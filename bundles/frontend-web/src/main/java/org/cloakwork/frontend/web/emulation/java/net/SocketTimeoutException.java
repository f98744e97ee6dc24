package org.cloakwork.frontend.web.emulation.java.net;

import java.io.IOException;

/** Took too long. */
public class SocketTimeoutException extends IOException {

    private static final long serialVersionUID = 1L;

    public SocketTimeoutException(String message) {
        super(message);
    }
}
