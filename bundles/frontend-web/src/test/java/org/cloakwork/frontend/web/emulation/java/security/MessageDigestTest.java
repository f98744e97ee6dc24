package org.cloakwork.frontend.web.emulation.java.security;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.NoSuchAlgorithmException;
import java.util.Random;
import org.cloakwork.frontend.web.emulation.java.util.HexFormat;
import org.junit.jupiter.api.Test;

class MessageDigestTest {

    @Test
    void isTheJdks() throws Exception {
        Random random = new Random(5);
        MessageDigest ours = MessageDigest.getInstance("SHA-256");
        for (int length = 0; length < 200; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            byte[] expected = java.security.MessageDigest.getInstance("SHA-256").digest(bytes);
            assertArrayEquals(expected, ours.digest(bytes));
            assertEquals(java.util.HexFormat.of().formatHex(expected), HexFormat.of().formatHex(expected));
            assertArrayEquals(expected, HexFormat.of().parseHex(HexFormat.of().formatHex(expected)));
        }
        assertThrows(NoSuchAlgorithmException.class, () -> MessageDigest.getInstance("SHA-1"));
        assertThrows(IllegalArgumentException.class, () -> HexFormat.of().parseHex("0"));
        assertThrows(IllegalArgumentException.class, () -> HexFormat.of().parseHex("0g"));
    }
}
