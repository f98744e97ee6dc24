package org.cloakwork.wire.websocket;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.Json;

/** A {@link Json} whose faults are those of the native client's interface, with the fields that this interface has. */
final class ApiJson {

    private static final BigInteger MAX_U64 = BigInteger.TWO.pow(Long.SIZE).subtract(BigInteger.ONE);

    private final Json json;

    private ApiJson(Json json) {
        this.json = json;
    }

    private interface Reading<T> {

        T read() throws WireException;
    }

    private static <T> T read(Reading<T> reading) throws RefusedException {
        try {
            return reading.read();
        } catch (WireException e) {
            throw malformed(e.getMessage());
        }
    }

    static ApiJson parse(String text) throws RefusedException {
        return new ApiJson(read(() -> Json.parse(text)));
    }

    static ApiJson typed(String type) {
        return new ApiJson(Json.typed(type));
    }

    ApiJson with(String field, String value) {
        json.with(field, value);
        return this;
    }

    ApiJson with(String field, long value) {
        json.with(field, value);
        return this;
    }

    ApiJson with(String field, boolean value) {
        json.with(field, value);
        return this;
    }

    /** Null if empty. */
    ApiJson with(String field, Optional<String> value) {
        return with(field, value.orElse(null));
    }

    /** Left out if empty. */
    ApiJson withU64(String field, OptionalLong value) {
        return value.isPresent() ? withU64(field, value.getAsLong()) : this;
    }

    ApiJson withU64(String field, long value) {
        json.with(field, new BigInteger(Long.toUnsignedString(value)));
        return this;
    }

    ApiJson withBase64(String field, byte[] value) {
        json.withBase64(field, value);
        return this;
    }

    boolean has(String field) {
        return json.has(field) && !json.isNull(field);
    }

    String string(String field) throws RefusedException {
        return read(() -> json.string(field));
    }

    Optional<String> stringOrNone(String field) throws RefusedException {
        return has(field) ? Optional.of(string(field)) : Optional.empty();
    }

    byte[] utf8(String field) throws RefusedException {
        return string(field).getBytes(StandardCharsets.UTF_8);
    }

    byte[] base64(String field) throws RefusedException {
        try {
            return Base64.getDecoder().decode(string(field));
        } catch (IllegalArgumentException e) {
            throw malformed(field + " is not base64");
        }
    }

    boolean bool(String field) throws RefusedException {
        return read(() -> json.bool(field));
    }

    /** 0 to most. */
    long number(String field, long most) throws RefusedException {
        BigInteger number = integer(field);
        if (number.signum() < 0 || number.compareTo(BigInteger.valueOf(most)) > 0) {
            throw malformed(field + " is not an integer from 0 to " + most);
        }
        return number.longValue();
    }

    OptionalLong numberOrNone(String field, long most) throws RefusedException {
        return has(field) ? OptionalLong.of(number(field, most)) : OptionalLong.empty();
    }

    /** Unsigned. */
    long u64(String field) throws RefusedException {
        BigInteger number = integer(field);
        if (number.signum() < 0 || number.compareTo(MAX_U64) > 0) {
            throw malformed(field + " is not an integer from 0 to " + MAX_U64);
        }
        return number.longValue();
    }

    OptionalLong u64OrNone(String field) throws RefusedException {
        return has(field) ? OptionalLong.of(u64(field)) : OptionalLong.empty();
    }

    MixnetAddress recipient() throws RefusedException {
        return address("recipient");
    }

    MixnetAddress address(String field) throws RefusedException {
        try {
            return MixnetAddress.parse(string(field));
        } catch (IllegalArgumentException e) {
            throw malformed(field + ": " + e.getMessage());
        }
    }

    SenderTag senderTag() throws RefusedException {
        try {
            return SenderTag.parse(string("senderTag"));
        } catch (IllegalArgumentException e) {
            throw malformed("senderTag: " + e.getMessage());
        }
    }

    private BigInteger integer(String field) throws RefusedException {
        return read(() -> json.integer(field));
    }

    static RefusedException malformed(String detail) {
        return new RefusedException(ErrorKind.MALFORMED_REQUEST, detail);
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
