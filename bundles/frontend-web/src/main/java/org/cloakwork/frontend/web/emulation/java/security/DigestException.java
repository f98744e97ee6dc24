package org.cloakwork.frontend.web.emulation.java.security;

import java.security.GeneralSecurityException;

/** No room for a digest. */
public class DigestException extends GeneralSecurityException {

    private static final long serialVersionUID = 1L;

    public DigestException(String message) {
        super(message);
    }
}
