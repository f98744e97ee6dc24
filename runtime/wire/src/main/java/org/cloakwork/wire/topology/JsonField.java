package org.cloakwork.wire.topology;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.JsonText;

/**
 * A value in a JSON document that knows where it stands, so that every error names its field: documents of directories
 * are deep, people write them, and each node is read or left out by itself, which {@code wire.json.Json} cannot say.
 */
final class JsonField {

    private static final long MAX_U32 = 0xffff_ffffL;
    private static final int MAX_SHOWN_CHARACTERS = 100;
    /** RFC 3339; Java reads nine digits of a fraction. */
    private static final Pattern RFC_3339 =
            Pattern.compile("(\\d{4})-(\\d\\d)-(\\d\\d)[Tt](\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,9})\\d*)?"
                    + "([Zz]|[+-]\\d\\d:\\d\\d)");

    private final String path;
    private final JsonNode node;

    private JsonField(String path, JsonNode node) {
        this.path = path;
        this.node = node;
    }

    static JsonField parse(byte[] json) throws WireException {
        try {
            JsonNode root = JsonText.readDocument(json);
            if (root == null || !root.isObject()) {
                throw new WireException("not a JSON object");
            }
            return new JsonField("", root);
        } catch (JsonText.MalformedException e) {
            throw new WireException("not JSON: " + shortened(e.getMessage()) + e.place());
        }
    }

    /** A field that must be there and not be null. */
    JsonField get(String name) throws WireException {
        return optional(name).orElseThrow(() -> missing(name));
    }

    /** A field that may be missing or null. */
    Optional<JsonField> optional(String name) throws WireException {
        return present(name).filter(field -> !field.node.isNull());
    }

    /** A field that may be missing; null is a value. */
    Optional<JsonField> present(String name) throws WireException {
        if (!node.isObject()) {
            throw expected("an object");
        }
        JsonNode value = node.get(name);
        return value == null ? Optional.empty() : Optional.of(child(name, value));
    }

    Map<String, JsonField> fields() throws WireException {
        if (!node.isObject()) {
            throw expected("an object");
        }
        Map<String, JsonField> fields = new LinkedHashMap<>();
        node.properties().forEach(entry -> fields.put(entry.getKey(), child(entry.getKey(), entry.getValue())));
        return fields;
    }

    List<JsonField> elements() throws WireException {
        if (!node.isArray()) {
            throw expected("an array");
        }
        List<JsonField> elements = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            elements.add(child(Integer.toString(i), node.get(i)));
        }
        return elements;
    }

    boolean isText() {
        return node.isTextual();
    }

    boolean isObject() {
        return node.isObject();
    }

    String text() throws WireException {
        if (!node.isTextual()) {
            throw expected("a string");
        }
        return node.textValue();
    }

    boolean bool() throws WireException {
        if (!node.isBoolean()) {
            throw expected("true or false");
        }
        return node.booleanValue();
    }

    long u32() throws WireException {
        return integer(MAX_U32);
    }

    int u16() throws WireException {
        return (int) integer(0xffff);
    }

    long integer(long max) throws WireException {
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0 || node.longValue() > max) {
            throw expected("a whole number from 0 to " + max);
        }
        return node.longValue();
    }

    Set<Long> u32Set() throws WireException {
        Set<Long> set = new HashSet<>();
        for (JsonField element : elements()) {
            set.add(element.u32());
        }
        return set;
    }

    /** An array of numbers, one a byte. */
    byte[] byteArray(int length) throws WireException {
        String form = "an array of " + length + " numbers from 0 to 255";
        if (!node.isArray() || node.size() != length) {
            throw expected(form);
        }
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) child(Integer.toString(i), node.get(i)).integer(0xff);
        }
        return bytes;
    }

    InetAddress ip() throws WireException {
        return convert(text(), NodeAddress::parseIp);
    }

    List<InetAddress> ips() throws WireException {
        List<InetAddress> ips = new ArrayList<>();
        for (JsonField element : elements()) {
            ips.add(element.ip());
        }
        return ips;
    }

    Instant rfc3339() throws WireException {
        return parseRfc3339(text()).orElseThrow(() -> expected("a date and time as in RFC 3339"));
    }

    static Optional<Instant> parseRfc3339(String text) {
        Matcher parts = RFC_3339.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            // Not a formatter: it would be a tenth of the module for browsers.
            int[] fields = new int[6];
            for (int i = 0; i < fields.length; i++) {
                fields[i] = Integer.parseInt(parts.group(i + 1));
            }
            String fraction = parts.group(7) == null ? "" : parts.group(7);
            return Optional.of(LocalDateTime.of(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5],
                            Integer.parseInt(fraction + "000000000".substring(fraction.length())))
                    .toInstant(ZoneOffset.of(parts.group(8).toUpperCase(Locale.ROOT))));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** The value with its keys in order, so that equal values have equal texts. */
    String canonical() {
        return JsonText.canonical(node);
    }

    /** Makes a value of ours, whose constructor says what is wrong by an {@link IllegalArgumentException}. */
    <S, T> T convert(S source, Function<S, T> conversion) throws WireException {
        try {
            return conversion.apply(source);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    WireException expected(String form) {
        return wrong("must be " + form + ", not " + (node.isContainerNode()
                ? (node.isObject() ? "an object" : "an array of " + node.size()) : shortened(node.toString())));
    }

    WireException missing(String name) {
        return child(name, node).wrong("missing");
    }

    WireException wrong(String fault) {
        return new WireException((path.isEmpty() ? "" : path + ": ") + shortened(fault));
    }

    private JsonField child(String name, JsonNode value) {
        String shown = shortened(name);
        return new JsonField(path.isEmpty() ? shown : path + "." + shown, value);
    }

    private static String shortened(String text) {
        String printable = text.replaceAll("[\\p{Cc}\\p{Cf}\u2028\u2029]", "?");
        return printable.length() <= MAX_SHOWN_CHARACTERS ? printable
                : printable.substring(0, MAX_SHOWN_CHARACTERS) + "...";
    }
}
