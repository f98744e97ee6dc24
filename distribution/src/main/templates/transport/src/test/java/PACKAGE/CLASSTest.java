package @package@;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.junit.jupiter.api.Test;

class @class@Test {

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private final GatewayLink.Handler handler = new GatewayLink.Handler() {
        @Override
        public void opened() {
            told.add("opened");
        }

        @Override
        public void text(String text) {
            told.add("text " + text);
        }

        @Override
        public void binary(byte[] binary) {
            told.add("binary " + binary.length);
        }

        @Override
        public void closed(String reason) {
            told.add("closed");
        }
    };

    @Test
    void framesComeBackFromAnEcho() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
             @class@ transport = new @class@(Map.of())) {
            Thread.ofVirtual().start(() -> echo(server));
            GatewayLink link = transport.connect(endpoint(server.getLocalPort()), handler);
            assertEquals("opened", told.poll(30, TimeUnit.SECONDS));
            link.send("hello");
            assertEquals("text hello", told.poll(30, TimeUnit.SECONDS));
            link.send(new byte[100]);
            assertEquals("binary 100", told.poll(30, TimeUnit.SECONDS));
            link.close();
            assertEquals("closed", told.poll(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void whoIsNotThereIsReported() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        try (@class@ transport = new @class@(Map.of())) {
            transport.connect(endpoint(port), handler);
            assertEquals("closed", told.poll(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void wrongValuesAreNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new @class@(Map.of("connect-timeout-millis", "soon")));
        assertTrue(e.getMessage().startsWith("transport @name@: connect-timeout-millis: "), e.getMessage());
    }

    private static GatewayEndpoint endpoint(int port) {
        return new GatewayEndpoint(new IdentityKey(new byte[IdentityKey.LENGTH]),
                List.of(URI.create("ws://127.0.0.1:" + port)));
    }

    /** As much of a websocket server (RFC 6455) as short frames need. */
    private static void echo(ServerSocket server) {
        try (Socket socket = server.accept()) {
            BufferedReader request = new BufferedReader(new InputStreamReader(socket.getInputStream(),
                    StandardCharsets.US_ASCII));
            String key = null;
            for (String line = request.readLine(); !line.isEmpty(); line = request.readLine()) {
                if (line.toLowerCase().startsWith("sec-websocket-key:")) {
                    key = line.substring(line.indexOf(':') + 1).strip();
                }
            }
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            OutputStream out = socket.getOutputStream();
            out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                    + "Upgrade\r\nSec-WebSocket-Accept: "
                    + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int type = in.readUnsignedByte();
                byte[] frame = new byte[in.readUnsignedByte() & 0x7f];
                byte[] mask = in.readNBytes(4);
                in.readFully(frame);
                for (int i = 0; i < frame.length; i++) {
                    frame[i] ^= mask[i % 4];
                }
                out.write(type);
                out.write(frame.length);
                out.write(frame);
            }
        } catch (Exception e) {
            // the link has ended
        }
    }
}
