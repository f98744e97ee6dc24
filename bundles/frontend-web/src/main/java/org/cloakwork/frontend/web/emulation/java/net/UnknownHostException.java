package org.cloakwork.frontend.web.emulation.java.net;

import java.io.IOException;

/** No address. */
public class UnknownHostException extends IOException {

    private static final long serialVersionUID = 1L;

    public UnknownHostException(String message) {
        super(message);
    }
}
