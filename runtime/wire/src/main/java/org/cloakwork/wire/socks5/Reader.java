package org.cloakwork.wire.socks5;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.cloakwork.wire.WireException;

/** Reads the fields of a message one after the other. */
final class Reader {

    private static final int U16 = 0xfb;
    private static final int U32 = 0xfc;
    private static final int U64 = 0xfd;

    private final byte[] bytes;
    private int at;

    Reader(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
    }

    int left() {
        return bytes.length - at;
    }

    private void need(long length, String field) throws WireException {
        if (length > left()) {
            throw new WireException(field + ": " + length + " bytes expected, " + left() + " are there");
        }
    }

    byte peek(String field) throws WireException {
        need(1, field);
        return bytes[at];
    }

    int u8(String field) throws WireException {
        need(1, field);
        return bytes[at++] & 0xff;
    }

    long u64(String field) throws WireException {
        need(Long.BYTES, field);
        at += Long.BYTES;
        return ByteBuffer.wrap(bytes).getLong(at - Long.BYTES);
    }

    int u16(String field) throws WireException {
        need(Short.BYTES, field);
        at += Short.BYTES;
        return ByteBuffer.wrap(bytes).getShort(at - Short.BYTES) & 0xffff;
    }

    byte[] take(int length, String field) throws WireException {
        need(length, field);
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
        at = bytes.length;
        return rest;
    }

    static String utf8(byte[] bytes, String field) throws WireException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new WireException(field + " is not UTF-8");
        }
    }

    // bincode with variable-length integers, big-endian; source: protocol/6-frontends, conventions

    long varint(String field) throws WireException {
        int first = u8(field);
        return switch (first) {
            case U16 -> u16(field);
            case U32 -> {
                need(Integer.BYTES, field);
                at += Integer.BYTES;
                yield ByteBuffer.wrap(bytes).getInt(at - Integer.BYTES) & 0xffff_ffffL;
            }
            case U64 -> u64(field);
            case 0xfe, 0xff -> throw new WireException(field + " is no integer of 64 bits");
            default -> first;
        };
    }

    int variant(String field, int count) throws WireException {
        long variant = varint(field);
        if (variant < 0 || variant >= count) {
            throw new WireException(field + " has no variant " + Long.toUnsignedString(variant));
        }
        return (int) variant;
    }

    boolean bool(String field) throws WireException {
        int value = u8(field);
        if (value > 1) {
            throw new WireException(field + " is 0 or 1, not " + value);
        }
        return value == 1;
    }

    String string(String field) throws WireException {
        long length = varint(field);
        if (length < 0 || length > left()) {
            throw new WireException(field + ": " + Long.toUnsignedString(length) + " bytes expected, " + left()
                    + " are there");
        }
        return utf8(take((int) length, field), field);
    }

    void end(String what) throws WireException {
        if (left() > 0) {
            throw new WireException(left() + " bytes follow " + what);
        }
    }
}
