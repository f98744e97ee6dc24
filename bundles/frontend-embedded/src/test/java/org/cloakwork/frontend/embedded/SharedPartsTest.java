package org.cloakwork.frontend.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of one builder share what they can and nothing else. */
class SharedPartsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    @Timeout(120)
    void theLastClientOfABuilderGoesOnWhenTheFirstIsClosed() throws Exception {
        MixnetClient.Builder builder = MixnetClient.builder();
        MixnetClient first = builder.start();
        try (MixnetClient second = builder.start(); MixnetClient third = builder.start()) {
            first.awaitReady(PATIENCE);
            second.awaitReady(PATIENCE);
            third.awaitReady(PATIENCE);
            assertNotEquals(first.address(), second.address());
            first.close();
            BlockingQueue<ReceivedMessage> received = new LinkedBlockingQueue<>();
            third.subscribe(received::add);
            byte[] message = {1, 2, 3};
            second.send(third.address(), message);
            assertArrayEquals(message, received.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS).payload());
        }
    }

    @Test
    void aResourceIsMadeOnceAndClosedWithItsLastUser() throws Exception {
        SharedResources shared = new SharedResources();
        List<String> events = new ArrayList<>();
        List<AutoCloseable> one = new ArrayList<>();
        List<AutoCloseable> two = new ArrayList<>();
        AutoCloseable made = shared.use("key", () -> {
            events.add("made");
            return (AutoCloseable) () -> events.add("closed");
        }, one);
        assertEquals(made, shared.<AutoCloseable, RuntimeException>use("key", () -> {
            throw new AssertionError("it is there");
        }, two));
        one.getFirst().close();
        assertEquals(List.of("made"), events);
        two.getFirst().close();
        assertEquals(List.of("made", "closed"), events);
        assertThrows(IllegalStateException.class, () -> shared.use("key", () -> {
            throw new IllegalStateException("not to be had");
        }, one));
        assertEquals(1, one.size(), "what was not made is not left");
    }
}
