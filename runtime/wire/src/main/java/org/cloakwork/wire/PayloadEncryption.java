package org.cloakwork.wire;

import java.util.Arrays;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.wire.crypto.AesCtr;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.Hashes;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * Encryption of a fragment for the final reader: 32 bytes that say which key, then AES-128-CTR. Nothing authenticates
 * it: a wrong key gives noise, not an error. Source: protocol/3-messages, 3.
 */
public final class PayloadEncryption {

    /** Length of the ephemeral public key, or of the digest of the reply key, in front. */
    public static final int PREFIX_LENGTH = 32;

    private static final int KEY_LENGTH = 16;

    private PayloadEncryption() {
    }

    /**
     * @param fragment  what to encrypt
     * @param ephemeral fresh for every packet, a retransmission too
     * @param recipient key of the recipient
     * @return ephemeral public key and ciphertext
     */
    public static byte[] toRecipient(byte[] fragment, EncryptionKeyPair ephemeral, EncryptionKey recipient) {
        return Bytes.concat(ephemeral.publicKey().bytes(), crypt(sharedKey(ephemeral, recipient), fragment));
    }

    /**
     * @param delivered what the gateway delivered
     * @param own       the client's key pair
     * @return the fragment, or noise if it was not for this key
     * @throws WireException if it is shorter than a key
     */
    public static byte[] open(byte[] delivered, EncryptionKeyPair own) throws WireException {
        EncryptionKey ephemeral = new EncryptionKey(prefix(delivered));
        return crypt(sharedKey(own, ephemeral), withoutPrefix(delivered));
    }

    /**
     * @param fragment what to encrypt
     * @param key      from the reply block that is used
     * @return digest of the key and ciphertext
     */
    public static byte[] toReply(byte[] fragment, ReplyKey key) {
        return Bytes.concat(key.digest(), crypt(key.bytes(), fragment));
    }

    /**
     * @param delivered what the gateway delivered
     * @param key       the one whose digest is in front
     * @return the fragment
     * @throws WireException if it is shorter than a digest
     */
    public static byte[] openReply(byte[] delivered, ReplyKey key) throws WireException {
        prefix(delivered);
        return crypt(key.bytes(), withoutPrefix(delivered));
    }

    /**
     * @param delivered what the gateway delivered
     * @return the 32 bytes in front: the digest of a reply key, if such a key was handed out, else a public key
     * @throws WireException if there are fewer
     */
    public static byte[] prefix(byte[] delivered) throws WireException {
        if (delivered.length < PREFIX_LENGTH) {
            throw new WireException("a delivery of " + delivered.length + " bytes");
        }
        return Arrays.copyOf(delivered, PREFIX_LENGTH);
    }

    private static byte[] withoutPrefix(byte[] delivered) {
        return Arrays.copyOfRange(delivered, PREFIX_LENGTH, delivered.length);
    }

    private static byte[] sharedKey(EncryptionKeyPair own, EncryptionKey other) {
        return Hashes.hkdfBlake3(null, own.agree(other), new byte[0], KEY_LENGTH);
    }

    private static byte[] crypt(byte[] key, byte[] data) {
        return AesCtr.apply(key, AesCtr.zeroIv(), data);
    }
}
