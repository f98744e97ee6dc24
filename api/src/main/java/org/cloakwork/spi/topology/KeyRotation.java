package org.cloakwork.spi.topology;

/** Which of a node's alternating Sphinx keys a packet is made for. Source: protocol/2-packets, 1 and 13. */
public enum KeyRotation {
    /** Any, of a network that does not tell. */
    UNKNOWN,
    /** The key of odd rotations. */
    ODD,
    /** The key of even rotations. */
    EVEN;

    /** The rotation id of a topology that names none. */
    public static final long NO_ROTATION = 0xffff_ffffL;

    /** {@return the byte on the wire: 0 unknown, 1 odd, 2 even} */
    public byte wireValue() {
        return (byte) ordinal();
    }

    /**
     * Reads what packets carry.
     *
     * @param wireValue 0, 1 or 2
     * @return the rotation
     * @throws IllegalArgumentException for any other value
     */
    public static KeyRotation fromWireValue(int wireValue) {
        return switch (wireValue) {
            case 0 -> UNKNOWN;
            case 1 -> ODD;
            case 2 -> EVEN;
            default -> throw new IllegalArgumentException("key rotation must be 0, 1 or 2, not " + wireValue);
        };
    }

    /**
     * Tells which of both keys a rotation uses.
     *
     * @param id rotation id, u32; 0 and {@link #NO_ROTATION} mean unknown
     * @return its parity
     */
    public static KeyRotation ofId(long id) {
        if (id == 0 || id == NO_ROTATION) {
            return UNKNOWN;
        }
        return id % 2 == 0 ? EVEN : ODD;
    }
}
