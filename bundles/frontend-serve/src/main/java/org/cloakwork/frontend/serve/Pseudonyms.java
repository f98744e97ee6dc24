package org.cloakwork.frontend.serve;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import org.cloakwork.api.SenderTag;

/**
 * What a program may be told of a caller: an address that nobody has, the same for connections of one caller that it
 * lets belong together, and another one after the next start. The form is that of the PROXY protocol, version 2, 2.2.
 */
final class Pseudonyms {

    private static final byte[] SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final byte VERSION_2_PROXY = 0x21;
    private static final byte TCP_OVER_IPV6 = 0x21;
    private static final int ADDRESS_LENGTH = 16;
    private static final int ADDRESSES_LENGTH = 2 * ADDRESS_LENGTH + 2 * Short.BYTES;
    /** Of addresses that mean nothing outside (RFC 4193). */
    private static final byte UNIQUE_LOCAL = (byte) 0xfd;
    private static final int FIRST_PORT = 1024;
    private static final int SECRET_LENGTH = 32;

    private final SecureRandom random = new SecureRandom();
    private final byte[] secret = new byte[SECRET_LENGTH];

    Pseudonyms() {
        random.nextBytes(secret);
    }

    /** {@return what a program reads first} */
    byte[] header(SenderTag caller, int port) {
        byte[] here = new byte[ADDRESS_LENGTH];
        here[0] = UNIQUE_LOCAL;
        here[ADDRESS_LENGTH - 1] = 1;
        return ByteBuffer.allocate(SIGNATURE.length + 2 + Short.BYTES + ADDRESSES_LENGTH).put(SIGNATURE)
                .put(VERSION_2_PROXY).put(TCP_OVER_IPV6).putShort((short) ADDRESSES_LENGTH).put(address(caller))
                .put(here).putShort((short) random.nextInt(FIRST_PORT, 1 << Short.SIZE)).putShort((short) port)
                .array();
    }

    private byte[] address(SenderTag caller) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(secret);
            byte[] address = new byte[ADDRESS_LENGTH];
            address[0] = UNIQUE_LOCAL;
            System.arraycopy(digest.digest(caller.bytes()), 0, address, 1, ADDRESS_LENGTH - 1);
            return address;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
