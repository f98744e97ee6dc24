package org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind.node;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind.JsonNode;

/** Names and values, in the order they came. */
public final class ObjectNode extends JsonNode {

    private final Map<String, JsonNode> fields = new LinkedHashMap<>();

    public ObjectNode() {
        super(Kind.OBJECT, "");
    }

    @Override
    public int size() {
        return fields.size();
    }

    @Override
    public JsonNode get(String name) {
        return fields.get(name);
    }

    @Override
    public Iterator<JsonNode> iterator() {
        return fields.values().iterator();
    }

    @Override
    public Iterator<String> fieldNames() {
        return fields.keySet().iterator();
    }

    @Override
    public Set<Map.Entry<String, JsonNode>> properties() {
        return fields.entrySet();
    }

    public JsonNode set(String name, JsonNode value) {
        fields.put(name, value);
        return this;
    }

    public ObjectNode put(String name, String value) {
        fields.put(name, value == null ? NULL : new JsonNode(Kind.TEXT, value));
        return this;
    }

    public ObjectNode put(String name, long value) {
        fields.put(name, new JsonNode(Kind.NUMBER, Long.toString(value)));
        return this;
    }

    public ObjectNode put(String name, int value) {
        return put(name, (long) value);
    }

    public ObjectNode put(String name, BigInteger value) {
        fields.put(name, new JsonNode(Kind.NUMBER, value.toString()));
        return this;
    }

    public ObjectNode put(String name, boolean value) {
        fields.put(name, value ? TRUE : FALSE);
        return this;
    }

    public ObjectNode putNull(String name) {
        fields.put(name, NULL);
        return this;
    }

    public ObjectNode putObject(String name) {
        ObjectNode value = new ObjectNode();
        fields.put(name, value);
        return value;
    }

    public ArrayNode putArray(String name) {
        ArrayNode value = new ArrayNode();
        fields.put(name, value);
        return value;
    }

    @Override
    public void write(StringBuilder target, boolean ordered) {
        char before = '{';
        for (Map.Entry<String, JsonNode> field : (ordered ? new TreeMap<>(fields) : fields).entrySet()) {
            target.append(before);
            quote(field.getKey(), target);
            target.append(':');
            field.getValue().write(target, ordered);
            before = ',';
        }
        target.append(fields.isEmpty() ? "{}" : "}");
    }
}
