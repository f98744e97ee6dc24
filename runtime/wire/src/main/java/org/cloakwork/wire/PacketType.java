package org.cloakwork.wire;

/** Which packet format a packet is in. Source: protocol/2-packets, 1. */
public enum PacketType {
    /** Sphinx. */
    MIX(0),
    OUTFOX(2);

    private final int tag;

    PacketType(int tag) {
        this.tag = tag;
    }

    /** {@return the byte on the wire} */
    public int tag() {
        return tag;
    }

    /**
     * @param tag the byte on the wire, 0 to 255
     * @return the type
     * @throws WireException if there is none with this tag
     */
    public static PacketType ofTag(int tag) throws WireException {
        return switch (tag) {
            case 0 -> MIX;
            case 2 -> OUTFOX;
            default -> throw new WireException("no packet type has tag " + tag);
        };
    }
}
