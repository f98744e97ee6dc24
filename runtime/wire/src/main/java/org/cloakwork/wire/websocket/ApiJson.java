package org.cloakwork.wire.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;

/**
 * One JSON object, read as strictly as the native client reads it: integers have no point, nothing follows the object,
 * no field comes twice, unknown fields are ignored; and written byte for byte as that client does. How long it may be
 * is up to whoever takes the frame.
 */
final class ApiJson {

    private static final int MAX_DEPTH = 100;
    private static final BigInteger MAX_U64 = BigInteger.TWO.pow(Long.SIZE).subtract(BigInteger.ONE);
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ObjectNode node;

    private ApiJson(ObjectNode node) {
        this.node = node;
    }

    static ApiJson parse(String text) throws RefusedException {
        JsonNode parsed;
        try {
            parsed = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            // Jackson's own message quotes the text.
            throw malformed("the text is not JSON");
        }
        if (parsed instanceof ObjectNode object) {
            return new ApiJson(object);
        }
        throw malformed("the text is not a JSON object");
    }

    static ApiJson typed(String type) {
        return new ApiJson(JsonNodeFactory.instance.objectNode()).with("type", type);
    }

    ApiJson with(String field, String value) {
        node.put(field, value);
        return this;
    }

    ApiJson with(String field, long value) {
        node.put(field, value);
        return this;
    }

    ApiJson with(String field, boolean value) {
        node.put(field, value);
        return this;
    }

    /** Null if empty. */
    ApiJson with(String field, Optional<String> value) {
        node.put(field, value.orElse(null));
        return this;
    }

    /** Left out if empty. */
    ApiJson withU64(String field, OptionalLong value) {
        return value.isPresent() ? withU64(field, value.getAsLong()) : this;
    }

    ApiJson withU64(String field, long value) {
        node.put(field, new BigInteger(Long.toUnsignedString(value)));
        return this;
    }

    ApiJson withBase64(String field, byte[] value) {
        return with(field, Base64.getEncoder().encodeToString(value));
    }

    boolean has(String field) {
        return node.hasNonNull(field);
    }

    String string(String field) throws RefusedException {
        JsonNode value = required(field);
        if (!value.isTextual()) {
            throw malformed(field + " is not a string");
        }
        return value.textValue();
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
        JsonNode value = required(field);
        if (!value.isBoolean()) {
            throw malformed(field + " is not true or false");
        }
        return value.booleanValue();
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
        JsonNode value = required(field);
        if (!value.isIntegralNumber()) {
            throw malformed(field + " is not an integer");
        }
        return value.bigIntegerValue();
    }

    private JsonNode required(String field) throws RefusedException {
        JsonNode value = node.get(field);
        if (value == null) {
            throw malformed(field + " is missing");
        }
        return value;
    }

    static RefusedException malformed(String detail) {
        return new RefusedException(ErrorKind.MALFORMED_REQUEST, detail);
    }

    @Override
    public String toString() {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }
}
