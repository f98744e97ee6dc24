package org.cloakwork.itests.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.vectors.Vectors;

/** Inputs to begin with. */
public final class Seeds {

    private static final int LONGEST = 4096;

    private Seeds() {
    }

    /**
     * @param file  of vectors
     * @param field in which cases have bytes
     * @return those of all cases that have them whole, and not too long
     */
    public static Stream<byte[]> bytes(String file, String field) {
        return values(file, field).filter(value -> value.isTextual() && value.textValue().matches("(?:[0-9a-f]{2})*")
                || value.has("hex") || value.has("pattern")).map(Vectors::bytes)
                .filter(bytes -> bytes.length <= LONGEST);
    }

    /**
     * @param file  of vectors
     * @param field in which cases have a text
     * @return those of all cases, in UTF-8
     */
    public static Stream<byte[]> texts(String file, String field) {
        return values(file, field).filter(JsonNode::isTextual).map(JsonNode::textValue)
                .filter(text -> text.length() <= LONGEST).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static Stream<JsonNode> values(String file, String field) {
        return Vectors.load(file).cases().map(each -> each.path(field));
    }

    /**
     * @param texts as they are
     * @return the same, in UTF-8
     */
    public static Stream<byte[]> of(String... texts) {
        return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * @param kinds of seeds
     * @return all of them
     */
    public static Stream<byte[]> all(List<Stream<byte[]>> kinds) {
        return kinds.stream().flatMap(kind -> kind);
    }
}
