package org.cloakwork.wire.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.cloakwork.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As serde reads it. */
class JsonTest {

    private static String fault(String text) {
        return assertThrows(WireException.class, () -> Json.parse(text)).getMessage();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud83d.\\ude00\"}",
        "{\"\\ud800\":1}", "{\"a\":[\"\\ude00\\ud83d\"]}", "{\"a\":01}", "{} {}", "{\"a\":1", "[", ""})
    void whatIsNoTextOfItIsRefused(String text) {
        assertEquals(text.isEmpty() ? "the text is not a JSON object" : "the text is not JSON", fault(text));
    }

    @Test
    void wholePairsOfSurrogatesAreText() throws WireException {
        assertEquals("\ud83d\ude00", Json.parse("{\"a\":\"\\ud83d\\ude00\"}").string("a"));
    }

    @Test
    void minusZeroIsNoInteger() throws WireException {
        Json json = Json.parse("{\"a\":-0,\"b\":[-0],\"c\":0,\"d\":-1}");
        assertThrows(WireException.class, () -> json.integer("a"));
        assertThrows(WireException.class, () -> json.i64("a"));
        assertThrows(WireException.class, () -> json.u8("a"));
        assertThrows(WireException.class, () -> json.bytes("b"));
        assertEquals(0, json.u8("c"));
        assertEquals(-1, json.i64("d"));
    }

    @Test
    void aFieldThatComesTwiceIsNamedIfItIsAskedForAndIgnoredIfNot() throws WireException {
        Json json = Json.parse("{\"type\":\"send\",\"odd\":1,\"odd\":2,\"a\":1,\"a\":1,\"a\":1}");
        assertEquals("send", json.string("type"));
        assertEquals("a is there twice", assertThrows(WireException.class, () -> json.i64("a")).getMessage());
        assertEquals("a is there twice", assertThrows(WireException.class, () -> json.u8OrNull("a")).getMessage());
        assertEquals("a is there twice", assertThrows(WireException.class, () -> json.boolOrFalse("a")).getMessage());
    }

    @Test
    void moreValuesOrLevelsThanAreReadAreRefused() {
        assertEquals("the text is not JSON", fault("{\"a\":[" + "{},".repeat(1_000_000) + "{}]}"));
        assertEquals("the text is not JSON", fault("{\"a\":" + "[".repeat(100_000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"f49f9982", "e9", "eda080", "c0af", "c3"})
    void aDocumentInAnotherEncodingIsRefused(String hex) {
        byte[] head = "{\"a\":\"".getBytes(StandardCharsets.US_ASCII);
        byte[] middle = HexFormat.of().parseHex(hex);
        byte[] document = Arrays.copyOf(head, head.length + middle.length + 2);
        System.arraycopy(middle, 0, document, head.length, middle.length);
        document[document.length - 2] = '"';
        document[document.length - 1] = '}';
        assertEquals("not UTF-8", assertThrows(JsonText.MalformedException.class,
                () -> JsonText.readDocument(document)).getMessage());
    }
}
