package org.cloakwork.itests.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * One connection on which a hostile peer says whatever it likes, byte for byte, and counts what the other side takes.
 */
final class Line implements AutoCloseable {

    private static final int SEND_BUFFER_BYTES = 16 << 10;
    private static final String HEAD_END = "\r\n\r\n";

    private final Socket socket;
    private long takenBytes;
    private boolean ended;

    Line(Socket socket) throws IOException {
        this.socket = socket;
        // What waits in the kernel here was not taken by anybody.
        socket.setSendBufferSize(SEND_BUFFER_BYTES);
    }

    /** {@return everything up to the end of an HTTP header} */
    String readHead() throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith(HEAD_END)) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the header ends after " + head.size() + " bytes");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** Answers the request for a websocket as it should be answered. */
    String acceptWebSocket() throws IOException {
        String head = readHead();
        String key = head.lines().filter(line -> line.regionMatches(true, 0, "sec-websocket-key:", 0, 18))
                .findFirst().orElseThrow().substring(18).strip();
        say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
                + acceptOf(key) + HEAD_END);
        return head;
    }

    private static String acceptOf(String key) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Becomes a websocket's client. */
    void askForWebSocket() throws IOException {
        say("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
                + "13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==" + HEAD_END);
        String answer = readHead();
        if (!answer.startsWith("HTTP/1.1 101 ")) {
            throw new IOException("no websocket: " + answer);
        }
    }

    void say(String text) {
        say(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void say(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            takenBytes += bytes.length;
        } catch (IOException end) {
            ended = true;
        }
    }

    /**
     * The header of a frame, RFC 6455, 5.2.
     *
     * @param first  FIN and opcode
     * @param masked as a client has to; with a mask of zeros
     */
    void sayFrameHeader(int first, long length, boolean masked) {
        ByteBuffer header = ByteBuffer.allocate(14).put((byte) first).put((byte) (127 | (masked ? 0x80 : 0)))
                .putLong(length);
        if (masked) {
            header.putInt(0);
        }
        byte[] bytes = new byte[header.position()];
        header.flip().get(bytes);
        say(bytes);
    }

    /** Repeats itself until the other side ends the connection, or has taken so much. */
    void flood(byte[] piece, long mostBytes) {
        while (!ended && takenBytes < mostBytes) {
            say(piece);
        }
    }

    /** {@return what the other side has taken, what waits in its kernel included} */
    long takenBytes() {
        return takenBytes;
    }

    /** {@return whether the other side ended the connection while there was more to say} */
    boolean ended() {
        return ended;
    }

    /** Waits for the other side to end the connection, whatever it says before. */
    void awaitEnd() {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException reset) {
            ended = true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
