package org.cloakwork.frontend.web.emulation.org.bouncycastle.crypto;

import java.security.SecureRandom;
import org.bouncycastle.crypto.CryptoServiceProperties;

/** No constraints, as BouncyCastle has none by default: with those that could be set come calendars and time zones. */
public final class CryptoServicesRegistrar {

    private CryptoServicesRegistrar() {
    }

    public static void checkConstraints(CryptoServiceProperties service) {
    }

    public static SecureRandom getSecureRandom() {
        return new SecureRandom();
    }

    public static SecureRandom getSecureRandom(SecureRandom random) {
        return random == null ? getSecureRandom() : random;
    }
}
