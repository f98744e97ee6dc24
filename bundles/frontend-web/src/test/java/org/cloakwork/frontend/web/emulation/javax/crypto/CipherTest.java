package org.cloakwork.frontend.web.emulation.javax.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.cloakwork.frontend.web.emulation.javax.crypto.spec.ChaCha20ParameterSpec;
import org.cloakwork.frontend.web.emulation.javax.crypto.spec.IvParameterSpec;
import org.cloakwork.frontend.web.emulation.javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ciphers of the browser against the JDK's. */
class CipherTest {

    private final Random random = new Random(1);

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 24, 32})
    void aesBlocksAreTheJdks(int keyLength) throws Exception {
        for (int blocks = 0; blocks < 40; blocks++) {
            byte[] key = bytes(keyLength);
            byte[] plain = bytes(16 * blocks);
            javax.crypto.Cipher theirs = javax.crypto.Cipher.getInstance("AES/ECB/NoPadding");
            theirs.init(javax.crypto.Cipher.ENCRYPT_MODE, new javax.crypto.spec.SecretKeySpec(key, "AES"));
            Cipher ours = Cipher.getInstance("AES/ECB/NoPadding");
            ours.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
            assertArrayEquals(theirs.doFinal(plain), ours.doFinal(plain));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 24, 32})
    void aesCounterModeIsTheJdksForEachLengthAndCarry(int keyLength) throws Exception {
        for (int length = 0; length < 300; length++) {
            byte[] key = bytes(keyLength);
            byte[] iv = bytes(16);
            if (length % 3 == 0) {
                // The counter carries over all of the block.
                java.util.Arrays.fill(iv, (byte) -1);
                iv[15] = (byte) (0xff - length % 8);
            }
            byte[] plain = bytes(length);
            javax.crypto.Cipher theirs = javax.crypto.Cipher.getInstance("AES/CTR/NoPadding");
            theirs.init(javax.crypto.Cipher.ENCRYPT_MODE, new javax.crypto.spec.SecretKeySpec(key, "AES"),
                    new javax.crypto.spec.IvParameterSpec(iv));
            Cipher ours = Cipher.getInstance("AES/CTR/NoPadding");
            ours.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
            assertArrayEquals(theirs.doFinal(plain), ours.doFinal(plain));
        }
    }

    @Test
    void chaCha20IsTheJdksAndBeginsAnewEachTime() throws Exception {
        for (int length = 0; length < 300; length += 7) {
            byte[] key = bytes(32);
            byte[] nonce = bytes(12);
            byte[] plain = bytes(length);
            javax.crypto.Cipher theirs = javax.crypto.Cipher.getInstance("ChaCha20");
            theirs.init(javax.crypto.Cipher.ENCRYPT_MODE, new javax.crypto.spec.SecretKeySpec(key, "ChaCha20"),
                    new javax.crypto.spec.ChaCha20ParameterSpec(nonce, 0));
            byte[] expected = theirs.doFinal(plain);
            Cipher ours = Cipher.getInstance("ChaCha20");
            ours.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "ChaCha20"), new ChaCha20ParameterSpec(nonce, 0));
            assertArrayEquals(expected, ours.doFinal(plain));
            assertArrayEquals(expected, ours.doFinal(plain));
        }
    }
}
