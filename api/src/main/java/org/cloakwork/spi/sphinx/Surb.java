package org.cloakwork.spi.sphinx;

import java.util.Arrays;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * A single-use reply block: header (348), first hop (32), then 16-byte key seeds or 192-byte payload keys of all hops.
 * It is a secret of whoever may use it. Source: protocol/1-sphinx, 10.
 */
public final class Surb {

    private static final int KEYS_OFFSET = PacketFormat.HEADER_LENGTH + NodeAddress.LONG_LENGTH;
    private static final int SEED_LENGTH = 16;
    private static final int KEY_LENGTH = 192;

    private final byte[] bytes;
    private final NodeAddress firstHop;

    private Surb(byte[] bytes, NodeAddress firstHop) {
        this.bytes = bytes;
        this.firstHop = firstHop;
    }

    /**
     * Reads a block. Whether it holds seeds or keys follows from the length: below 192 bytes of material it is seeds.
     *
     * @param bytes the block; copied
     * @return the block
     * @throws SphinxException of kind {@link SphinxException.Kind#INVALID_SURB} if a length or the address is wrong
     */
    public static Surb parse(byte[] bytes) throws SphinxException {
        int material = bytes.length - KEYS_OFFSET;
        int unit = material < KEY_LENGTH ? SEED_LENGTH : KEY_LENGTH;
        if (material < SEED_LENGTH || material % unit != 0) {
            throw new SphinxException(SphinxException.Kind.INVALID_SURB, "a reply block cannot be " + bytes.length
                    + " bytes");
        }
        try {
            return new Surb(bytes.clone(), NodeAddress.fromBytes(bytes, PacketFormat.HEADER_LENGTH));
        } catch (IllegalArgumentException e) {
            throw new SphinxException(SphinxException.Kind.INVALID_SURB, "bad first hop: " + e.getMessage());
        }
    }

    /** {@return a copy of the block} */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** {@return the length of the block in bytes} */
    public int length() {
        return bytes.length;
    }

    /** {@return a copy of the 348 bytes of the header} */
    public byte[] header() {
        return Arrays.copyOf(bytes, PacketFormat.HEADER_LENGTH);
    }

    /** {@return where a packet made with it is sent} */
    public NodeAddress firstHop() {
        return firstHop;
    }

    /** {@return whether it holds 16-byte seeds (true) or 192-byte payload keys} */
    public boolean holdsSeeds() {
        return bytes.length - KEYS_OFFSET < KEY_LENGTH;
    }

    /** {@return how many hops it has keys for} */
    public int hops() {
        return (bytes.length - KEYS_OFFSET) / (holdsSeeds() ? SEED_LENGTH : KEY_LENGTH);
    }

    /**
     * Tells what the payload is encrypted with at a hop.
     *
     * @param hop 0 to {@code hops() - 1}, in the order of the route
     * @return a copy of that hop's seed or payload key
     */
    public byte[] keyMaterial(int hop) {
        int unit = holdsSeeds() ? SEED_LENGTH : KEY_LENGTH;
        int from = KEYS_OFFSET + Math.multiplyExact(hop, unit);
        return Arrays.copyOfRange(bytes, from, from + unit);
    }

    /** {@return nothing of its content} */
    @Override
    public String toString() {
        return "Surb[" + hops() + " hops]";
    }
}
