package org.cloakwork.wire.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Texts to trees and back. Where Jackson cannot be, {@code bundles/frontend-web} puts its own in this place, with the
 * nodes of the tree.
 */
public final class JsonText {

    private static final int MAX_DEPTH = 100;
    /** A tree takes many times the bytes of its text; the public network's lists have some fifty thousand. */
    private static final int MAX_TOKENS = 1_000_000;
    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
            .maxTokenCount(MAX_TOKENS).maxStringLength(Integer.MAX_VALUE).build();
    private static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder().streamReadConstraints(LIMITS)
                    .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
                    .build())
            .build();
    private static final ObjectMapper DOCUMENTS = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(LIMITS).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonNode TWICE = NODES.pojoNode("twice");

    private JsonText() {
    }

    /** A text is not JSON. */
    public static final class MalformedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String place;

        /**
         * @param message what is wrong; may quote the text
         * @param place   such as " at line 1, column 2", or empty
         */
        public MalformedException(String message, String place) {
            super(message);
            this.place = place;
        }

        /** {@return such as " at line 1, column 2", or empty} */
        public String place() {
            return place;
        }

        private static MalformedException of(IOException e) {
            return e instanceof JsonProcessingException known && known.getLocation() != null
                    ? new MalformedException(known.getOriginalMessage(), " at line " + known.getLocation().getLineNr()
                    + ", column " + known.getLocation().getColumnNr())
                    : new MalformedException(e instanceof JsonProcessingException known ? known.getOriginalMessage()
                    : e.getMessage(), "");
        }
    }

    /**
     * Reads as serde does: half a pair of surrogates is no text, -0 is no integer, and a field that comes twice matters
     * to who asks for it, see {@link #isTwice}.
     *
     * @param text of one value; nothing is deeper than 100
     * @return the value; null if there is none
     * @throws MalformedException if it is not one
     */
    static JsonNode read(String text) throws MalformedException {
        try (JsonParser in = STRICT.createParser(text)) {
            if (in.nextToken() == null) {
                return null;
            }
            JsonNode value = value(in);
            if (in.nextToken() != null) {
                throw new MalformedException("something after the value", "");
            }
            return value;
        } catch (IOException e) {
            throw MalformedException.of(e);
        }
    }

    private static JsonNode value(JsonParser in) throws IOException, MalformedException {
        return switch (in.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = NODES.objectNode();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String name = whole(in.currentName());
                    in.nextToken();
                    JsonNode value = value(in);
                    object.set(name, object.has(name) ? TWICE : value);
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = NODES.arrayNode();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(in));
                }
                yield array;
            }
            case VALUE_STRING -> NODES.textNode(whole(in.getText()));
            case VALUE_NUMBER_INT -> integer(in);
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(in.getDoubleValue());
            case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(in.getBooleanValue());
            case VALUE_NULL -> NODES.nullNode();
            default -> throw new MalformedException("no value", "");
        };
    }

    private static JsonNode integer(JsonParser in) throws IOException {
        return switch (in.getNumberType()) {
            case INT -> in.getIntValue() == 0 && in.getText().startsWith("-") ? NODES.numberNode(-0.0)
                    : NODES.numberNode(in.getIntValue());
            case LONG -> NODES.numberNode(in.getLongValue());
            default -> NODES.numberNode(in.getBigIntegerValue());
        };
    }

    private static String whole(String text) throws MalformedException {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isHighSurrogate(text.charAt(i)) || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new MalformedException("half a pair of surrogates", "");
                }
                i++;
            }
        }
        return text;
    }

    /** {@return whether it is what stands for a field that came twice} */
    static boolean isTwice(JsonNode value) {
        return value == TWICE;
    }

    /** {@return the text, with hexadecimal digits in lower case} */
    static String write(JsonNode node) {
        try {
            return STRICT.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    /**
     * @param text of one value in UTF-8, as directories write it; of a field that comes twice the last one counts
     * @return the value; null if there is none
     * @throws MalformedException if it is not one
     */
    public static JsonNode readDocument(byte[] text) throws MalformedException {
        // Jackson's own decoder takes what is beyond U+10FFFF, and makes half pairs of surrogates of it.
        try (Reader in = new InputStreamReader(new ByteArrayInputStream(text), StandardCharsets.UTF_8.newDecoder())) {
            return DOCUMENTS.readTree(in);
        } catch (CharacterCodingException e) {
            throw new MalformedException("not UTF-8", "");
        } catch (IOException e) {
            throw MalformedException.of(e);
        }
    }

    /** {@return the text in UTF-8} */
    public static byte[] writeDocument(JsonNode document) {
        try {
            return DOCUMENTS.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    /** {@return the text with keys in order, so that equal values have equal texts} */
    public static String canonical(JsonNode value) {
        try {
            return DOCUMENTS.writeValueAsString(DOCUMENTS.convertValue(value, Object.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }
}
