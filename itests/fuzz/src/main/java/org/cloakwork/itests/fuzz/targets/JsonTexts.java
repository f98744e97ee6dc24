package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.Json;
import org.cloakwork.wire.json.JsonText;

/** JSON, read as strictly as frames and as leniently as documents. */
public final class JsonTexts implements Target {

    /** What reads JSON for us, too. */
    static final List<String> INSTRUMENTED = List.of("org.cloakwork.**",
            "com.fasterxml.jackson.core.json.ReaderBasedJsonParser",
            "com.fasterxml.jackson.core.json.UTF8StreamJsonParser");

    @Override
    public String name() {
        return "json";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.all(List.of(Seeds.texts("gateway.json", "text"), Seeds.texts("websocket_requests.json", "text"),
                Seeds.of("{\"a\":[1,-2.5e3,true,null,{\"b\":\"\\u00e9\\ud83d\\ude00\"}]}", "{\"a\":1,\"a\":2}",
                        "{} {}", "[[[[]]]]", "{\"n\":123456789012345678901234567890}", "{\"n\":1e400}", "")));
    }

    @Override
    public List<String> words() {
        return List.of("\\u", "\\ud800", "\\udc00", "null", "true", "false", "1e999", "-0", "{\"a\":", "[[");
    }

    @Override
    public List<String> instrumented() {
        return JsonTexts.INSTRUMENTED;
    }

    @Override
    public void check(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            String written = Json.parse(text).toString();
            requireSame(written, Json.parse(written).toString());
        } catch (WireException e) {
            require(e.getMessage().length() <= 200, "an error shows the text");
        }
        JsonNode document;
        try {
            document = JsonText.readDocument(input);
        } catch (JsonText.MalformedException e) {
            return;
        }
        if (document == null || document.isMissingNode()) {
            return;
        }
        try {
            byte[] written = JsonText.writeDocument(document);
            requireSame(written, JsonText.writeDocument(JsonText.readDocument(written)));
            String canonical = JsonText.canonical(document);
            // Half a surrogate pair has no UTF-8.
            byte[] utf8 = canonical.getBytes(StandardCharsets.UTF_8);
            if (new String(utf8, StandardCharsets.UTF_8).equals(canonical)) {
                requireSame(canonical, JsonText.canonical(JsonText.readDocument(utf8)));
            }
        } catch (JsonText.MalformedException e) {
            throw new AssertionError("what is written cannot be read", e);
        }
    }
}
