package org.cloakwork.frontend.web.tls;

import java.io.IOException;

/** A server's certificate is not good for its name. */
final class BadCertificate extends IOException {

    private static final long serialVersionUID = 1;

    /** @param why what is wrong with it */
    BadCertificate(String why) {
        super(why);
    }
}
