package org.cloakwork.frontend.web.emulation.org.cloakwork.wire.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind.JsonNode;
import org.cloakwork.frontend.web.emulation.org.cloakwork.wire.json.JsonText.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader of the browser against the JVM's. */
class JsonReaderTest {

    private static final List<String> PIECES = List.of("{", "}", "[", "]", ":", ",", "\"a\"", "\"\\u0041\\n\"", "1",
            "-0.5e+3", "01", "1.", "true", "false", "null", "nul",
            " ", "\"", "\\", "\"\\x\"", "\u0001", "\u00e4", "e1");

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "{\"a\":[1,2,{\"b\":null}],\"c\":\"x\\u00e4\\\"\"}", "-12.5e-3", "true", "\"\"",
        " [ 1 , 2 ] ", "{\"a\":123456789012345678901234567890}"})
    void whatIsReadIsWrittenAsJacksonWritesIt(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertEquals(org.cloakwork.wire.json.JsonText.readDocument(bytes).size(), JsonText.readDocument(bytes).size());
        if (!text.startsWith("-")) {
            assertEquals(new ObjectMapper().readTree(text).toString(), JsonText.readDocument(bytes).toString());
        }
    }

    /** Texts put together at random: both take the same ones, and read the same from them. */
    @Test
    void takesAndRefusesWhatJacksonDoes() throws Exception {
        Random random = new Random(4);
        int taken = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = 1 + random.nextInt(9); length > 0; length--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            com.fasterxml.jackson.databind.JsonNode theirs;
            try {
                theirs = org.cloakwork.wire.json.JsonText.readDocument(bytes);
            } catch (org.cloakwork.wire.json.JsonText.MalformedException e) {
                assertThrows(MalformedException.class, () -> JsonText.readDocument(bytes), text.toString());
                continue;
            }
            JsonNode ours = JsonText.readDocument(bytes);
            if (theirs.isMissingNode()) {
                assertEquals(null, ours, text.toString());
                continue;
            }
            taken++;
            assertEquals(theirs.isObject(), ours.isObject(), text.toString());
            assertEquals(theirs.size(), ours.size(), text.toString());
            assertEquals(theirs.isIntegralNumber(), ours.isIntegralNumber(), text.toString());
            assertEquals(theirs.textValue(), ours.textValue(), text.toString());
        }
        assertTrue(taken > 5000, taken + " were JSON");
        System.out.println("json: " + taken + " of 200000 random texts read the same, the others refused by both");
    }

    @Test
    void limitsAreThoseOfTheJvm() {
        assertThrows(MalformedException.class, () -> JsonText.read("[".repeat(101) + "]".repeat(101)));
        assertThrows(MalformedException.class, () -> JsonText.read("[" + "{},".repeat(1_000_000) + "{}]"));
        byte[] deep = ("[".repeat(1001) + "]".repeat(1001)).getBytes(StandardCharsets.UTF_8);
        assertThrows(MalformedException.class, () -> JsonText.readDocument(deep));
        byte[] long1 = ("1".repeat(1001)).getBytes(StandardCharsets.UTF_8);
        assertThrows(MalformedException.class, () -> JsonText.readDocument(long1));
        assertThrows(MalformedException.class, () -> JsonText.readDocument(new byte[] {'"', (byte) 0xff, '"'}));
    }

    @Test
    void serdesTextsAreReadAsOnTheJvm() throws Exception {
        JsonNode twice = JsonText.read("{\"a\":1,\"b\":2,\"a\":3}");
        assertTrue(JsonText.isTwice(twice.get("a")));
        assertFalse(JsonText.isTwice(twice.get("b")));
        assertFalse(JsonText.read("[-0]").get(0).isIntegralNumber());
        assertTrue(JsonText.read("[0,-1]").get(1).isIntegralNumber());
        assertEquals("\ud83d\ude00", JsonText.read("[\"\\ud83d\\ude00\"]").get(0).textValue());
        for (String half : List.of("[\"\\ud83d\"]", "[\"\\ude00\"]", "{\"\\ud83d.\\ude00\":1}")) {
            assertThrows(MalformedException.class, () -> JsonText.read(half), half);
        }
    }

    @Test
    void numbersAreWholeOnlyAsTheyAreWritten() throws Exception {
        assertTrue(JsonText.read("[1]").get(0).canConvertToLong());
        assertFalse(JsonText.read("[1.0]").get(0).isIntegralNumber());
        assertFalse(JsonText.read("[9223372036854775808]").get(0).canConvertToLong());
        assertEquals(Long.MIN_VALUE, JsonText.read("[-9223372036854775808]").get(0).longValue());
    }
}
