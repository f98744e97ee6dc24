package org.cloakwork.wire;

import java.nio.ByteBuffer;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;

/** Small things the formats share. */
final class Bytes {

    private Bytes() {
    }

    static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length = Math.addExact(length, part.length);
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    static KeyRotation rotation(byte wireValue) throws WireException {
        try {
            return KeyRotation.fromWireValue(wireValue);
        } catch (IllegalArgumentException e) {
            throw new WireException(e.getMessage());
        }
    }

    static NodeAddress nodeAddress(byte[] bytes, int offset) throws WireException {
        try {
            return NodeAddress.fromBytes(bytes, offset);
        } catch (IllegalArgumentException e) {
            throw new WireException(e.getMessage());
        }
    }
}
