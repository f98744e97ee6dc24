package org.cloakwork.streams;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.Hashes;

/**
 * Shows whoever listens that a caller has a key, for one stream to one port. The code is made with what X25519 gives of
 * the caller's key and the listener's own, so nobody else can check it, and the listener, who could have made it
 * itself, cannot show it around. Source: protocol/6-frontends, 9.2.
 *
 * @param key        32 bytes: the caller's
 * @param madeMillis 8 bytes: when, since 1970
 * @param code       32 bytes
 */
public record Proof(EncryptionKey key, long madeMillis, byte[] code) {

    /** Of its bytes. */
    public static final int LENGTH = EncryptionKey.LENGTH + Long.BYTES + Hashes.BLAKE3_LENGTH;

    private static final byte[] CONTEXT = {'c', 'l', 'o', 'a', 'k', 'w', 'o', 'r', 'k', ' ', 's', 't', 'r', 'e', 'a',
        'm', ' ', 'p', 'r', 'o', 'o', 'f', ' ', '1'};

    public Proof {
        Objects.requireNonNull(key);
        if (code.length != Hashes.BLAKE3_LENGTH) {
            throw new IllegalArgumentException("a proof's code is " + Hashes.BLAKE3_LENGTH + " bytes");
        }
    }

    static Proof of(AccessKey key, MixnetAddress listener, long id, int port, Instant now) {
        EncryptionKeyPair own = EncryptionKeyPair.ofPrivate(key.bytes());
        long made = now.toEpochMilli();
        return new Proof(own.publicKey(), made, code(own.agree(listener.encryption()), own.publicKey(),
                listener.encryption(), id, port, made));
    }

    /** {@return whether whoever made it has the key} Takes as long whatever the answer is. */
    boolean isTrue(EncryptionKeyPair listener, long id, int port) {
        return MessageDigest.isEqual(code,
                code(listener.agree(key), key, listener.publicKey(), id, port, madeMillis));
    }

    private static byte[] code(byte[] shared, EncryptionKey caller, EncryptionKey listener, long id, int port,
                               long made) {
        byte[] data = ByteBuffer.allocate(2 * EncryptionKey.LENGTH + Long.BYTES + Short.BYTES + Long.BYTES)
                .put(caller.bytes()).put(listener.bytes()).putLong(id).putShort((short) port).putLong(made).array();
        return Hashes.hmacBlake3(Hashes.hkdfBlake3(null, shared, CONTEXT, Hashes.BLAKE3_LENGTH), data);
    }

    void put(ByteBuffer out) {
        out.put(key.bytes()).putLong(madeMillis).put(code);
    }

    /** {@return what stands there; empty: zeros, which show nothing} */
    static Optional<Proof> get(ByteBuffer in) {
        byte[] key = new byte[EncryptionKey.LENGTH];
        in.get(key);
        long made = in.getLong();
        byte[] code = new byte[Hashes.BLAKE3_LENGTH];
        in.get(code);
        int all = 0;
        for (byte one : key) {
            all |= one;
        }
        return all == 0 ? Optional.empty() : Optional.of(new Proof(new EncryptionKey(key), made, code));
    }
}
