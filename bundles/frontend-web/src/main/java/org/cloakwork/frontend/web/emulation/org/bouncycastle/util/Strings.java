package org.cloakwork.frontend.web.emulation.org.bouncycastle.util;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Without the line separator, which is asked of {@code String.format}: a tenth of the module. */
public final class Strings {

    private Strings() {
    }

    /** ASCII alone, as there. */
    public static String toLowerCase(String text) {
        return shifted(text, 'A', 'a' - 'A');
    }

    /** ASCII alone, as there. */
    public static String toUpperCase(String text) {
        return shifted(text, 'a', 'A' - 'a');
    }

    private static String shifted(String text, char first, int by) {
        char[] characters = text.toCharArray();
        for (int i = 0; i < characters.length; i++) {
            if (characters[i] >= first && characters[i] < first + 26) {
                characters[i] += (char) by;
            }
        }
        return new String(characters);
    }

    /** One byte a character. */
    public static byte[] toByteArray(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        return bytes;
    }

    public static String fromByteArray(byte[] bytes) {
        char[] characters = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            characters[i] = (char) (bytes[i] & 0xff);
        }
        return new String(characters);
    }

    public static byte[] toUTF8ByteArray(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static String fromUTF8ByteArray(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!Arrays.equals(toUTF8ByteArray(text), bytes)) {
            throw new IllegalArgumentException("Invalid UTF-8 input");
        }
        return text;
    }

    public static String[] split(String text, char delimiter) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, from)) {
            parts.add(text.substring(from, at));
            from = at + 1;
        }
        parts.add(text.substring(from));
        return parts.toArray(new String[0]);
    }
}
