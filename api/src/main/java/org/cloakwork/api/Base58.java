package org.cloakwork.api;

/** Base58 with the Bitcoin alphabet, no checksum. Quadratic in the length, so callers bound it first. */
final class Base58 {

    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private Base58() {
    }

    static String encode(byte[] bytes) {
        int zeros = 0;
        while (zeros < bytes.length && bytes[zeros] == 0) {
            zeros++;
        }
        byte[] digits = new byte[bytes.length * 138 / 100 + 1];
        int used = 0;
        for (int i = zeros; i < bytes.length; i++) {
            int carry = bytes[i] & 0xff;
            for (int j = 0; j < used || carry != 0; j++) {
                carry += digits[j] << 8;
                digits[j] = (byte) (carry % 58);
                carry /= 58;
                used = Math.max(used, j + 1);
            }
        }
        StringBuilder text = new StringBuilder("1".repeat(zeros));
        for (int i = used - 1; i >= 0; i--) {
            text.append(ALPHABET.charAt(digits[i]));
        }
        return text.toString();
    }

    static byte[] decode(String text) {
        int zeros = 0;
        while (zeros < text.length() && text.charAt(zeros) == '1') {
            zeros++;
        }
        byte[] reversed = new byte[text.length()];
        int used = 0;
        for (int i = zeros; i < text.length(); i++) {
            int carry = ALPHABET.indexOf(text.charAt(i));
            if (carry < 0) {
                throw new IllegalArgumentException("unexpected character at position " + (i + 1));
            }
            for (int j = 0; j < used || carry != 0; j++) {
                carry += 58 * (reversed[j] & 0xff);
                reversed[j] = (byte) carry;
                carry >>>= 8;
                used = Math.max(used, j + 1);
            }
        }
        byte[] bytes = new byte[zeros + used];
        for (int i = 0; i < used; i++) {
            bytes[zeros + i] = reversed[used - 1 - i];
        }
        return bytes;
    }
}
