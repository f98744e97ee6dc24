package org.cloakwork.frontend.web.emulation.java.security;

import java.security.NoSuchAlgorithmException;
import org.bouncycastle.crypto.digests.SHA256Digest;

/** SHA-256. */
public class MessageDigest {

    private static final int LENGTH = 32;

    private final SHA256Digest digest = new SHA256Digest();

    public static MessageDigest getInstance(String name) throws NoSuchAlgorithmException {
        if (!name.equals("SHA-256")) {
            throw new NoSuchAlgorithmException(name);
        }
        return new MessageDigest();
    }

    public void update(byte one) {
        digest.update(one);
    }

    public void update(byte[] bytes) {
        digest.update(bytes, 0, bytes.length);
    }

    public void update(byte[] bytes, int from, int length) {
        digest.update(bytes, from, length);
    }

    public byte[] digest() {
        byte[] result = new byte[LENGTH];
        digest.doFinal(result, 0);
        return result;
    }

    public byte[] digest(byte[] bytes) {
        update(bytes);
        return digest();
    }

    public int digest(byte[] target, int from, int length) throws DigestException {
        if (length < LENGTH) {
            throw new DigestException("no room for " + LENGTH + " bytes");
        }
        return digest.doFinal(target, from);
    }

    public void reset() {
        digest.reset();
    }

    public static boolean isEqual(byte[] one, byte[] other) {
        if (one.length != other.length) {
            return false;
        }
        int difference = 0;
        for (int i = 0; i < one.length; i++) {
            difference |= one[i] ^ other[i];
        }
        return difference == 0;
    }
}
