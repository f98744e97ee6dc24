package org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** A value. This class itself is true, false, null, a number as it is written, a text, or what is missing. */
public class JsonNode implements Iterable<JsonNode> {

    /** What a value is. */
    public enum Kind { OBJECT, ARRAY, TEXT, NUMBER, TRUE, FALSE, NULL, MISSING }

    public static final JsonNode TRUE = new JsonNode(Kind.TRUE, "true");
    public static final JsonNode FALSE = new JsonNode(Kind.FALSE, "false");
    public static final JsonNode NULL = new JsonNode(Kind.NULL, "null");
    private static final JsonNode MISSING = new JsonNode(Kind.MISSING, "");
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);

    private final Kind kind;
    private final String text;

    public JsonNode(Kind kind, String text) {
        this.kind = kind;
        this.text = text;
    }

    public final Kind kind() {
        return kind;
    }

    public final boolean isObject() {
        return kind == Kind.OBJECT;
    }

    public final boolean isArray() {
        return kind == Kind.ARRAY;
    }

    public final boolean isContainerNode() {
        return isObject() || isArray();
    }

    public final boolean isTextual() {
        return kind == Kind.TEXT;
    }

    public final boolean isBoolean() {
        return kind == Kind.TRUE || kind == Kind.FALSE;
    }

    public final boolean isNull() {
        return kind == Kind.NULL;
    }

    public final boolean isIntegralNumber() {
        return kind == Kind.NUMBER && text.indexOf('.') < 0 && text.indexOf('e') < 0 && text.indexOf('E') < 0;
    }

    public final boolean canConvertToLong() {
        if (!isIntegralNumber()) {
            return false;
        }
        BigInteger value = bigIntegerValue();
        return value.compareTo(MIN) >= 0 && value.compareTo(MAX) <= 0;
    }

    public final boolean canConvertToInt() {
        return canConvertToLong() && longValue() == intValue();
    }

    public final BigInteger bigIntegerValue() {
        return new BigInteger(text);
    }

    public final long longValue() {
        return Long.parseLong(text);
    }

    public final int intValue() {
        return (int) longValue();
    }

    public final boolean booleanValue() {
        return kind == Kind.TRUE;
    }

    /** {@return the text, without quotes; null if it is none} */
    public final String textValue() {
        return isTextual() ? text : null;
    }

    public final String asText() {
        return isContainerNode() ? "" : text;
    }

    public final String asText(String otherwise) {
        return isNull() || kind == Kind.MISSING ? otherwise : asText();
    }

    public final int asInt(int otherwise) {
        return kind == Kind.NUMBER ? asInt() : otherwise;
    }

    public final boolean isEmpty() {
        return size() == 0;
    }

    public final long asLong() {
        return kind == Kind.NUMBER ? new BigDecimal(text).longValue() : 0;
    }

    public final int asInt() {
        return (int) asLong();
    }

    public final boolean asBoolean() {
        return kind == Kind.TRUE;
    }

    public int size() {
        return 0;
    }

    /** {@return over elements, or values of fields} */
    @Override
    public Iterator<JsonNode> iterator() {
        return Collections.emptyIterator();
    }

    public JsonNode get(String name) {
        return null;
    }

    public JsonNode get(int index) {
        return null;
    }

    public final JsonNode path(String name) {
        JsonNode value = get(name);
        return value == null ? MISSING : value;
    }

    public final boolean has(String name) {
        return get(name) != null;
    }

    public final boolean hasNonNull(String name) {
        return has(name) && !get(name).isNull();
    }

    public Iterator<String> fieldNames() {
        return Collections.emptyIterator();
    }

    public Set<Map.Entry<String, JsonNode>> properties() {
        return Collections.emptySet();
    }

    /** Adds the text of this value. */
    public void write(StringBuilder target, boolean ordered) {
        if (isTextual()) {
            quote(text, target);
        } else {
            target.append(text);
        }
    }

    /** Adds a text in quotes, as Jackson writes it, with hexadecimal digits in lower case. */
    protected static void quote(String text, StringBuilder target) {
        target.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> target.append("\\\"");
                case '\\' -> target.append("\\\\");
                case '\b' -> target.append("\\b");
                case '\t' -> target.append("\\t");
                case '\n' -> target.append("\\n");
                case '\f' -> target.append("\\f");
                case '\r' -> target.append("\\r");
                default -> {
                    if (c < ' ') {
                        target.append("\\u00").append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        target.append(c);
                    }
                }
            }
        }
        target.append('"');
    }

    @Override
    public String toString() {
        StringBuilder target = new StringBuilder();
        write(target, false);
        return target.toString();
    }
}
