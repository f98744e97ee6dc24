package org.cloakwork.wire;

import java.util.Arrays;
import java.util.Objects;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * A reply block as it is handed out: the key of the reply (16), then the Sphinx block. Source: protocol/3-messages,
 * 5.1.
 *
 * @param key      encrypts the one reply sent with it
 * @param surb     gets that reply to the one who made the block
 * @param rotation whose keys it is made for; not in the bytes
 */
public record ReplySurb(ReplyKey key, Surb surb, KeyRotation rotation) {

    /** Length of everything before the key seeds or payload keys. */
    static final int KEYS_OFFSET = ReplyKey.LENGTH + PacketFormat.HEADER_LENGTH + NodeAddress.LONG_LENGTH;

    public ReplySurb {
        Objects.requireNonNull(key);
        Objects.requireNonNull(surb);
        Objects.requireNonNull(rotation);
    }

    /** {@return key and block} */
    public byte[] bytes() {
        return Bytes.concat(key.bytes(), surb.bytes());
    }

    /**
     * @param bytes    key and block
     * @param rotation from the list it came in
     * @return the reply block
     * @throws WireException if it is malformed
     */
    public static ReplySurb parse(byte[] bytes, KeyRotation rotation) throws WireException {
        if (bytes.length < KEYS_OFFSET) {
            throw new WireException("a reply block of " + bytes.length + " bytes");
        }
        try {
            return new ReplySurb(new ReplyKey(Arrays.copyOf(bytes, ReplyKey.LENGTH)),
                    Surb.parse(Arrays.copyOfRange(bytes, ReplyKey.LENGTH, bytes.length)), rotation);
        } catch (SphinxException e) {
            throw new WireException(e.getMessage());
        }
    }
}
