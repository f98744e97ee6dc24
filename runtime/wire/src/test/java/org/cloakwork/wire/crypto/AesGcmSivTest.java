package org.cloakwork.wire.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.crypto.modes.GCMSIVBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

class AesGcmSivTest {

    private final Random random = new Random(8452);

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] bouncyCastle(byte[] key, byte[] nonce, byte[] plaintext) throws Exception {
        GCMSIVBlockCipher cipher = new GCMSIVBlockCipher();
        cipher.init(true, new AEADParameters(new KeyParameter(key), 8 * AesGcmSiv.TAG_LENGTH, nonce));
        cipher.processBytes(plaintext, 0, plaintext.length, new byte[0], 0);
        byte[] sealed = new byte[cipher.getOutputSize(0)];
        cipher.doFinal(sealed, 0);
        return sealed;
    }

    @Test
    void equalsBouncyCastleAtEveryLength() throws Exception {
        for (int length = 0; length < 600; length++) {
            byte[] key = bytes(AesGcmSiv.KEY_LENGTH);
            byte[] nonce = bytes(AesGcmSiv.NONCE_LENGTH);
            byte[] plaintext = bytes(length < 300 ? length : 10 * length);
            byte[] sealed = new AesGcmSiv(key, nonce).seal(plaintext);
            assertArrayEquals(bouncyCastle(key, nonce, plaintext), sealed, "length " + plaintext.length);
            assertArrayEquals(plaintext, new AesGcmSiv(key, nonce).open(sealed));
        }
    }

    @Test
    void equalsBouncyCastleForWordsOfOnesAndZeros() throws Exception {
        for (int i = 0; i < 1 << 8; i++) {
            byte[] plaintext = new byte[64];
            for (int word = 0; word < 8; word++) {
                Arrays.fill(plaintext, 8 * word, 8 * word + 8, (byte) (i >> word & 1) == 0 ? (byte) 0 : -1);
            }
            byte[] key = bytes(AesGcmSiv.KEY_LENGTH);
            byte[] nonce = bytes(AesGcmSiv.NONCE_LENGTH);
            assertArrayEquals(bouncyCastle(key, nonce, plaintext), new AesGcmSiv(key, nonce).seal(plaintext));
        }
    }

    /** RFC 8452, C.3. */
    @Test
    void theCounterWrapsWithinFourBytes() {
        HexFormat hex = HexFormat.of();
        byte[] plaintext = hex.parseHex("000000000000000000000000000000004db923dc793ee6497c76dcc03a98e108");
        assertArrayEquals(hex.parseHex("f3f80f2cf0cb2dd9c5984fcda908456cc537703b5ba70324a6793a7bf218d3ea"
                + "ffffffff000000000000000000000000"),
                new AesGcmSiv(new byte[AesGcmSiv.KEY_LENGTH], new byte[AesGcmSiv.NONCE_LENGTH]).seal(plaintext));
    }

    @Test
    void aChangedBitIsFoundWhereverItIs() {
        byte[] key = bytes(AesGcmSiv.KEY_LENGTH);
        byte[] nonce = bytes(AesGcmSiv.NONCE_LENGTH);
        byte[] sealed = new AesGcmSiv(key, nonce).seal(bytes(37));
        for (int bit = 0; bit < 8 * sealed.length; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertNull(new AesGcmSiv(key, nonce).open(changed), "bit " + bit);
        }
    }
}
