package org.cloakwork.wire.socks5;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes bincode with variable-length integers, big-endian. Source: protocol/6-frontends, conventions. */
final class Writer {

    private static final int LARGEST_BYTE = 250;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Writer varint(int value) {
        if (value <= LARGEST_BYTE) {
            out.write(value);
        } else if (value <= 0xffff) {
            out.write(0xfb);
            out.write(value >>> 8);
            out.write(value);
        } else {
            out.write(0xfc);
            for (int shift = 24; shift >= 0; shift -= 8) {
                out.write(value >>> shift);
            }
        }
        return this;
    }

    Writer bool(boolean value) {
        out.write(value ? 1 : 0);
        return this;
    }

    Writer string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        varint(utf8.length);
        out.write(utf8, 0, utf8.length);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
