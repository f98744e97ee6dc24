package org.cloakwork.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What cover packets carry in place of a fragment. Source: protocol/3-messages, 6. */
public final class CoverPacket {

    private static final byte[] CONTENT = "The cake is a lie!".getBytes(StandardCharsets.US_ASCII);

    private CoverPacket() {
    }

    /**
     * @param fragmentLength of the fragments of that packet size
     * @return as many bytes
     */
    public static byte[] body(int fragmentLength) {
        if (fragmentLength <= CONTENT.length) {
            throw new IllegalArgumentException("cover does not fit " + fragmentLength + " bytes");
        }
        byte[] body = Arrays.copyOf(CONTENT, fragmentLength);
        body[CONTENT.length] = 1;
        return body;
    }

    /**
     * @param decrypted in place of a fragment
     * @return whether it is cover; a fragment never is, for its first bit is set
     */
    public static boolean isCover(byte[] decrypted) {
        return decrypted.length >= CONTENT.length
                && Arrays.equals(CONTENT, 0, CONTENT.length, decrypted, 0, CONTENT.length);
    }
}
