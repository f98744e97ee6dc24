package org.cloakwork.wire.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/**
 * A cipher for each thread, given a key before each use: looking one up takes as long as encrypting a packet with it.
 */
final class ThreadCipher extends ThreadLocal<Cipher> {

    private final String transformation;

    /** @param transformation that every JDK has */
    ThreadCipher(String transformation) {
        this.transformation = transformation;
    }

    @Override
    protected Cipher initialValue() {
        try {
            return Cipher.getInstance(transformation);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
