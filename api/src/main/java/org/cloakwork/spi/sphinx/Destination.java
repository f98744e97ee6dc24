package org.cloakwork.spi.sphinx;

import java.util.Arrays;
import java.util.HexFormat;
import org.cloakwork.api.IdentityKey;

/** For whom the last hop has a packet: 32 bytes (a client's identity) and an identifier Nym leaves at 16 zeros. */
public final class Destination {

    private static final int IDENTIFIER_LENGTH = 16;

    private final byte[] address;
    private final byte[] identifier;

    /**
     * An address and an identifier as packets carry them.
     *
     * @param address    32 bytes
     * @param identifier 16 bytes
     */
    public Destination(byte[] address, byte[] identifier) {
        if (address.length != IdentityKey.LENGTH || identifier.length != IDENTIFIER_LENGTH) {
            throw new IllegalArgumentException("a destination is 32 and 16 bytes, not " + address.length + " and "
                    + identifier.length);
        }
        this.address = address.clone();
        this.identifier = identifier.clone();
    }

    /**
     * The destination of what is for a client.
     *
     * @param client whom to deliver to
     * @return that client with an identifier of zeros
     */
    public static Destination of(IdentityKey client) {
        return new Destination(client.bytes(), new byte[IDENTIFIER_LENGTH]);
    }

    /** {@return a copy of the 32 bytes} */
    public byte[] address() {
        return address.clone();
    }

    /** {@return a copy of the 16 bytes} */
    public byte[] identifier() {
        return identifier.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Destination that && Arrays.equals(address, that.address)
                && Arrays.equals(identifier, that.identifier);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(address);
    }

    /** {@return hex of the address} */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(address);
    }
}
