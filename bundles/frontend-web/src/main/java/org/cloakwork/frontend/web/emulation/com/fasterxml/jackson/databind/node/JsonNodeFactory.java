package org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind.node;

/** Makes trees. */
public final class JsonNodeFactory {

    public static final JsonNodeFactory instance = new JsonNodeFactory();

    private JsonNodeFactory() {
    }

    public ObjectNode objectNode() {
        return new ObjectNode();
    }

    public ArrayNode arrayNode() {
        return new ArrayNode();
    }
}
