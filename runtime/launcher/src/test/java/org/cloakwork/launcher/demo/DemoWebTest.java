package org.cloakwork.launcher.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoWebTest {

    @TempDir
    Path folder;
    private DemoWeb web;

    @BeforeEach
    void start() throws Exception {
        Path page = Files.createDirectory(folder.resolve("web"));
        Files.writeString(page.resolve("index.html"), "<p>here");
        Files.createDirectory(page.resolve("cloakwork"));
        Files.write(page.resolve("cloakwork/engine.wasm"), new byte[] {0, 1});
        Files.writeString(page.resolve("notes.txt"), "not for pages");
        Files.writeString(folder.resolve("secret.html"), "secret");
        IdentityKey key = IdentityKey.parse("4uAMi7kV5QVKbRbG5ZbyQxVDhuPLcrsUnBzYBv1sT5gB");
        MixnetAddress exit = MixnetAddress.parse(key + "." + key + "@" + key);
        web = new DemoWeb(page, 0, URI.create("http://127.0.0.1:1/"), exit, URI.create("http://127.0.0.1:2/"));
    }

    @AfterEach
    void stop() {
        web.close();
    }

    /** {@return the answer as it came} */
    private String ask(String line, String host) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", web.address().getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((line + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private String ask(String line) throws Exception {
        return ask(line, web.address().getAuthority());
    }

    @Test
    void thePageComesWithItsPolicy() throws Exception {
        String answer = ask("GET /");
        assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
        assertTrue(answer.endsWith("<p>here"), answer);
        assertTrue(answer.contains("script-src 'self' 'wasm-unsafe-eval';"), answer);
        assertTrue(answer.contains("default-src 'none';"), answer);
        assertFalse(answer.contains("'unsafe-eval'"), answer);
        assertTrue(ask("GET /cloakwork/engine.wasm").toLowerCase().contains("content-type: application/wasm"));
    }

    @Test
    void itSaysWhereTheNetworkIs() throws Exception {
        String answer = ask("GET /network.json");
        assertTrue(answer.contains("{\"directory\":\"http://127.0.0.1:1/\",\"exit\":\"4uAMi7"), answer);
        assertTrue(answer.contains("\"page\":\"http://127.0.0.1:2/\"}"), answer);
    }

    @Test
    void nothingElseIsThere() throws Exception {
        for (String path : List.of("/../secret.html", "/%2e%2e/secret.html", "/cloakwork/..%2f..%2fsecret.html",
                "//secret.html", "/notes.txt", "/missing.js", "/cloakwork/")) {
            String answer = ask("GET " + path);
            assertFalse(answer.contains("secret") && answer.startsWith("HTTP/1.1 200"), path + ": " + answer);
            assertTrue(answer.startsWith("HTTP/1.1 404") || answer.startsWith("HTTP/1.1 400"), path + ": " + answer);
        }
        assertTrue(ask("POST /").startsWith("HTTP/1.1 405"));
    }

    @Test
    void anotherNameForThisMachineIsAnotherSites() throws Exception {
        String answer = ask("GET /network.json", "evil.example:" + web.address().getPort());
        assertTrue(answer.startsWith("HTTP/1.1 421"), answer);
        assertEquals(-1, answer.indexOf("directory"));
    }
}
