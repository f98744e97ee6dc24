package org.cloakwork.launcher.demo;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page on this machine to fetch through the mixnet: text and a picture, {@code /16MiB} and other sizes, their
 * {@code .sha256}, and {@code /upload}, which tells length and SHA-256 of what is posted to it.
 */
final class DemoPage implements AutoCloseable {

    private static final Pattern SIZE = Pattern.compile("/([1-9][0-9]{0,3})MiB(\\.sha256)?");
    private static final int MIB = 1 << 20;

    private final LoopbackServer server;

    DemoPage(int port) throws IOException {
        server = new LoopbackServer(port, "demo-page", this::answer);
        server.start();
    }

    URI address() {
        return server.address();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            Matcher size = SIZE.matcher(path);
            switch (path) {
                case "/" -> send(exchange, 200, "text/html; charset=utf-8", file("demo-page.html"));
                case "/picture.svg" -> send(exchange, 200, "image/svg+xml", file("demo-picture.svg"));
                case "/upload" -> {
                    MessageDigest digest = sha256();
                    long length = 0;
                    byte[] buffer = new byte[64 * 1024];
                    InputStream in = exchange.getRequestBody();
                    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                        digest.update(buffer, 0, count);
                        length += count;
                    }
                    send(exchange, 200, "text/plain", text(length + " bytes, SHA-256 " + hex(digest)));
                }
                default -> {
                    if (!size.matches()) {
                        send(exchange, 404, "text/plain",
                                text("There is /, /1MiB to /9999MiB, their .sha256, /upload."));
                    } else if (size.group(2) == null) {
                        made(exchange, Integer.parseInt(size.group(1)));
                    } else {
                        MessageDigest digest = sha256();
                        for (int i = 0; i < Integer.parseInt(size.group(1)); i++) {
                            digest.update(mebibyte(i));
                        }
                        send(exchange, 200, "text/plain", text(hex(digest)));
                    }
                }
            }
        }
    }

    private static void made(HttpExchange exchange, int mebibytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        exchange.sendResponseHeaders(200, (long) mebibytes * MIB);
        OutputStream out = exchange.getResponseBody();
        for (int i = 0; i < mebibytes; i++) {
            out.write(mebibyte(i));
        }
    }

    /** Each is another one, and the same every time. */
    private static byte[] mebibyte(int number) {
        byte[] bytes = new byte[MIB];
        for (int i = 0; i < MIB; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8) * 7 + number);
        }
        return bytes;
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = DemoPage.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static byte[] text(String line) {
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() {
        server.close();
    }
}
