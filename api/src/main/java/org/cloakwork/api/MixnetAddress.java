package org.cloakwork.api;

import java.util.Arrays;
import java.util.Optional;
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
     * Reads the text form, or the host name.
     *
     * @param text {@code identity.encryption@gateway}, or a host name as {@link #toHostName} writes it, in any case,
     *             with further labels before it
     * @return the address
     * @throws IllegalArgumentException naming the part that is wrong; of a host name whether it is mistyped
     */
    public static MixnetAddress parse(String text) {
        if (isHostName(text)) {
            return HostName.parse(text);
        }
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

    /**
     * Names of the mixnet mean nothing elsewhere: no resolver and no exit may be asked for one.
     *
     * @param host any text
     * @return whether it ends in {@code .nym}, in any case, with a dot at its end or without
     * @since 2.2
     */
    public static boolean isHostName(String host) {
        return HostName.isOne(host);
    }

    /**
     * The name that somebody gave to an address, such as {@code home} of {@code www.home.nym}: a file of one's own says
     * whose it is.
     *
     * @param host for which {@link #isHostName} is true
     * @return the label before {@code .nym}, in lower case; empty: the name is an address, or a mistyped one
     * @since 2.2
     */
    public static Optional<String> shortName(String host) {
        return Optional.of(HostName.shortName(host)).filter(name -> !name.isEmpty());
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

    /**
     * {@return the address as a host name: 174 characters, in four labels of 56 at most, in lower case, the last one
     * {@code nym}}. Its checksum tells a mistyped one from every other.
     *
     * @since 2.2
     */
    public String toHostName() {
        return HostName.of(this);
    }

    @Override
    public String toString() {
        return identity + "." + encryption + "@" + gateway;
    }
}
