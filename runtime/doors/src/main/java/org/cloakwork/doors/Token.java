package org.cloakwork.doors;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A secret that programs must show. */
public final class Token {

    static final int MIN_LENGTH = 16;

    private final byte[] digest;

    Token(String text) {
        digest = sha256(text);
    }

    /**
     * @param shown by a program
     * @return whether that is it; takes as long whatever it is
     */
    public boolean matches(String shown) {
        return MessageDigest.isEqual(digest, sha256(shown));
    }

    /** Equal lengths, so that nothing can be learned of the token's. */
    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "Token[hidden]";
    }
}
