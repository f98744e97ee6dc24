package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.cloakwork.itests.fuzz.Hidden;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;

/** HTTP as directories answer it: the only HTTP that is read by code of ours. */
public final class HttpAnswers implements Target {

    private static final String GET = "org.cloakwork.directory.HttpGet";
    private static final MethodHandle MAKE = Hidden.constructor(GET, 3);
    private static final MethodHandle REDIRECT = Hidden.method(GET, "redirect", 1);
    private static final MethodHandle STATUS = Hidden.method(GET, "status", 0);
    private static final MethodHandle BODY = Hidden.method(GET, "body", 0);
    private static final URI ASKED = URI.create("http://directory.example/api/v1");
    private static final int MOST_READ = 64 * 1024;

    /** Says one thing, whatever it hears. */
    private static final class Answering extends Socket {

        private final byte[] answer;

        Answering(byte[] answer) {
            this.answer = answer;
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(answer);
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Stream.concat(Seeds.of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                "HTTP/1.1 100 Continue\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\n\r\n",
                "HTTP/1.0 404 no\nA:b\nA: c\n\nrest", "HTTP/1.1 204 \r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: /elsewhere?a=b\r\n\r\n",
                "HTTP/1.1 308 x\r\nLocation: https://other.example:8443/\r\n\r\n",
                "HTTP/1.1 301 x\r\nlocation: //[2001:db8::1]:80\r\n\r\n"), compressed());
    }

    private static Stream<byte[]> compressed() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        try (OutputStream out = new GZIPOutputStream(all)) {
            out.write("{\"a\":1}".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return Stream.of(all.toByteArray());
    }

    @Override
    public List<String> words() {
        return List.of("HTTP/1.1 ", "HTTP/1.1 302 \r\n", "Location: ", "Content-Length: ", "Transfer-Encoding: chunked",
                "Content-Encoding: gzip", "Content-Encoding: deflate", "\r\n\r\n", "http://", "https://", "FFFFFFFF",
                ":99999", "@", "http:");
    }

    @Override
    public void check(byte[] input) throws Exception {
        try {
            Object answer = Hidden.call(MAKE, new Answering(input), ASKED, Optional.empty());
            int status = (int) Hidden.call(STATUS, answer);
            require(status >= 200 && status < 600 || status == 101, "status " + status);
            Optional<?> to = (Optional<?>) Hidden.call(REDIRECT, answer, ASKED);
            if (to.isPresent()) {
                URI next = (URI) to.get();
                require(next.getHost() != null && next.getPort() <= 0xffff && next.getRawUserInfo() == null
                        && next.getScheme().matches("(?i)https?"), "followed to " + next);
            }
            try (InputStream body = (InputStream) Hidden.call(BODY, answer)) {
                body.readNBytes(MOST_READ);
            }
        } catch (IOException e) {
            require(String.valueOf(e.getMessage()).length() <= 200, "shown is: " + e.getMessage());
        }
    }
}
