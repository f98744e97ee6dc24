package org.cloakwork.spi.store;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What whoever runs a client knows, and keys and state are kept under. An OSGi service where there is one; never
 * printed.
 *
 * @since 1.1
 */
public final class Passphrase {

    private final byte[] utf8;

    /**
     * Keeps a copy of a passphrase.
     *
     * @param text of it, as it was typed; not empty
     */
    public Passphrase(char[] text) {
        if (text.length == 0) {
            throw new IllegalArgumentException("the passphrase is empty");
        }
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(text));
        utf8 = new byte[encoded.remaining()];
        encoded.get(utf8);
        Arrays.fill(encoded.array(), (byte) 0);
    }

    /** {@return its bytes in UTF-8, a copy} */
    public byte[] utf8() {
        return utf8.clone();
    }

    /** {@return nothing of it} */
    @Override
    public String toString() {
        return "Passphrase[hidden]";
    }
}
