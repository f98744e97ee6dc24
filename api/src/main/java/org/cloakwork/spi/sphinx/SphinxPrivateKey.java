package org.cloakwork.spi.sphinx;

import java.util.Arrays;
import javax.security.auth.Destroyable;
import org.cloakwork.api.EncryptionKey;

/** A node's X25519 private key: 32 bytes, clamped at each use. Never printed. */
public final class SphinxPrivateKey implements Destroyable {

    private final byte[] bytes;
    private boolean destroyed;

    /**
     * Takes the bytes of a key.
     *
     * @param bytes 32 bytes; copied
     */
    public SphinxPrivateKey(byte[] bytes) {
        if (bytes.length != EncryptionKey.LENGTH) {
            throw new IllegalArgumentException("a Sphinx private key is 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /** {@return a copy of the 32 bytes} */
    public byte[] bytes() {
        if (destroyed) {
            throw new IllegalStateException("the key was destroyed");
        }
        return bytes.clone();
    }

    @Override
    public void destroy() {
        Arrays.fill(bytes, (byte) 0);
        destroyed = true;
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    @Override
    public String toString() {
        return "SphinxPrivateKey[hidden]";
    }
}
