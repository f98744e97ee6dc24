package org.cloakwork.frontend.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageReaderTest {

    /** Gives so many bytes at a time. */
    private static InputStream slowly(String text, int atOnce) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)) {

            @Override
            public int read(byte[] bytes) {
                return read(bytes, 0, Math.min(atOnce, bytes.length));
            }
        };
    }

    private static String content(MessageReader reader) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Optional<byte[]> piece = reader.content(); piece.isPresent(); piece = reader.content()) {
            text.append(new String(piece.get(), StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 10_000})
    void messagesComeOutHoweverTheBytesCome(int atOnce) throws IOException {
        MessageReader reader = MessageReader.ofRequests(slowly("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"
                + "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                + "PUT http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n"
                + "X-T: 1\r\n\r\nGET http://b/ HTTP/1.1\r\nHost: b\r\n\r\n", atOnce));
        assertEquals("GET", reader.next(false).orElseThrow().method());
        assertEquals("", content(reader));
        assertEquals("POST", reader.next(false).orElseThrow().method());
        assertEquals(3, reader.contentLength());
        assertEquals("abc", content(reader));
        assertEquals("PUT", reader.next(false).orElseThrow().method());
        assertTrue(reader.isChunked());
        assertEquals("def", content(reader));
        assertEquals("1", reader.trailers().get("X-T"));
        assertEquals("http://b/", reader.next(false).orElseThrow().target());
        assertEquals("", content(reader));
        assertEquals(Optional.empty(), reader.next(false));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 10_000})
    void answersEndAsTheyAre(int atOnce) throws IOException {
        MessageReader reader = MessageReader.ofResponses(slowly("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                + "HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 200 OK\r\n\r\nto the end", atOnce));
        assertEquals(200, reader.next(true).orElseThrow().status());
        assertEquals("", content(reader));
        assertEquals(304, reader.next(false).orElseThrow().status());
        assertEquals("", content(reader));
        assertEquals(200, reader.next(false).orElseThrow().status());
        assertTrue(reader.contentLength() < 0);
        assertEquals("to the end", content(reader));
    }

    @Test
    void whatIsCutIsNotWhole() throws IOException {
        MessageReader reader = MessageReader.ofResponses(slowly("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", 9));
        reader.next(false);
        assertThrows(EOFException.class, () -> content(reader));
        MessageReader chunks = MessageReader.ofResponses(
                slowly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", 9));
        chunks.next(false);
        assertThrows(EOFException.class, () -> content(chunks));
        assertThrows(IOException.class, () -> MessageReader.ofResponses(slowly("HTTP/1.1 200", 9)).next(false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NONSENSE\r\n\r\n", "GET http://a/ HTTP/1.1\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", "GET http://a/ HTTP/9.1\r\n\r\n"})
    void whatCouldBeReadInTwoWaysIsRefused(String text) {
        assertThrows(MessageReader.BadMessageException.class, () ->
                MessageReader.ofRequests(slowly(text, 10_000)).next(false));
    }

    @Test
    void aHeadHasAnEnd() {
        String endless = "X: " + "y".repeat(70_000);
        assertThrows(MessageReader.BadMessageException.class, () ->
                MessageReader.ofRequests(slowly("GET http://a/ HTTP/1.1\r\nHost: a\r\n" + endless, 5000)).next(false));
        assertThrows(MessageReader.BadMessageException.class, () ->
                MessageReader.ofResponses(slowly("HTTP/1.1 200 OK\r\n" + endless, 5000)).next(false));
        assertThrows(MessageReader.BadMessageException.class, () ->
                MessageReader.ofRequests(slowly("GET http://" + "a".repeat(70_000), 5000)).next(false));
    }

    @Test
    void noiseIsRefusedAndNothingElse() {
        Random random = new Random(17);
        String alphabet = "GET http://a/ HTTP/1.1\r\n: Content-Length 0123456789abcdef\r\n\r\n"
                + "Transfer-Encoding: chunked";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(i % 2 == 0 ? "GET http://a/ HTTP/1.1\r\nHost: a\r\n"
                    : "HTTP/1.1 200 OK\r\n");
            for (int length = random.nextInt(60); length > 0; length--) {
                text.append(random.nextInt(10) == 0 ? (char) random.nextInt(256)
                        : alphabet.charAt(random.nextInt(alphabet.length())));
            }
            InputStream in = slowly(text.toString(), 1 + random.nextInt(20));
            MessageReader reader = i % 2 == 0 ? MessageReader.ofRequests(in) : MessageReader.ofResponses(in);
            try {
                while (reader.next(false).isPresent()) {
                    content(reader);
                }
            } catch (IOException e) {
                // refused, or it ended too early
            }
        }
    }
}
