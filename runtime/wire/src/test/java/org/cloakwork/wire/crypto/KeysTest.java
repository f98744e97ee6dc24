package org.cloakwork.wire.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.IdentityKey;
import org.junit.jupiter.api.Test;

class KeysTest {

    private static final byte[] MESSAGE = {1, 2, 3};

    @Test
    void signaturesVerifyAndChangedOnesDoNot() {
        IdentityKeyPair pair = IdentityKeyPair.ofSeed(filled(32, 1));
        byte[] signature = pair.sign(MESSAGE);
        assertTrue(IdentityKeyPair.verify(pair.publicKey(), MESSAGE, signature));
        assertFalse(IdentityKeyPair.verify(pair.publicKey(), new byte[] {1, 2, 4}, signature));
        for (int i = 0; i < signature.length; i++) {
            byte[] changed = signature.clone();
            changed[i] ^= 1;
            assertFalse(IdentityKeyPair.verify(pair.publicKey(), MESSAGE, changed));
        }
        assertFalse(IdentityKeyPair.verify(pair.publicKey(), MESSAGE, new byte[0]));
        assertFalse(IdentityKeyPair.verify(pair.publicKey(), MESSAGE, filled(64, 0xff)));
    }

    /** With the neutral element as key, R = 1 and S = 0 fit every message: ed25519-dalek's verify says yes. */
    @Test
    void verificationIsAsLenientAsTheReference() {
        byte[] signature = new byte[64];
        signature[0] = 1;
        byte[] neutral = new byte[32];
        neutral[0] = 1;
        assertTrue(IdentityKeyPair.verify(new IdentityKey(neutral), MESSAGE, signature));
    }

    /** The reference takes this form of a key too; the only known such keys are of small order, nobody's identity. */
    @Test
    void keysWithTheirCoordinateNotReducedVerifyNothing() {
        byte[] signature = new byte[64];
        signature[0] = 1;
        IdentityKey neutralNotReduced = new IdentityKey(HexFormat.of()
                .parseHex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));
        assertFalse(IdentityKeyPair.verify(neutralNotReduced, MESSAGE, signature));
    }

    @Test
    void everySecretIsHiddenComparedByContentAndDestroyed() {
        List<Secret> some = secrets(3);
        List<Secret> same = secrets(3);
        List<Secret> others = secrets(4);
        for (int i = 0; i < some.size(); i++) {
            Secret secret = some.get(i);
            assertEquals(secret.getClass().getSimpleName() + "[hidden]", secret.toString());
            assertEquals(secret, same.get(i));
            assertEquals(secret.hashCode(), same.get(i).hashCode());
            assertNotEquals(secret, others.get(i));
            assertNotEquals(secret, some.get((i + 1) % some.size()));
            secret.destroy();
            assertTrue(secret.isDestroyed());
            assertNotEquals(secret, same.get(i));
            assertThrows(IllegalStateException.class, secret::copy);
        }
    }

    @Test
    void wrongLengthsAreRefused() {
        for (int length : new int[] {0, 15, 17, 31, 33}) {
            byte[] bytes = new byte[length];
            assertThrows(IllegalArgumentException.class, () -> new AckKey(bytes));
            assertThrows(IllegalArgumentException.class, () -> new ReplyKey(bytes));
            assertThrows(IllegalArgumentException.class, () -> new GatewaySharedKey(bytes));
            assertThrows(IllegalArgumentException.class, () -> EncryptionKeyPair.ofPrivate(bytes));
            assertThrows(IllegalArgumentException.class, () -> IdentityKeyPair.ofSeed(bytes));
            assertThrows(IllegalArgumentException.class, () -> AesCtr.apply(bytes, AesCtr.zeroIv(), MESSAGE));
            assertThrows(IllegalArgumentException.class, () -> AesCtr.apply(new byte[16], bytes, MESSAGE));
            assertThrows(IllegalArgumentException.class,
                    () -> new GatewaySharedKey(new byte[32]).seal(bytes, MESSAGE));
        }
    }

    @Test
    void freshKeysTakeTheirBytesFromTheRandomnessGiven() {
        byte[] drawn = filled(32, 9);
        assertArrayEquals(drawn, EncryptionKeyPair.generate(t -> Arrays.fill(t, (byte) 9)).privateBytes());
        assertArrayEquals(drawn, IdentityKeyPair.generate(t -> Arrays.fill(t, (byte) 9)).seed());
        assertArrayEquals(filled(16, 9), AckKey.generate(t -> Arrays.fill(t, (byte) 9)).bytes());
        assertArrayEquals(filled(16, 9), ReplyKey.generate(t -> Arrays.fill(t, (byte) 9)).bytes());
    }

    @Test
    void sealedBytesOpenOnlyUnchanged() {
        GatewaySharedKey key = new GatewaySharedKey(filled(32, 5));
        byte[] nonce = filled(12, 6);
        byte[] sealed = key.seal(nonce, MESSAGE);
        assertEquals(MESSAGE.length + GatewaySharedKey.TAG_LENGTH, sealed.length);
        assertArrayEquals(MESSAGE, key.open(nonce, sealed).orElseThrow());
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertEquals(Optional.empty(), key.open(nonce, changed));
            assertEquals(Optional.empty(), key.open(nonce, Arrays.copyOf(sealed, i)));
        }
        assertEquals(Optional.empty(), key.open(filled(12, 7), sealed));
    }

    private static List<Secret> secrets(int value) {
        return List.of(new AckKey(filled(16, value)), new ReplyKey(filled(16, value)),
                new GatewaySharedKey(filled(32, value)), EncryptionKeyPair.ofPrivate(filled(32, value)),
                IdentityKeyPair.ofSeed(filled(32, value)));
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
