package org.cloakwork.wire;

import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Nym's key files: one key in PEM, base64 of its raw bytes, lines ended by CR LF. */
public enum Pem {
    /** The 32-byte seed. */
    ED25519_PRIVATE("ED25519 PRIVATE KEY", 32),
    ED25519_PUBLIC("ED25519 PUBLIC KEY", 32),
    X25519_PRIVATE("X25519 PRIVATE KEY", 32),
    X25519_PUBLIC("X25519 PUBLIC KEY", 32),
    ACK_KEY("AES-128-CTR ACKNOWLEDGEMENTS KEY", 16),
    GATEWAY_SHARED_KEY("AES-256-GCM-SIV GATEWAY SHARED KEY", 32);

    private static final String SEALED = "SEALED ";
    private static final int MAX_TEXT_LENGTH = 4096;
    private static final String SPACE = "[ \\t\\r\\n]";
    private static final Pattern FILE = Pattern.compile(SPACE + "*-----BEGIN ([^\\r\\n]+?)-----[ \\t]*\\r?\\n"
            + "([A-Za-z0-9+/= \\t\\r\\n]*?)-----END \\1-----" + SPACE + "*");

    private final String tag;
    private final int keyLength;

    Pem(String tag, int keyLength) {
        this.tag = tag;
        this.keyLength = keyLength;
    }

    /**
     * @param key the raw key
     * @return the text of its file
     * @throws IllegalArgumentException if the length is wrong
     */
    public String encode(byte[] key) {
        if (key.length != keyLength) {
            throw new IllegalArgumentException(tag + " is " + keyLength + " bytes, not " + key.length);
        }
        return text(tag, key);
    }

    /**
     * @param sealed a key that somebody else keeps secret
     * @return the text of its file, which nym-client refuses and does not take for a key
     */
    public String encodeSealed(byte[] sealed) {
        return text(SEALED + tag, sealed);
    }

    private static String text(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\r\n" + Base64.getEncoder().encodeToString(content) + "\r\n-----END "
                + label + "-----\r\n";
    }

    /**
     * @param text of a file
     * @return whether there is a sealed key in it
     */
    public static boolean isSealed(String text) {
        return text.length() <= MAX_TEXT_LENGTH && text.strip().startsWith("-----BEGIN " + SEALED);
    }

    /**
     * @param text of a file; any line ends
     * @return the sealed key
     * @throws WireException if it is not PEM or no sealed key of this kind
     */
    public byte[] decodeSealed(String text) throws WireException {
        return content(text, SEALED + tag);
    }

    /**
     * @param text of a file; any line ends
     * @return the raw key
     * @throws WireException if it is not PEM or not a key of this kind
     */
    public byte[] decode(String text) throws WireException {
        byte[] key = content(text, tag);
        if (key.length != keyLength) {
            throw new WireException(tag + " must be " + keyLength + " bytes, not " + key.length);
        }
        return key;
    }

    private static byte[] content(String text, String label) throws WireException {
        Matcher matcher = FILE.matcher(text);
        if (text.length() > MAX_TEXT_LENGTH || !matcher.matches()) {
            throw new WireException("not a key in PEM");
        }
        if (!matcher.group(1).equals(label)) {
            throw new WireException("expected " + label + ", found another kind of key");
        }
        try {
            return Base64.getDecoder().decode(matcher.group(2).replaceAll(SPACE, ""));
        } catch (IllegalArgumentException e) {
            throw new WireException(label + " is not base64");
        }
    }
}
