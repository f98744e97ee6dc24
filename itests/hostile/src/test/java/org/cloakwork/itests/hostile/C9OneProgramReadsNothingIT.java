package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.websocket.WebSocketFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.websocket.ApiRequest;
import org.cloakwork.wire.websocket.ApiResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A mistake: one of three websocket programs reads nothing, and comes back. */
@Timeout(300)
class C9OneProgramReadsNothingIT {

    private static final int MESSAGE_BYTES = 128 * 1024;
    private static final int MOST_MESSAGES = 200;
    private static final String DROPPED = "websocket.dropped.unread";
    private static final Logger SESSIONS = Logger.getLogger("org.cloakwork.frontend.websocket.Session");

    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    /** One that reads. */
    private static final class Reader implements WebSocket.Listener, AutoCloseable {

        private final LinkedBlockingQueue<ApiResponse> told = new LinkedBlockingQueue<>();
        private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
        private final WebSocket socket;

        Reader(HttpClient http, URI uri) throws Exception {
            socket = http.newWebSocketBuilder().buildAsync(uri, this).get(1, TimeUnit.MINUTES);
            socket.sendBinary(ByteBuffer.wrap(new ApiRequest.SelfAddress().toBytes()), true).get(1, TimeUnit.MINUTES);
            assertTrue(next() instanceof ApiResponse.SelfAddress);
        }

        ApiResponse next() throws InterruptedException {
            return told.poll(HostilePeer.PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            parts.writeBytes(part);
            if (last) {
                try {
                    told.add(ApiResponse.parse(parts.toByteArray()));
                } catch (org.cloakwork.wire.WireException e) {
                    throw new IllegalStateException(e);
                }
                parts.reset();
            }
            from.request(1);
            return null;
        }

        @Override
        public void close() {
            socket.abort();
        }
    }

    /** {@return a program whose port is known, that asks for its address and reads nothing but the handshake} */
    private static Line deaf(Socket socket, URI door) throws Exception {
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), door.getPort()));
        Line line = new Line(socket);
        line.askForWebSocket();
        byte[] question = new ApiRequest.SelfAddress().toBytes();
        line.sayFrameHeader(0x82, question.length, true);
        line.say(question);
        return line;
    }

    @Test
    void theOthersGetEverythingAtOnceAndALineNamesIt() throws Exception {
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord said) {
                lines.add(new java.util.logging.SimpleFormatter().formatMessage(said));
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        SESSIONS.addHandler(handler);
        try (LocalNetwork network = LocalNetwork.builder().start();
             HttpClient http = HttpClient.newHttpClient();
             HostilePeer sender = new HostilePeer(network.topology(), 0);
             MixnetClient client = MixnetClient.builder().network(network).start()) {
            client.awaitReady(Duration.ofMinutes(1));
            FrontEnd frontEnd = new WebSocketFrontEnd(Map.of("port", "0", "maximum-backlog-bytes",
                    "" + 4 * MESSAGE_BYTES));
            try (FrontEnd.Serving door = frontEnd.serve(client, Map.of());
                 Reader one = new Reader(http, door.addresses().getFirst());
                 Reader other = new Reader(http, door.addresses().getFirst())) {
                for (int time = 1; time <= 2; time++) {
                    long before = door.counters().get(DROPPED);
                    try (Socket socket = new Socket(); Line deaf = deaf(socket, door.addresses().getFirst())) {
                        long slowest = 0;
                        int sent = 0;
                        while (door.counters().get(DROPPED) == before) {
                            assertTrue(sent < MOST_MESSAGES, "it is never cut off");
                            sender.to(client.address(), new NymMessage.Plain(new byte[MESSAGE_BYTES]));
                            Waiting.awaitCounter(client, "messages.received", ++sent);
                            long start = System.nanoTime();
                            for (Reader reader : List.of(one, other)) {
                                ApiResponse.Received message = (ApiResponse.Received) reader.next();
                                assertNotNull(message, "nothing came");
                                assertEquals(MESSAGE_BYTES, message.message().length);
                            }
                            slowest = Math.max(slowest, System.nanoTime() - start);
                        }
                        String line = lines.poll(HostilePeer.PATIENCE_SECONDS, TimeUnit.SECONDS);
                        assertNotNull(line, "no line");
                        assertTrue(line.startsWith("the program at port " + socket.getLocalPort()
                                + " is cut off: it does not read what the others do"), line);
                        deaf.awaitEnd();
                        System.out.println("C9 time " + time + ": cut off after " + sent + " messages of "
                                + MESSAGE_BYTES + " bytes; the slowest reached both others "
                                + slowest / 1_000_000 + " ms after it had come");
                        assertTrue(slowest < TimeUnit.SECONDS.toNanos(20), "held up");
                    }
                }
            }
        } finally {
            SESSIONS.removeHandler(handler);
        }
    }
}
