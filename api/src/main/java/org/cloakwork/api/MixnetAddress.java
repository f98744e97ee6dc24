package org.cloakwork.api;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Where a client can be reached: who it is, the key messages to it are encrypted with, and the gateway that keeps
 * its inbox. Nym calls it a recipient. Text form {@code identity.encryption@gateway}, each part base58.
 * Source: protocol/2-packets, 6.
 *
 * @param identity   the client's identity
 * @param encryption the client's X25519 key
 * @param gateway    identity of the client's gateway
 */
public record MixnetAddress(IdentityKey identity, EncryptionKey encryption, IdentityKey gateway) {

    /** Length of {@link #bytes()}. */
    public static final int LENGTH = 96;

    /**
     * Reads the text form.
     *
     * @param text {@code identity.encryption@gateway}
     * @return the address
     * @throws IllegalArgumentException naming the part that is wrong
     */
    public static MixnetAddress parse(String text) {
        int at = text.indexOf('@');
        if (at < 0 || at != text.lastIndexOf('@')) {
            throw new IllegalArgumentException("an address has exactly one '@' before its gateway");
        }
        int dot = text.indexOf('.');
        if (dot < 0 || dot > at || text.substring(dot + 1, at).indexOf('.') >= 0) {
            throw new IllegalArgumentException("an address has exactly one '.' left of its '@'");
        }
        return new MixnetAddress(
                part("identity", () -> IdentityKey.parse(text.substring(0, dot))),
                part("encryption key", () -> EncryptionKey.parse(text.substring(dot + 1, at))),
                part("gateway", () -> IdentityKey.parse(text.substring(at + 1))));
    }

    /**
     * Reads the bytes that packets carry.
     *
     * @param bytes identity 32, encryption key 32, gateway identity 32
     * @return the address
     * @throws IllegalArgumentException if the length is not 96 or an identity is not an Ed25519 public key
     */
    public static MixnetAddress fromBytes(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("an address is " + LENGTH + " bytes, not " + bytes.length);
        }
        return new MixnetAddress(
                part("identity", () -> new IdentityKey(Arrays.copyOfRange(bytes, 0, 32))),
                new EncryptionKey(Arrays.copyOfRange(bytes, 32, 64)),
                part("gateway", () -> new IdentityKey(Arrays.copyOfRange(bytes, 64, 96))));
    }

    private static <T> T part(String name, Supplier<T> parser) {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("bad " + name + " in address: " + e.getMessage(), e);
        }
    }

    /** {@return the 96 bytes} */
    public byte[] bytes() {
        byte[] all = new byte[LENGTH];
        System.arraycopy(identity.bytes(), 0, all, 0, 32);
        System.arraycopy(encryption.bytes(), 0, all, 32, 32);
        System.arraycopy(gateway.bytes(), 0, all, 64, 32);
        return all;
    }

    @Override
    public String toString() {
        return identity + "." + encryption + "@" + gateway;
    }
}
