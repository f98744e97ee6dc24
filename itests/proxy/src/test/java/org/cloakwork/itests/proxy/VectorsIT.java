package org.cloakwork.itests.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.Subscription;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.streams.End;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.cloakwork.wire.socks5.ProviderRequest;
import org.cloakwork.wire.socks5.ProviderResponse;
import org.cloakwork.wire.socks5.StreamData;
import org.cloakwork.wire.socks5.Versions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The cases of {@code socks5.json}, replayed against a running exit and a running front-end. */
class VectorsIT {

    private static World world;
    private static WebServer web;
    private final Vectors vectors = Vectors.load("socks5.json");

    @BeforeAll
    static void start() throws Exception {
        world = new World();
        web = new WebServer();
    }

    @AfterAll
    static void end() {
        web.close();
        world.close();
    }

    private List<JsonNode> cases(String... kinds) {
        return vectors.cases().filter(c -> List.of(kinds).contains(c.get("kind").asText())).toList();
    }

    private static void assertServes() throws Exception {
        assertEquals(0, Curl.run("--socks5-hostname", world.proxy(), web.url("/10"), "-o", "/dev/null").exitCode());
    }

    // ------------------------------------------------------------------ requests, to the exit

    /** Every request there is, also those nobody can read: what asks for an answer gets it in its version. */
    @Test
    void theExitAnswersEveryRequestInItsVersion() throws Exception {
        BlockingQueue<ProviderResponse> answers = new LinkedBlockingQueue<>();
        int replayed = 0;
        int answered = 0;
        try (MixnetClient asking = MixnetClient.builder().network(world.network).start();
             Subscription ignored = asking.subscribe(message -> {
                 try {
                     answers.add(ProviderResponse.parse(message.payload()));
                 } catch (WireException e) {
                     throw new IllegalStateException(e);
                 }
             })) {
            asking.awaitReady(Duration.ofMinutes(2));
            for (JsonNode c : cases("request", "requestParse")) {
                byte[] bytes = Vectors.bytes(c.get("bytes"));
                Optional<ProviderRequest> request = parse(bytes);
                // Where somebody else is to be answered we would wait in vain.
                boolean toUs = request.isPresent() && !(request.get() instanceof ProviderRequest.Send)
                        && !(request.get() instanceof ProviderRequest.Connect(Versions v, long i, String t,
                        Optional<MixnetAddress> back) && back.isPresent());
                asking.send(world.exitClient.address(), bytes,
                        SendOptions.DEFAULT.withReplySurbs(5).withIsolation(c.get("name").asText()));
                replayed++;
                if (toUs) {
                    ProviderResponse answer;
                    do {
                        answer = answers.poll(60, TimeUnit.SECONDS);
                        assertNotNull(answer, c.get("name").asText());
                    } while (isOfAnother(request.get(), answer));
                    check(c.get("name").asText(), request.get(), answer);
                    answered++;
                }
            }
        }
        assertServes();
        System.out.printf("vectors socks5.json: %d requests replayed against the running exit, %d answered%n", replayed,
                answered);
        assertEquals(cases("request", "requestParse").size(), replayed);
        assertTrue(answered > 30, answered + " answered");
    }

    private static Optional<ProviderRequest> parse(byte[] bytes) {
        try {
            return Optional.of(ProviderRequest.parse(bytes));
        } catch (WireException e) {
            return Optional.empty();
        }
    }

    /** A refused connection is answered twice; the second answer may come when the next request is out. */
    private static boolean isOfAnother(ProviderRequest request, ProviderResponse response) {
        long asked = request instanceof ProviderRequest.Connect connect ? connect.connectionId() : 0;
        return switch (response) {
            case ProviderResponse.ConnectionError error -> error.connectionId() != asked;
            case ProviderResponse.NetworkData(Versions ignored, StreamData data) -> data.connectionId() != asked;
            default -> false;
        };
    }

    private static void check(String name, ProviderRequest request, ProviderResponse response) {
        Versions asked = request.versions();
        switch (request) {
            case ProviderRequest.Connect(Versions ignored, long id, String target, Optional<MixnetAddress> back) -> {
                // Two messages, in any order: the reason, and a close for whoever does not read reasons.
                switch (response) {
                    case ProviderResponse.ConnectionError error -> {
                        assertEquals(id, error.connectionId(), name);
                        assertTrue(ConnectFailure.of(error.message()) != ConnectFailure.GENERAL, error.message());
                    }
                    case ProviderResponse.NetworkData(Versions v, StreamData data) -> {
                        assertEquals(id, data.connectionId(), name);
                        assertEquals(End.CLOSED.code(), data.end(), name);
                    }
                    default -> throw new AssertionError(name + " was answered " + response);
                }
                assertEquals(asked, response.versions(), name);
            }
            case ProviderRequest.Query ignored -> {
                assertTrue(response instanceof ProviderResponse.Answer, name + " was answered " + response);
                assertEquals(3, response.versions().protocol(), name);
            }
            case ProviderRequest.Control ignored -> {
                assertTrue(response instanceof ProviderResponse.Control, name + " was answered " + response);
                assertEquals(asked.providerInterface(), response.versions().providerInterface(), name);
            }
            default -> throw new AssertionError(name);
        }
    }

    // ------------------------------------------------------------------ requests, from the front-end

