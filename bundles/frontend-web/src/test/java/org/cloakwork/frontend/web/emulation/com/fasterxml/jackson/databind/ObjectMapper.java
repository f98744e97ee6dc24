package org.cloakwork.frontend.web.emulation.com.fasterxml.jackson.databind;

import java.io.IOException;
import java.io.InputStream;
import org.cloakwork.frontend.web.emulation.org.cloakwork.wire.json.JsonText;

/** Reads files of vectors. */
public class ObjectMapper {

    public JsonNode readTree(InputStream in) throws IOException {
        try {
            return JsonText.readDocument(in.readAllBytes());
        } catch (JsonText.MalformedException e) {
            throw new IOException(e);
        }
    }

    public JsonNode readTree(String text) throws IOException {
        try {
            return JsonText.readDocument(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (JsonText.MalformedException e) {
            throw new IOException(e);
        }
    }
}
