package org.cloakwork.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Addresses as host names: {@code IDENTITY.ENCRYPTION.GATEWAY.nym}. Each label is base32 (RFC 4648, lower case, without
 * padding) of 35 bytes: 32 of the address, and 3 of the SHA-256 of a constant text and all 96, the first three with the
 * first label and so on. So a label has 56 characters, and a name 174.
 */
final class HostName {

    private static final String END = "nym";
    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final byte[] CONTEXT = {'c', 'l', 'o', 'a', 'k', 'w', 'o', 'r', 'k', ' ', '.', 'n', 'y', 'm', ' ',
        '1'};
    private static final int KEYS = 3;
    private static final int KEY_LENGTH = 32;
    private static final int CHECK_LENGTH = 3;
    private static final int DIGIT_BITS = 5;
    private static final int LABEL_LENGTH = (KEY_LENGTH + CHECK_LENGTH) * Byte.SIZE / DIGIT_BITS;
    /** A last label of at least so many characters was to be part of an address: nobody calls something so. */
    private static final int LIKE_A_LABEL = 40;
    /** What people and programs write for a dot (UTS 46). */
    private static final String OTHER_DOTS = "\u3002\uff0e\uff61";

    private HostName() {
    }

    /** {@return in lower case, with dots that are dots, and none at the end} */
    private static String normal(String text) {
        StringBuilder normal = new StringBuilder();
        for (char c : text.toLowerCase(Locale.ROOT).toCharArray()) {
            normal.append(OTHER_DOTS.indexOf(c) >= 0 ? '.' : c);
        }
        while (!normal.isEmpty() && normal.charAt(normal.length() - 1) == '.') {
            normal.setLength(normal.length() - 1);
        }
        return normal.toString();
    }

    static boolean isOne(String text) {
        String normal = normal(text);
        return normal.equals(END) || normal.endsWith("." + END);
    }

    static String of(MixnetAddress address) {
        byte[] bytes = address.bytes();
        byte[] check = check(bytes);
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < KEYS; i++) {
            byte[] label = new byte[KEY_LENGTH + CHECK_LENGTH];
            System.arraycopy(bytes, i * KEY_LENGTH, label, 0, KEY_LENGTH);
            System.arraycopy(check, i * CHECK_LENGTH, label, KEY_LENGTH, CHECK_LENGTH);
            encode(label, name);
            name.append('.');
        }
        return name.append(END).toString();
    }

    /**
     * {@return the label before the ending, of a name that is no address and does not look like one that was mistyped;
     * empty: it looks like one}
     */
    static String shortName(String text) {
        List<String> labels = labels(text);
        String last = labels.isEmpty() ? "" : labels.getLast();
        return last.length() >= LIKE_A_LABEL ? "" : last;
    }

    private static List<String> labels(String text) {
        List<String> labels = Arrays.asList(normal(text).split("\\."));
        return labels.subList(0, Math.max(0, labels.size() - 1));
    }

    static MixnetAddress parse(String text) {
        List<String> labels = labels(text);
        if (!shortName(text).isEmpty() || labels.isEmpty()) {
            throw new IllegalArgumentException("no address has this name");
        }
        byte[] bytes = new byte[MixnetAddress.LENGTH];
        byte[] told = new byte[KEYS * CHECK_LENGTH];
        if (labels.size() < KEYS) {
            throw mistyped("labels are missing");
        }
        for (int i = 0; i < KEYS; i++) {
            byte[] label = decode(labels.get(labels.size() - KEYS + i));
            System.arraycopy(label, 0, bytes, i * KEY_LENGTH, KEY_LENGTH);
            System.arraycopy(label, KEY_LENGTH, told, i * CHECK_LENGTH, CHECK_LENGTH);
        }
        if (!Arrays.equals(told, check(bytes))) {
            throw mistyped("its checksum does not match");
        }
        return MixnetAddress.fromBytes(bytes);
    }

    private static IllegalArgumentException mistyped(String why) {
        return new IllegalArgumentException("the name is mistyped: " + why);
    }

    private static byte[] check(byte[] address) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(CONTEXT);
            digest.update(address);
            return Arrays.copyOf(digest.digest(), KEYS * CHECK_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void encode(byte[] bytes, StringBuilder text) {
        int bits = 0;
        int held = 0;
        for (byte next : bytes) {
            bits = bits << Byte.SIZE | next & 0xff;
            for (held += Byte.SIZE; held >= DIGIT_BITS; held -= DIGIT_BITS) {
                text.append(DIGITS.charAt(bits >> held - DIGIT_BITS & DIGITS.length() - 1));
            }
        }
    }

    private static byte[] decode(String label) {
        if (label.length() != LABEL_LENGTH) {
            throw mistyped("a label has " + LABEL_LENGTH + " characters, not " + label.length());
        }
        byte[] bytes = new byte[KEY_LENGTH + CHECK_LENGTH];
        int bits = 0;
        int held = 0;
        int count = 0;
        for (char c : label.toCharArray()) {
            int digit = DIGITS.indexOf(c);
            if (digit < 0) {
                throw mistyped("labels have the letters a to z and the digits 2 to 7");
            }
            bits = bits << DIGIT_BITS | digit;
            held += DIGIT_BITS;
            if (held >= Byte.SIZE) {
                held -= Byte.SIZE;
                bytes[count++] = (byte) (bits >> held);
            }
        }
        return bytes;
    }
}
