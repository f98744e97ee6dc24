package org.cloakwork.wire.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES in counter mode; encrypting and decrypting are the same. The reference counts in 64 bits, the JDK in 128: no
 * message is long enough to tell them apart unless its IV ends in nearly 64 one bits.
 */
public final class AesCtr {

    public static final int IV_LENGTH = 16;

    private static final ThreadCipher CIPHER = new ThreadCipher("AES/CTR/NoPadding");

    private AesCtr() {
    }

    /**
     * @param key  16 or 32 bytes
     * @param iv   {@link #IV_LENGTH} bytes
     * @param data any length; not changed
     * @return as many bytes
     * @throws IllegalArgumentException if the key or the IV has another length
     */
    public static byte[] apply(byte[] key, byte[] iv, byte[] data) {
        try {
            Cipher cipher = CIPHER.get();
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
            return cipher.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("key or IV not fit for AES: " + key.length + " and " + iv.length
                    + " bytes", e);
        }
    }

    /** {@return the IV of keys that are used only once: 16 zeros} */
    public static byte[] zeroIv() {
        return new byte[IV_LENGTH];
    }
}
