package org.cloakwork.wire.crypto;

import java.security.MessageDigest;
import java.util.Arrays;
import javax.security.auth.Destroyable;

/** Base of the secrets: fixed length, never printed, compared in constant time, wiped on request. */
public abstract sealed class Secret implements Destroyable
        permits AckKey, ReplyKey, GatewaySharedKey, EncryptionKeyPair, IdentityKeyPair {

    private final byte[] bytes;
    private volatile boolean destroyed;

    Secret(byte[] bytes, int length, String what) {
        if (bytes.length != length) {
            throw new IllegalArgumentException(what + " is " + length + " bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    final byte[] copy() {
        byte[] copy = bytes.clone();
        // After the copy: one that a concurrent destroy() has begun to wipe must not be used as a key.
        if (destroyed) {
            throw new IllegalStateException("the key was destroyed");
        }
        return copy;
    }

    @Override
    public final void destroy() {
        destroyed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public final boolean isDestroyed() {
        return destroyed;
    }

    @Override
    public final boolean equals(Object other) {
        return other != null && getClass() == other.getClass() && !destroyed && !((Secret) other).destroyed
                ? MessageDigest.isEqual(bytes, ((Secret) other).bytes)
                : this == other;
    }

    @Override
    public final int hashCode() {
        return getClass().hashCode();
    }

    /** {@return nothing of the secret} */
    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[hidden]";
    }
}
