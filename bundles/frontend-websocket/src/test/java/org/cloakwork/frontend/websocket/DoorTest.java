package org.cloakwork.frontend.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.wire.websocket.ApiRequest;
import org.cloakwork.wire.websocket.ApiResponse;
import org.cloakwork.wire.websocket.ExtensionRequest;
import org.cloakwork.wire.websocket.ExtensionResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One port, many programs, good and bad ones. */
class DoorTest {

    private static final String ADDRESS = "7DMrnWxd7zTegV3wVAdt9TtxR27ZWzRUwW3JxRBAZK5G"
            + ".WNkvZSpXnoLRccHTq966CoZaLBsebfSBz9JnsdgszWf@DhynwDETYPhqoKvdJwJoVnDXYQ87ahg5L31cQ1eRzgBn";
    private static final String SEND = "{\"type\":\"send\",\"message\":\"hi\",\"recipient\":\"" + ADDRESS + "\"}";
    private static final String SELF = "{\"type\":\"selfAddress\"}";
    private static final String NEVER = "3600000";
    private static final int MIB = 1 << 20;

    private final RecordingClient client = new RecordingClient(MixnetAddress.parse(ADDRESS));
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(client));
    private Door door;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    private void open(String... keysAndValues) throws IOException {
        Map<String, String> settings = new HashMap<>(Map.of("port", "0"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        door = (Door) new WebSocketFrontEnd(Map.of()).serve(client, settings);
        opened.add(door);
    }

    private URI uri() {
        return door.addresses().getFirst();
    }

    private Program program(String... subprotocol) {
        Program program = new Program(uri(), subprotocol);
        opened.add(program);
        return program;
    }

    private Program extended() {
        Program program = program(ExtensionRequest.SUBPROTOCOL);
        assertEquals(ExtensionRequest.SUBPROTOCOL, program.socket.getSubprotocol());
        return program;
    }

    private RecordingClient.Sent sent() throws InterruptedException {
        RecordingClient.Sent sent = client.sent.poll(30, TimeUnit.SECONDS);
        assertNotNull(sent, "nothing was sent");
        return sent;
    }

    private void deliver(String text) {
        client.deliver(new ReceivedMessage(text.getBytes(StandardCharsets.UTF_8), Optional.empty()));
    }

    private static String received(String text) {
        return "{\"type\":\"received\",\"message\":\"" + text + "\",\"senderTag\":null}";
    }

    private void speak(Program program) throws InterruptedException {
        program.say(SELF);
        assertEquals("{\"type\":\"selfAddress\",\"address\":\"" + ADDRESS + "\"}", program.text());
    }

    private Socket socket() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri().getPort());
        socket.setSoTimeout(30_000);
        opened.add(socket);
        return socket;
    }

    private Socket upgraded() throws IOException {
        Socket socket = socket();
        socket.getOutputStream()
                .write(("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) socket.getInputStream().read());
        }
        assertTrue(head.toString().startsWith("HTTP/1.1 101 "), head.toString());
        return socket;
    }

    private static void await(BooleanSupplier fact) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!fact.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not within 30 s");
            Thread.sleep(5);
        }
    }

    // ------------------------------------------------------------------ what is spoken

    @Test
    void messagesWaitForTheFirstWordAndTakeItsForm() throws Exception {
        open("silence-millis", NEVER);
        deliver("one");
        Program program = program();
        program.assertNothing(200);
        program.say(SELF);
        assertTrue(program.text().contains(ADDRESS));
        assertEquals(received("one"), program.text());
        deliver("two");
        assertEquals(received("two"), program.text());
        program.say(new ApiRequest.SelfAddress().toBytes());
        program.binary();
        deliver("three");
        assertArrayEquals(new ApiResponse.Received(Optional.empty(), "three".getBytes(StandardCharsets.UTF_8))
                .toBytes(), program.binary());
    }

    @Test
    void aProgramThatOnlyListensGetsBinary() throws Exception {
        open("silence-millis", "50");
        Program program = program();
        deliver("one");
        assertArrayEquals(new ApiResponse.Received(Optional.empty(), "one".getBytes(StandardCharsets.UTF_8)).toBytes(),
                program.binary());
    }

    @Test
    void theAddressIsAnsweredOnceItIsKnown() throws Exception {
        client.address = null;
        open();
        Program program = program();
        program.say(SELF);
        program.say(SEND);
        program.assertNothing(200);
        assertNull(client.sent.poll());
        client.know(MixnetAddress.parse(ADDRESS));
        assertTrue(program.text().contains(ADDRESS));
        sent();
    }

    @Test
    void whatCannotBeSentByAnybodyIsAnsweredAndWhatIsNotDeliveredIsNot() throws Exception {
        open();
        Program program = program();
        program.say(SEND);
        sent().fail(FailureReason.UNKNOWN_GATEWAY);
        program.say(SEND);
        sent().fail(FailureReason.MESSAGE_SIZE);
        assertEquals("{\"type\":\"error\",\"message\":\"malformed request:as the test says\"}", program.text());
        speak(program);
    }

    // ------------------------------------------------------------------ many

    @Test
    void sessionsHaveLanesOfTheirOwnAndAllGetWhatArrives() throws Exception {
        open();
        List<Program> programs = new ArrayList<>();
        Set<Long> lanes = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            Program program = program();
            programs.add(program);
            program.say(SEND);
            lanes.add(sent().lane());
            for (int connection = 0; connection < 3; connection++) {
                program.say(SEND.replace("}", ",\"connectionId\":" + connection + "}"));
                assertEquals("{\"type\":\"laneQueueLength\",\"lane\":" + connection + ",\"queue_length\":0}",
                        program.text());
                lanes.add(sent().lane());
            }
        }
        assertEquals(20, lanes.size(), "lanes collide");
        programs.get(1).say(new ApiRequest.ClosedConnection(2).toBytes());
        assertTrue(lanes.contains(client.closedLanes.poll(30, TimeUnit.SECONDS)));
        programs.get(1).say(SELF);
        programs.get(1).text();
        deliver("all");
        for (Program program : programs) {
            assertEquals(received("all"), program.text());
        }
    }

    @Test
    void moreConnectionsThanAllowedAreClosedAtOnce() throws Exception {
        open("maximum-connections", "2");
        Program first = program();
        Socket second = upgraded();
        Socket third = socket();
        assertEquals(-1, third.getInputStream().read());
        speak(first);
        second.close();
        await(() -> {
            try {
                program();
                return true;
            } catch (CompletionException stillThere) {
                return false;
            }
        });
    }

    // ------------------------------------------------------------------ what waits

    @Test
    void whatWasNotWrittenGoesToTheNextProgram() throws Exception {
        open("maximum-backlog-bytes", "1024");
        Program deaf = new Program(uri(), true);
        opened.add(deaf);
        deaf.say(SELF);
        int count = 48;
        for (int i = 0; i < count; i++) {
            byte[] message = new byte[MIB];
            message[0] = (byte) i;
            client.deliver(new ReceivedMessage(message, Optional.of(new SenderTag(new byte[16]))));
            if (i == 0) {
                // Until it is being written, so that the rest waits behind it.
                await(() -> client.waitingBytes() == 0);
            }
        }
        assertTrue(client.waitingBytes() > 32L * MIB, "messages wait in the client: " + client.waitingBytes());
        deaf.close();
        Program next = program();
        next.say(new ApiRequest.SelfAddress().toBytes());
        Set<Byte> seen = new HashSet<>();
        next.binary();
        // What the kernel had taken for the first one is lost with it.
        byte last = -1;
        while (last != count - 1) {
            ApiResponse.Received received =
                    assertInstanceOf(ApiResponse.Received.class, ApiResponse.parse(next.binary()));
            last = received.message()[0];
            assertTrue(seen.add(last), "twice: " + last);
        }
        assertTrue(seen.size() > count - 16, seen.size() + " of " + count);
    }

    @Test
    void whoReadsNothingHoldsNobodyUpHoweverOftenItComes() throws Exception {
        open("maximum-backlog-bytes", "" + 4 * MIB);
        List<Program> readers = List.of(program(), program());
        for (Program reader : readers) {
            reader.say(new ApiRequest.SelfAddress().toBytes());
            reader.binary();
        }
        int count = 0;
        for (int time = 1; time <= 3; time++) {
            Program deaf = new Program(uri(), true);
            opened.add(deaf);
            deaf.say(SELF);
            await(() -> door.sessionCount() == 3);
            for (int i = 0; i < 40; i++) {
                byte[] message = new byte[MIB];
                message[0] = (byte) count;
                client.deliver(new ReceivedMessage(message, Optional.empty()));
                for (Program reader : readers) {
                    ApiResponse.Received received =
                            assertInstanceOf(ApiResponse.Received.class, ApiResponse.parse(reader.binary()));
                    assertEquals((byte) count, received.message()[0]);
                }
                count++;
            }
            await(() -> door.sessionCount() == 2);
            assertTrue(door.counters().get("websocket.dropped.unread") >= 7L * time, door.counters()::toString);
        }
        assertEquals(0, client.waitingBytes());
    }

    @Test
    void aFullOutboxStopsReadingUntilThereIsRoom() throws Exception {
        open();
        Program program = program();
        speak(program);
        client.full = true;
        program.say(SEND);
        program.say(SELF);
        program.assertNothing(300);
        client.full = false;
        assertTrue(program.text().contains(ADDRESS));
        sent();
        await(() -> door.incomingBytes() == 0);
    }

    @Test
    void nothingMoreIsReadWhileTooMuchHasNotEnded() throws Exception {
        open("maximum-outgoing-bytes", "6000");
        Program program = program();
        for (int i = 0; i < 6; i++) {
            program.say(SEND);
        }
        List<RecordingClient.Sent> first = List.of(sent(), sent(), sent());
        assertNull(client.sent.poll(200, TimeUnit.MILLISECONDS));
        first.getFirst().acknowledge();
        first.getLast().fail(FailureReason.DEADLINE);
        sent();
        sent();
        assertNull(client.sent.poll(200, TimeUnit.MILLISECONDS));
        Program other = program();
        other.say(SEND);
        sent();
    }

    // ------------------------------------------------------------------ harm

    @Test
    void aFrameOfOneGibibyteHarmsNobody() throws Exception {
        open();
        Program good = program();
        Socket bad = upgraded();
        OutputStream out = bad.getOutputStream();
        out.write(ByteBuffer.allocate(14).put((byte) 0x82).put((byte) 0xff).putLong(1L << 30).putInt(0).array());
        byte[] chunk = new byte[MIB];
        int written = 0;
        boolean ended = false;
        while (!ended && written < 1 << 30) {
            try {
                out.write(chunk);
                written += chunk.length;
            } catch (IOException cut) {
                ended = true;
            }
        }
        assertTrue(ended, "all of it was taken");
        assertTrue(written < 128 * MIB, written + " bytes were taken");
        speak(good);
        await(() -> door.incomingBytes() == 0);
    }

    @Test
    void aRequestThatIsTooLongIsAnsweredByClosing() throws Exception {
        open("maximum-message-bytes", "1024");
        Program program = program();
        program.say("x".repeat(1025));
        assertEquals(1009, program.end().status());
    }

    @Test
    void tooMuchAtATimeFromAllTogetherIsRefused() throws Exception {
        open("maximum-message-bytes", "100000", "maximum-incoming-bytes", "150000");
        Program first = program();
        first.socket.sendBinary(ByteBuffer.allocate(90_000), false).join();
        await(() -> door.incomingBytes() == 90_000);
        Program second = program();
        // Too much by so little that nothing is left unread: the system would drop the close frame then.
        second.socket.sendBinary(ByteBuffer.allocate(61_000), false).join();
        assertEquals(1013, second.end().status());
        first.socket.sendBinary(ByteBuffer.allocate(0), true).join();
        assertInstanceOf(ApiResponse.Error.class, ApiResponse.parse(first.binary()));
        await(() -> door.incomingBytes() == 0);
    }

    @Test
    void halfHandshakesAndSilenceAreClosedInTime() throws Exception {
        open("handshake-timeout-millis", "300");
        Socket silent = socket();
        Socket half = socket();
        half.getOutputStream().write("GET / HTTP/1.1\r\nHost:".getBytes(StandardCharsets.US_ASCII));
        assertEquals(-1, silent.getInputStream().read());
        assertEquals(-1, half.getInputStream().read());
        speak(program());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000\u0001\u0002junk\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\u0016\u0003\u0001\u0002\u0000"})
    void whatIsNoWebsocketIsAnsweredOrClosed(String bytes) throws Exception {
        open("handshake-timeout-millis", "300");
        Socket socket = socket();
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        InputStream in = socket.getInputStream();
        byte[] answer = in.readAllBytes();
        if (bytes.startsWith("GET")) {
            assertTrue(new String(answer, StandardCharsets.US_ASCII).startsWith("HTTP/1.1 426 "));
        }
        speak(program());
    }

    @Test
    void unmaskedAndInvalidTextEndOnlyTheirOwnConnection() throws Exception {
        open();
        Program good = program();
        Socket unmasked = upgraded();
        unmasked.getOutputStream().write(new byte[] {(byte) 0x81, 2, 'h', 'i'});
        assertTrue(unmasked.getInputStream().readAllBytes().length > 0);
        Socket notUtf8 = upgraded();
        notUtf8.getOutputStream().write(new byte[] {(byte) 0x81, (byte) 0x81, 0, 0, 0, 0, (byte) 0xff});
        byte[] close = notUtf8.getInputStream().readNBytes(4);
        assertEquals(1007, ((close[2] & 0xff) << 8) + (close[3] & 0xff));
        speak(good);
    }

    // ------------------------------------------------------------------ who may

    private void assertRefused(int status, WebSocket.Builder builder, URI uri) {
        CompletionException refused = assertThrows(CompletionException.class,
                () -> builder.buildAsync(uri, new WebSocket.Listener() { }).join());
        WebSocketHandshakeException handshake =
                assertInstanceOf(WebSocketHandshakeException.class, refused.getCause());
        assertEquals(status, handshake.getResponse().statusCode());
    }

    private static WebSocket.Builder builder() {
        return HttpClient.newHttpClient().newWebSocketBuilder();
    }

    @Test
    void pagesAreTurnedAwayUnlessListed() throws Exception {
        open("allowed-origins", "https://app.example, null");
        String port = ":" + uri().getPort();
        for (String origin : List.of("https://evil.example", "http://evil.example" + port, "http://localhost",
                "https://app.example.evil", "HTTP://127.0.0.1" + port + ".evil")) {
            assertRefused(403, builder().header("Origin", origin), uri());
        }
        for (String origin : List.of("https://app.example", "null", "http://127.0.0.1" + port, "http://localhost"
                + port)) {
            builder().header("Origin", origin).buildAsync(uri(), new WebSocket.Listener() { }).join().abort();
        }
    }

    @Test
    void aPageThatIsTurnedAwayIsCounted() throws Exception {
        open();
        for (int i = 0; i < 3; i++) {
            assertRefused(403, builder().header("Origin", "https://evil.example"), uri());
        }
        assertEquals(3, door.counters().get("websocket.refused.origins"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"*|there is no \"any\"", "https://*.example.org|there is no \"any\"",
        "example.org|write https://example.org or http://example.org", "localhost:8080|http://localhost:8080",
        "https://example.org/|write https://example.org", "https://example.org/app|write https://example.org",
        "HTTPS://Example.org|write https://example.org", "https://example.org:443|write https://example.org",
        "http://[::1]:80|write http://[::1]", "https://a b|browsers", "https://u@example.org|browsers",
        "https://app.example,example.org|write https://example.org or http://example.org"})
    void originsThatNoPageHasAreRefusedAndSayWhatToWrite(String origins, String hint) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> open("allowed-origins", origins));
        String end = hint.startsWith("write https") && !hint.contains(" or ") ? ";" : "";
        assertTrue(e.getMessage().startsWith("front-end websocket: allowed-origins: ")
                && e.getMessage().contains(hint + end), e.getMessage());
    }

    @Test
    void originsAsBrowsersSendThemAreTaken() throws Exception {
        open("allowed-origins", "https://example.org, http://localhost:8080, http://[::1]:3000, null, "
                + "moz-extension://5f2c3f7a-07a5-4d33-9c0c-5c3a1a1f4d2e, http://127.0.0.1:81");
    }

    @Test
    void whereThereIsATokenItMustBeShown() throws Exception {
        String token = "correct horse battery staple";
        open("token", token);
        assertRefused(401, builder(), uri());
        assertRefused(401, builder().header("Authorization", "Bearer " + token + "x"), uri());
        assertRefused(401, builder(), URI.create(uri() + "/?token=wrong"));
        builder().header("Authorization", "Bearer " + token).buildAsync(uri(), new WebSocket.Listener() { }).join()
                .abort();
        builder().buildAsync(URI.create(uri() + "/?token=" + token.replace(' ', '+')), new WebSocket.Listener() { })
                .join()
                .abort();
    }

    @Test
    void settingsThatAreWrongAreNamed() throws Exception {
        for (String[] wrong : new String[][] {{"host", "0.0.0.0", "token"}, {"host", "example.org", "host"},
                {"token", "short", "token"}, {"port", "65536", "port"}, {"maximum-backlog-bytes", "1", "backlog"},
                {"colour", "red", "colour"}}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> open(wrong[0], wrong[1]));
            assertTrue(e.getMessage().startsWith("front-end websocket: " + wrong[2])
                    || e.getMessage().contains(wrong[2]), e.getMessage());
            assertTrue(!e.getMessage().contains("short"), "a token was shown");
        }
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = String.valueOf(taken.getLocalPort());
            IOException e = assertThrows(IOException.class, () -> open("port", port));
            assertTrue(e.getMessage().contains(port) && e.getMessage().contains("127.0.0.1"), e.getMessage());
        }
    }

    @Test
    void closingEndsEveryConnectionAndThread() throws Exception {
        open();
        Program program = program();
        speak(program);
        Set<Thread> threads = threads();
        assertNotEquals(Set.of(), threads);
        door.close();
        door.close();
        assertInstanceOf(Program.End.class, program.next());
        assertThrows(IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), uri().getPort()));
        for (Thread thread : threads) {
            thread.join(10_000);
            assertTrue(!thread.isAlive(), thread.getName());
        }
        deliver("waits");
        await(() -> client.waitingBytes() > 0);
    }

    private static Set<Thread> threads() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> !thread.getName().startsWith("cloakwork-frontend-websocket"));
        return threads;
    }

    // ------------------------------------------------------------------ extension

    private ExtensionResponse said(Program program) throws Exception {
        return ExtensionResponse.parse(program.text());
    }

    @Test
    void theExtensionTellsHowMessagesEnded() throws Exception {
        open();
        Program program = extended();
        String head = SEND.replace("}", ",\"deadlineMillis\":5000,\"id\":\"");
        program.say(head + "a\"}");
        program.say(head + "b\"}");
        RecordingClient.Sent first = sent();
        assertTrue(first.options().deadline().toMillis() > 3_000 && first.options().deadline().toMillis() <= 5_000);
        sent().fail(FailureReason.UNKNOWN_SENDER);
        assertEquals(new ExtensionResponse.Ended("b",
                new Outcome.Failed(FailureReason.UNKNOWN_SENDER, "as the test says")), said(program));
        first.acknowledge();
        assertEquals("a", assertInstanceOf(ExtensionResponse.Ended.class, said(program)).id());
        program.say("{\"type\":\"send\",\"id\":\"c\"}");
        assertEquals(Optional.of("c"), assertInstanceOf(ExtensionResponse.Error.class, said(program)).id());
        program.say(new byte[] {3});
        assertInstanceOf(ExtensionResponse.Error.class, said(program));
        program.say(SELF);
        assertEquals(new ExtensionResponse.SelfAddress(client.address()), said(program));
        program.say("{\"type\":\"state\"}");
        assertEquals(new ExtensionResponse.State(new ClientState.Ready()), said(program));
        client.state(new ClientState.Degraded("no transport part"));
        assertEquals(new ExtensionResponse.State(new ClientState.Degraded("no transport part")), said(program));
        client.laneBytes = 5000;
        program.say("{\"type\":\"laneQueueLength\",\"connectionId\":3}");
        assertEquals(new ExtensionResponse.LaneQueueLength(3, 5000, Math.ceilDiv(5000, Classic.PACKET_BYTES)),
                said(program));
    }

    @Test
    void theExtensionTakesSoManyMessagesAsItAskedFor() throws Exception {
        open("silence-millis", "0");
        for (String text : List.of("1", "2", "3", "4")) {
            deliver(text);
        }
        Program program = extended();
        program.assertNothing(200);
        program.say("{\"type\":\"receive\",\"count\":2}");
        for (String text : List.of("1", "2")) {
            assertArrayEquals(text.getBytes(StandardCharsets.UTF_8),
                    assertInstanceOf(ExtensionResponse.Received.class, said(program)).payload());
        }
        program.assertNothing(200);
        assertTrue(client.waitingBytes() > 0, "the others wait");
        program.say("{\"type\":\"receive\"}");
        for (String text : List.of("3", "4")) {
            assertArrayEquals(text.getBytes(StandardCharsets.UTF_8),
                    assertInstanceOf(ExtensionResponse.Received.class, said(program)).payload());
        }
    }

    @Test
    void theExtensionGivesUpAtTheDeadlineWhileThereIsNoRoom() throws Exception {
        open();
        client.full = true;
        Program program = extended();
        program.say(SEND.replace("}", ",\"deadlineMillis\":300,\"id\":\"a\"}"));
        ExtensionResponse.Ended ended = assertInstanceOf(ExtensionResponse.Ended.class, said(program));
        assertEquals(FailureReason.OUTBOX_FULL, assertInstanceOf(Outcome.Failed.class, ended.outcome()).reason());
    }

    @Test
    void whoConnectsWhileItClosesIsNotLeftWaiting() throws Exception {
        byte[] upgrade = ("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        for (int round = 0; round < 50; round++) {
            open();
            URI uri = uri();
            List<Socket> sockets = new ArrayList<>();
            Thread closing = Thread.ofPlatform().unstarted(door::close);
            try {
                for (int i = 0; closing.getState() != Thread.State.TERMINATED; i++) {
                    Socket socket = new Socket(uri.getHost(), uri.getPort());
                    sockets.add(socket);
                    socket.getOutputStream().write(upgrade);
                    if (i == round % 10) {
                        closing.start();
                    }
                }
            } catch (IOException refused) {
                // It is closed.
            }
            closing.join();
            for (Socket socket : sockets) {
                socket.setSoTimeout(3_000);
                try (socket) {
                    while (socket.getInputStream().read() >= 0) {
                        // the handshake's answer, and the close frame
                    }
                } catch (SocketTimeoutException e) {
                    fail("round " + round + ": socket " + sockets.indexOf(socket) + " of " + sockets.size()
                            + " is left open");
                } catch (IOException reset) {
                    // as good as an end
                }
            }
        }
    }
}
