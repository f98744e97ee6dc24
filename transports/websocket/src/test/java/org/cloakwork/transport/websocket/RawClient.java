package org.cloakwork.transport.websocket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.transport.Net;

/** A client of websockets that writes its bytes by hand. */
final class RawClient {

    private RawClient() {
    }

    /** A socket that finished the HTTP upgrade by hand. */
    static Socket upgraded(InetSocketAddress address, String... headers) throws IOException {
        Socket socket = Net.socket(address);
        socket.getOutputStream().write(upgradeRequest(headers).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    static String upgradeRequest(String... headers) {
        return "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                + Stream.of(headers).map(header -> header + "\r\n").collect(Collectors.joining()) + "\r\n";
    }

    /** Reads to the end of the stream; a reset counts as an end. */
    static byte[] rest(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the peer did not close", e);
        } catch (IOException reset) {
            return new byte[0];
        }
    }

    /** A websocket frame of a client, masked with zeros. */
    static byte[] frame(int firstByte, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
        frame.put((byte) firstByte);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(0).put(payload);
        return Arrays.copyOf(frame.array(), frame.position());
    }
}
