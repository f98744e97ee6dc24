package org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind.node;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind.JsonNode;

/** Values in order. */
public final class ArrayNode extends JsonNode {

    private final List<JsonNode> elements = new ArrayList<>();

    public ArrayNode() {
        super(Kind.ARRAY, "");
    }

    @Override
    public int size() {
        return elements.size();
    }

    @Override
    public Iterator<JsonNode> iterator() {
        return elements.iterator();
    }

    @Override
    public JsonNode get(int index) {
        return index >= 0 && index < elements.size() ? elements.get(index) : null;
    }

    public ArrayNode add(JsonNode value) {
        elements.add(value);
        return this;
    }

    public ArrayNode add(int value) {
        return add((long) value);
    }

    public ArrayNode add(long value) {
        return add(new JsonNode(Kind.NUMBER, Long.toString(value)));
    }

    public ArrayNode add(Long value) {
        return add(value.longValue());
    }

    public ArrayNode add(String value) {
        return add(value == null ? NULL : new JsonNode(Kind.TEXT, value));
    }

    public ObjectNode addObject() {
        ObjectNode value = new ObjectNode();
        elements.add(value);
        return value;
    }

    @Override
    public void write(StringBuilder target, boolean ordered) {
        char before = '[';
        for (JsonNode element : elements) {
            target.append(before);
            element.write(target, ordered);
            before = ',';
        }
        target.append(elements.isEmpty() ? "[]" : "]");
    }
}
