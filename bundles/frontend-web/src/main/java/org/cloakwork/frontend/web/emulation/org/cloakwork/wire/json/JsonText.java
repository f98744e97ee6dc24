package org.cloakwork.frontend.web.emulation.org.cloakwork.wire.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind.JsonNode;

/** Texts to trees and back, with Jackson's limits. */
public final class JsonText {

    private static final int MAX_DEPTH = 100;

    private JsonText() {
    }

    /** A text is not JSON. */
    public static final class MalformedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String place;

        public MalformedException(String message, String place) {
            super(message);
            this.place = place;
        }

        public String place() {
            return place;
        }
    }

    static JsonNode read(String text) throws MalformedException {
        return new JsonReader(text, MAX_DEPTH, true).read();
    }

    static boolean isTwice(JsonNode value) {
        return value == JsonReader.TWICE;
    }

    static String write(JsonNode node) {
        return node.toString();
    }

    public static JsonNode readDocument(byte[] text) throws MalformedException {
        try {
            return new JsonReader(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString(),
                    MAX_DEPTH, false).read();
        } catch (CharacterCodingException e) {
            throw new MalformedException("not UTF-8", "");
        }
    }

    public static byte[] writeDocument(JsonNode document) {
        return document.toString().getBytes(StandardCharsets.UTF_8);
    }

    public static String canonical(JsonNode value) {
        StringBuilder text = new StringBuilder();
        value.write(text, true);
        return text.toString();
    }
}
