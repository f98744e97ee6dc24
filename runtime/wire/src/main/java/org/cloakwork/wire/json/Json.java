package org.cloakwork.wire.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import org.cloakwork.wire.WireException;

/**
 * One JSON object, read as strictly as the reference reads it: integers have no point, byte strings are arrays of
 * 0 to 255, nothing follows the object, no field that is asked for comes twice, unknown fields are ignored; and written
 * byte for byte as the reference does. How long it may be is up to whoever takes the text.
 */
public final class Json {

    private final ObjectNode node;

    private Json(ObjectNode node) {
        this.node = node;
    }

    /**
     * @param text of one object
     * @return the object
     * @throws WireException if it is not one; shows nothing of it
     */
    public static Json parse(String text) throws WireException {
        try {
            return of(JsonText.read(text), "the text");
        } catch (JsonText.MalformedException e) {
            // Its own message quotes the text.
            throw new WireException("the text is not JSON");
        }
    }

    private static Json of(JsonNode node, String what) throws WireException {
        if (node instanceof ObjectNode object) {
            return new Json(object);
        }
        throw new WireException(what + " is not a JSON object");
    }

    /** An object with one field, as an externally tagged value is written. */
    public static Json tagged(String tag, Json value) {
        Json json = new Json(JsonNodeFactory.instance.objectNode());
        json.node.set(tag, value.node);
        return json;
    }

    /** An object without fields. */
    public static Json empty() {
        return new Json(JsonNodeFactory.instance.objectNode());
    }

    /** An object with the field {@code type}. */
    public static Json typed(String type) {
        return empty().with("type", type);
    }

    /** Adds a string; null is written as such. */
    public Json with(String field, String value) {
        node.put(field, value);
        return this;
    }

    /** Adds an integer. */
    public Json with(String field, long value) {
        node.put(field, value);
        return this;
    }

    /** Adds an integer of any size. */
    public Json with(String field, BigInteger value) {
        node.put(field, value);
        return this;
    }

    /** Adds true or false. */
    public Json with(String field, boolean value) {
        node.put(field, value);
        return this;
    }

    /** Adds an object. */
    public Json with(String field, Json value) {
        node.set(field, value.node);
        return this;
    }

    /** Adds an integer, or null if there is none. */
    public Json with(String field, OptionalInt value) {
        if (value.isPresent()) {
            node.put(field, value.getAsInt());
        } else {
            node.putNull(field);
        }
        return this;
    }

    /** Adds an array of numbers, one a byte. */
    public Json with(String field, byte[] value) {
        ArrayNode array = node.putArray(field);
        for (byte b : value) {
            array.add(b & 0xff);
        }
        return this;
    }

    /** Adds an array of objects. */
    public Json with(String field, List<Json> values) {
        ArrayNode array = node.putArray(field);
        values.forEach(value -> array.add(value.node));
        return this;
    }

    /** Adds an array of strings. */
    public Json withTexts(String field, List<String> values) {
        ArrayNode array = node.putArray(field);
        values.forEach(array::add);
        return this;
    }

    /** Adds an array of integers. */
    public Json withNumbers(String field, long... values) {
        ArrayNode array = node.putArray(field);
        for (long value : values) {
            array.add(value);
        }
        return this;
    }

    /** Adds padded standard base64. */
    public Json withBase64(String field, byte[] value) {
        return with(field, Base64.getEncoder().encodeToString(value));
    }

    /** Whether the field is there, null or not. */
    public boolean has(String field) {
        return node.has(field);
    }

    /** The only field's name. */
    public String tag() throws WireException {
        if (node.size() != 1) {
            throw new WireException("one field expected, not " + node.size());
        }
        return node.fieldNames().next();
    }

    /** Whether the field is there and null. */
    public boolean isNull(String field) {
        return node.path(field).isNull();
    }

    /** Whether the field is a string. */
    public boolean isString(String field) {
        return node.path(field).isTextual();
    }

    /** The object in a field. */
    public Json object(String field) throws WireException {
        return of(required(field), field);
    }

    /** The string in a field; one with half a surrogate pair has no UTF-8 and is none. */
    public String string(String field) throws WireException {
        JsonNode value = required(field);
        if (!value.isTextual()) {
            throw new WireException(field + " is not a string");
        }
        String text = value.textValue();
        for (int i = 0; i < text.length(); i++) {
            boolean pair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
            if (!pair && Character.isSurrogate(text.charAt(i))) {
                throw new WireException(field + " has half a surrogate pair");
            }
            i += pair ? 1 : 0;
        }
        return text;
    }

    /** The true or false in a field. */
    public boolean bool(String field) throws WireException {
        JsonNode value = required(field);
        if (!value.isBoolean()) {
            throw new WireException(field + " is not true or false");
        }
        return value.booleanValue();
    }

    /** The true or false in a field, false if it is not there. */
    public boolean boolOrFalse(String field) throws WireException {
        return node.has(field) && bool(field);
    }

    /** The 64-bit integer in a field. */
    public long i64(String field) throws WireException {
        JsonNode value = required(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new WireException(field + " is not a 64-bit integer");
        }
        return value.longValue();
    }

    /** An integer of any size. */
    public BigInteger integer(String field) throws WireException {
        JsonNode value = required(field);
        if (!value.isIntegralNumber()) {
            throw new WireException(field + " is not an integer");
        }
        return value.bigIntegerValue();
    }

    /** The integer from 0 to 255 in a field. */
    public int u8(String field) throws WireException {
        return u8(required(field), field);
    }

    /** The integer from 0 to 255 in a field, 0 if it is not there. */
    public int u8OrZero(String field) throws WireException {
        return node.has(field) ? u8(field) : 0;
    }

    /** The integer from 0 to 255 in a field, none if it is null or not there. */
    public OptionalInt u8OrNull(String field) throws WireException {
        return node.hasNonNull(field) ? OptionalInt.of(u8(field)) : OptionalInt.empty();
    }

    /** The array of numbers in a field, one a byte. */
    public byte[] bytes(String field) throws WireException {
        if (!(required(field) instanceof ArrayNode array)) {
            throw new WireException(field + " is not an array");
        }
        byte[] bytes = new byte[array.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) u8(array.get(i), field);
        }
        return bytes;
    }

    /** The array of so many numbers in a field, one a byte. */
    public byte[] bytes(String field, int length) throws WireException {
        byte[] bytes = bytes(field);
        if (bytes.length != length) {
            throw new WireException(field + " must be " + length + " bytes, not " + bytes.length);
        }
        return bytes;
    }

    /** The padded standard base64 in a field, decoded. */
    public byte[] base64(String field) throws WireException {
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
        if (JsonText.isTwice(value)) {
            throw new WireException(field + " is there twice");
        }
        return value;
    }

    @Override
    public String toString() {
        return JsonText.write(node);
    }
}
