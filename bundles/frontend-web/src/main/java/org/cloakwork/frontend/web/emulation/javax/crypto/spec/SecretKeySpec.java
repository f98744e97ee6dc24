package org.cloakwork.frontend.web.emulation.javax.crypto.spec;

import java.util.Arrays;
import org.cloakwork.frontend.web.emulation.java.security.Key;

/** Bytes as a key. */
public class SecretKeySpec implements Key {

    private final byte[] key;

    public SecretKeySpec(byte[] key, String algorithm) {
        this.key = key.clone();
    }

    public SecretKeySpec(byte[] key, int from, int length, String algorithm) {
        this.key = Arrays.copyOfRange(key, from, from + length);
    }

    @Override
    public byte[] getEncoded() {
        return key;
    }
}
