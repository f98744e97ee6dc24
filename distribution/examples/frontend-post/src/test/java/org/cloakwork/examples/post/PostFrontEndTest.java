package org.cloakwork.examples.post;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.FrontEnd;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostFrontEndTest {

    private static final MixnetAddress SELF = new MixnetAddress(new IdentityKey(new byte[32]),
            new EncryptionKey(new byte[32]), new IdentityKey(new byte[32]));
    private static final SenderTag TAG = new SenderTag(new byte[SenderTag.LENGTH]);
    private static final SenderTag STRANGER = new SenderTag("no reply blocks!".getBytes(StandardCharsets.US_ASCII));

    private final HttpClient http = HttpClient.newHttpClient();
    private final CountDownLatch subscribed = new CountDownLatch(1);
    private volatile Consumer<ReceivedMessage> listener;
    private FrontEnd.Serving serving;

    @BeforeEach
    void serve() throws IOException {
        serving = new PostFrontEnd(Map.of()).serve(client(), Map.of());
    }

    @AfterEach
    void close() {
        serving.close();
        http.shutdownNow();
    }

    /** Everything is acknowledged and comes back to its sender, but for answers to strangers. */
    private MixnetClient client() {
        return (MixnetClient) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[]{MixnetClient.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "address" -> SELF;
                    case "maxMessageBytes" -> 1000;
                    case "send" -> {
                        listener.accept(new ReceivedMessage((byte[]) arguments[1], Optional.of(TAG)));
                        yield ended(new Outcome.Acknowledged(1, 0, Duration.ofMillis(5)));
                    }
                    case "reply" -> ended(arguments[0].equals(STRANGER)
                            ? new Outcome.Failed(FailureReason.UNKNOWN_SENDER, "never heard of")
                            : new Outcome.Acknowledged(1, 0, Duration.ofMillis(7)));
                    case "subscribe" -> {
                        @SuppressWarnings("unchecked")
                        Consumer<ReceivedMessage> given = (Consumer<ReceivedMessage>) arguments[0];
                        listener = given;
                        subscribed.countDown();
                        yield (Subscription) () -> listener = null;
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Delivery ended(Outcome outcome) {
        return (Delivery) Proxy.newProxyInstance(PostFrontEndTest.class.getClassLoader(),
                new Class<?>[]{Delivery.class},
                (proxy, method, arguments) -> CompletableFuture.completedFuture(outcome));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(serving.addresses().getFirst().resolve(path)).timeout(Duration.ofSeconds(60));
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return http.send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void whatIsSentArrivesAsAnEvent() throws Exception {
        try (BufferedReader events = new BufferedReader(new InputStreamReader(http.send(request("/messages").build(),
                HttpResponse.BodyHandlers.ofInputStream()).body(), StandardCharsets.UTF_8))) {
            assertEquals(": listening", events.readLine());
            assertTrue(subscribed.await(60, TimeUnit.SECONDS));
            HttpResponse<String> sent = post("/send?to=" + SELF, "hello");
            assertEquals(200, sent.statusCode());
            assertEquals("acknowledged after 5 ms\n", sent.body());
            String line = events.readLine();
            while (!line.equals("event: message")) {
                line = events.readLine();
            }
            assertEquals("data: " + TAG + " aGVsbG8=", events.readLine());
        }
    }

    @Test
    void repliesSayWhatBecameOfThem() throws Exception {
        assertEquals("acknowledged after 7 ms\n", post("/reply?to=" + TAG, "hello").body());
        HttpResponse<String> refused = post("/reply?to=" + STRANGER, "hello");
        assertEquals(502, refused.statusCode());
        assertEquals("UNKNOWN_SENDER: never heard of\n", refused.body());
    }

    @Test
    void whatIsWrongIsNamed() throws Exception {
        assertEquals(400, post("/send?to=nobody", "hello").statusCode());
        assertEquals("?to= is missing\n", post("/send", "hello").body());
        assertEquals("a message has up to 1000 bytes\n", post("/send?to=" + SELF, "x".repeat(1001)).body());
        assertEquals(404, post("/", "hello").statusCode());
        assertEquals(SELF + "\n", http.send(request("/address").build(), HttpResponse.BodyHandlers.ofString()).body());
    }

    @Test
    void webPagesAreRefused() throws Exception {
        assertEquals(403, http.send(request("/address").header("Origin", "https://example.org").build(),
                HttpResponse.BodyHandlers.ofString()).statusCode());
    }

    @Test
    void closingFreesThePort() {
        URI address = serving.addresses().getFirst();
        serving.close();
        assertThrows(ConnectException.class, () -> http.send(HttpRequest.newBuilder(address).build(),
                HttpResponse.BodyHandlers.ofString()));
    }

    @Test
    void wrongSettingsAreNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new PostFrontEnd(Map.of("port", "http")));
        assertTrue(e.getMessage().startsWith("frontend post: port: "), e.getMessage());
        assertThrows(IllegalArgumentException.class, () ->
                new PostFrontEnd(Map.of()).serve(client(), Map.of("host", "0.0.0.0")));
    }
}
