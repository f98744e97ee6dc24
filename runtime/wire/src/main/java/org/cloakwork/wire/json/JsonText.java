package org.cloakwork.wire.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * Texts to trees and back. Where Jackson cannot be, {@code bundles/frontend-web} puts its own in this place, with the
 * nodes of the tree.
 */
public final class JsonText {

    private static final int MAX_DEPTH = 100;
    private static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectMapper DOCUMENTS = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

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
     * @param text of one value; no field comes twice, nothing is deeper than 100
     * @return the value
     * @throws MalformedException if it is not one
     */
    static JsonNode read(String text) throws MalformedException {
        try {
            return STRICT.readTree(text);
        } catch (IOException e) {
            throw MalformedException.of(e);
        }
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
        try {
            return DOCUMENTS.readTree(text);
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
