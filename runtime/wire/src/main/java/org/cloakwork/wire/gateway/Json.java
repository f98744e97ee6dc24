package org.cloakwork.wire.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.OptionalInt;
import org.cloakwork.wire.WireException;

/**
 * One JSON object, read as strictly as the reference reads it: integers have no point, byte strings are arrays of
 * 0 to 255, nothing follows the object, no field comes twice, unknown fields are ignored.
 */
final class Json {

    private static final int MAX_DEPTH = 100;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ObjectNode node;

    private Json(ObjectNode node) {
        this.node = node;
    }

    static Json parse(String text) throws WireException {
        if (text.length() > GatewayProtocol.MAX_TEXT_LENGTH) {
            throw new WireException("text of " + text.length() + " characters");
        }
        try {
            return of(MAPPER.readTree(text), "the text");
        } catch (JsonProcessingException e) {
            // Jackson's own message quotes the text.
            throw new WireException("the text is not JSON");
        }
    }

    static Json parse(byte[] utf8) throws WireException {
        try {
            return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
        } catch (CharacterCodingException e) {
            throw new WireException("the text is not UTF-8");
        }
    }

    private static Json of(JsonNode node, String what) throws WireException {
        if (node instanceof ObjectNode object) {
            return new Json(object);
        }
        throw new WireException(what + " is not a JSON object");
    }

    /** An object with one field, as an externally tagged value is written. */
    static Json tagged(String tag, Json value) {
        Json json = new Json(JsonNodeFactory.instance.objectNode());
        json.node.set(tag, value.node);
        return json;
    }

    static Json empty() {
        return new Json(JsonNodeFactory.instance.objectNode());
    }

    static Json typed(String type) {
        return empty().with("type", type);
    }

    Json with(String field, String value) {
        node.put(field, value);
        return this;
    }

    Json with(String field, long value) {
        node.put(field, value);
        return this;
    }

    Json with(String field, boolean value) {
        node.put(field, value);
        return this;
    }

    Json with(String field, Json value) {
        node.set(field, value.node);
        return this;
    }

    Json with(String field, OptionalInt value) {
        if (value.isPresent()) {
            node.put(field, value.getAsInt());
        } else {
            node.putNull(field);
        }
        return this;
    }

    Json with(String field, byte[] value) {
        ArrayNode array = node.putArray(field);
        for (byte b : value) {
            array.add(b & 0xff);
        }
        return this;
    }

    Json withBase64(String field, byte[] value) {
        return with(field, Base64.getEncoder().encodeToString(value));
    }

    boolean has(String field) {
        return node.has(field);
    }

    /** The only field's name. */
    String tag() throws WireException {
        if (node.size() != 1) {
            throw new WireException("one field expected, not " + node.size());
        }
        return node.fieldNames().next();
    }

    boolean isNull(String field) {
        return node.path(field).isNull();
    }

    boolean isString(String field) {
        return node.path(field).isTextual();
    }

    Json object(String field) throws WireException {
        return of(required(field), field);
    }

    String string(String field) throws WireException {
        JsonNode value = required(field);
        if (!value.isTextual()) {
            throw new WireException(field + " is not a string");
        }
        return value.textValue();
    }

    boolean bool(String field) throws WireException {
        JsonNode value = required(field);
        if (!value.isBoolean()) {
            throw new WireException(field + " is not a boolean");
        }
        return value.booleanValue();
    }

    boolean boolOrFalse(String field) throws WireException {
        return node.has(field) && bool(field);
    }

    long i64(String field) throws WireException {
        JsonNode value = required(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new WireException(field + " is not a 64-bit integer");
        }
        return value.longValue();
    }

    int u8(String field) throws WireException {
        return u8(required(field), field);
    }

    int u8OrZero(String field) throws WireException {
        return node.has(field) ? u8(field) : 0;
    }

    OptionalInt u8OrNull(String field) throws WireException {
        return node.hasNonNull(field) ? OptionalInt.of(u8(field)) : OptionalInt.empty();
    }

    byte[] bytes(String field) throws WireException {
        if (!(required(field) instanceof ArrayNode array)) {
            throw new WireException(field + " is not an array");
        }
        byte[] bytes = new byte[array.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) u8(array.get(i), field);
        }
        return bytes;
    }

    byte[] bytes(String field, int length) throws WireException {
        byte[] bytes = bytes(field);
        if (bytes.length != length) {
            throw new WireException(field + " must be " + length + " bytes, not " + bytes.length);
        }
        return bytes;
    }

    byte[] base64(String field) throws WireException {
        String text = string(field);
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            // The JDK also takes text without padding or with stray bits at the end.
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // as below
        }
        throw new WireException(field + " is not padded standard base64");
    }

    private static int u8(JsonNode value, String field) throws WireException {
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0 || value.intValue() > 0xff) {
            throw new WireException(field + " is not an integer from 0 to 255");
        }
        return value.intValue();
    }

    private JsonNode required(String field) throws WireException {
        JsonNode value = node.get(field);
        if (value == null) {
            throw new WireException(field + " is missing");
        }
        return value;
    }

    @Override
    public String toString() {
        return node.toString();
    }
}