    /** What the front-end asks is, byte for byte, what Nym's client asks. */
    @Test
    void theFrontEndAsksAsInTheVectors() throws Exception {
        int replayed = 0;
        // Nobody is answered here, so that two front-ends of one client do not matter.
        try (FakeExit exit = new FakeExit(world);
             FrontEnd.Serving anonymous = exit.frontEnd(Map.of("windows", "false"));
             FrontEnd.Serving plain = exit.frontEnd(Map.of("windows", "false", "mode", "plain"))) {
            for (JsonNode c : cases("request")) {
                if (!(parse(Vectors.bytes(c.get("bytes"))).orElseThrow() instanceof ProviderRequest.Connect expected)
                        || !expected.versions().equals(Versions.CURRENT) || expected.target().isEmpty()) {
                    continue;
                }
                boolean told = expected.returnAddress().isPresent();
                int colon = expected.target().lastIndexOf(':');
                try (Socket socket = exit.ask(told ? plain : anonymous, "", expected.target().substring(0, colon),
                        Integer.parseInt(expected.target().substring(colon + 1)))) {
                    FakeExit.Asked asked = exit.next();
                    assertArrayEquals(new ProviderRequest.Connect(Versions.CURRENT,
                            ((ProviderRequest.Connect) asked.request()).connectionId(), expected.target(),
                            told ? Optional.of(exit.asking().address()) : Optional.empty()).bytes(), asked.bytes());
                    assertEquals(!told, asked.sender().isPresent());
                }
                replayed++;
            }
        }
        System.out.printf("vectors socks5.json: %d requests asked by the running front-end%n", replayed);
        assertEquals(3, replayed);
    }

    // ------------------------------------------------------------------ responses, to the front-end

    @Test
    void theFrontEndTakesEveryResponse() throws Exception {
        int replayed = 0;
        try (FakeExit exit = new FakeExit(world);
             FrontEnd.Serving socks = exit.frontEnd(Map.of("optimistic", "false"))) {
            for (JsonNode c : cases("response", "responseParse")) {
                byte[] bytes = Vectors.bytes(c.get("bytes"));
                try (Socket socket = exit.ask(socks, "", "example.com", 80)) {
                    FakeExit.Asked asked = exit.next();
                    long id = ((ProviderRequest.Connect) asked.request()).connectionId();
                    replay(c.get("name").asText(), exit, asked, id, bytes, socket);
                }
                replayed++;
            }
            for (JsonNode c : cases("orderedBuffer")) {
                try (Socket socket = exit.ask(socks, "", "example.com", 80)) {
                    FakeExit.Asked asked = exit.next();
                    ordered(c, exit, asked, ((ProviderRequest.Connect) asked.request()).connectionId(), socket);
                }
                replayed++;
            }
        }
        System.out.printf("vectors socks5.json: %d responses and orders replayed against the running front-end%n",
                replayed);
        assertEquals(cases("response", "responseParse", "orderedBuffer").size(), replayed);
    }

    private static int reply(Socket socket) throws IOException {
        return socket.getInputStream().readNBytes(10)[1];
    }

    private static void piece(FakeExit exit, FakeExit.Asked asked, long id, long sequence, byte[] data)
            throws Exception {
        exit.answer(asked, new ProviderResponse.NetworkData(Versions.CURRENT,
                new StreamData(id, End.NONE.code(), sequence, data)).bytes());
    }

    private static void replay(String name, FakeExit exit, FakeExit.Asked asked, long id, byte[] bytes, Socket socket)
            throws Exception {
        ProviderResponse response;
        try {
            response = ProviderResponse.parse(bytes);
        } catch (WireException e) {
            response = null;
        }
        switch (response) {
            case ProviderResponse.ConnectionError(Versions versions, long ignored, String message) -> {
                exit.answer(asked, new ProviderResponse.ConnectionError(versions, id, message).bytes());
                assertEquals(ConnectFailure.of(message).socks5Reply(), reply(socket), name);
            }
            case ProviderResponse.NetworkData(Versions versions, StreamData data) -> {
                exit.answer(asked, new ProviderResponse.NetworkData(versions,
                        new StreamData(id, data.end(), data.sequence(), data.data())).bytes());
                if (data.isLast() && data.sequence() == 0) {
                    assertEquals(5, reply(socket), name);
                } else if (data.sequence() == 258) {
                    assertEquals(0, reply(socket), name);
                    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                        for (long i = 0; i < 258; i++) {
                            long sequence = i;
                            threads.submit(() -> {
                                piece(exit, asked, id, sequence,
                                        sequence % 64 == 0 ? new byte[] {(byte) sequence} : new byte[0]);
                                return null;
                            });
                        }
                    }
                    assertArrayEquals(new byte[] {0, 64, (byte) 128, (byte) 192, 0},
                            socket.getInputStream().readNBytes(5));
                    assertArrayEquals(data.data(), socket.getInputStream().readNBytes(data.data().length), name);
                } else {
                    assertEquals(0, reply(socket), name);
                    assertThrows(SocketException.class, () -> socket.getInputStream().read(), name);
                }
            }
            case null, default -> {
                exit.answer(asked, bytes.length == 0 ? new byte[] {3} : bytes);
                piece(exit, asked, id, 0, new byte[] {42});
                assertEquals(0, reply(socket), name);
                assertEquals(42, socket.getInputStream().read(), name);
            }
        }
    }

    private static void ordered(JsonNode c, FakeExit exit, FakeExit.Asked asked, long id, Socket socket)
            throws Exception {
        StringBuilder expected = new StringBuilder();
        for (JsonNode step : c.get("steps")) {
            boolean tooLarge = step.get("write").asText().equals("MessageSequenceTooLarge");
            // What Nym's buffer drops silently ends the stream here, so that nothing is missing unnoticed.
            if (!tooLarge) {
                piece(exit, asked, id, step.get("sequence").asLong(), Vectors.bytes(step.get("data")));
            }
            expected.append(step.path("read").path("data").asText(""));
        }
        assertEquals(0, reply(socket));
        assertEquals(expected.toString(), Vectors.hex(socket.getInputStream().readNBytes(expected.length() / 2)));
    }
}
