package org.cloakwork.itests.transports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.cloakwork.spi.transport.GatewayLink;

/** Writes down what a link tells, and that it keeps the contract: one call at a time, closed once and last. */
class Recorder implements GatewayLink.Handler {

    sealed interface Event {
    }

    record Opened() implements Event {
    }

    record Text(String text) implements Event {
    }

    record Binary(byte[] bytes) implements Event {
    }

    record Pong(byte[] payload) implements Event {
    }

    record Closed(String reason) implements Event {
    }

    final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    final AtomicInteger drained = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicReference<String> broken = new AtomicReference<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicInteger inside = new AtomicInteger();

    private void call(Runnable body) {
        if (inside.incrementAndGet() != 1) {
            broken.set("two calls at a time");
        }
        if (closed.get() > 0) {
            broken.set("a call after closed");
        }
        body.run();
        inside.decrementAndGet();
    }

    @Override
    public void opened() {
        call(() -> events.add(new Opened()));
    }

    @Override
    public void text(String text) {
        call(() -> events.add(new Text(text)));
    }

    @Override
    public void binary(byte[] binary) {
        call(() -> events.add(new Binary(binary)));
    }

    @Override
    public void pong(byte[] payload) {
        call(() -> events.add(new Pong(payload)));
    }

    @Override
    public void drained() {
        call(drained::incrementAndGet);
    }

    @Override
    public void closed(String reason) {
        call(() -> {
            closed.incrementAndGet();
            events.add(new Closed(reason));
        });
        end.countDown();
    }

    <E extends Event> E expect(Class<E> type) throws InterruptedException {
        Event event = events.poll(10, TimeUnit.SECONDS);
        assertNotNull(event, "nothing came within 10 s; expected " + type.getSimpleName());
        return assertInstanceOf(type, event);
    }

    /** Waits for the end, whatever came before. */
    String awaitClosed() throws InterruptedException {
        assertEquals(true, end.await(15, TimeUnit.SECONDS), "not closed within 15 s");
        String reason = null;
        for (Event event : events) {
            if (event instanceof Closed told) {
                reason = told.reason();
            }
        }
        assertKept();
        return reason;
    }

    void assertKept() {
        assertEquals(null, broken.get());
        assertEquals(true, closed.get() <= 1, "closed was told " + closed.get() + " times");
    }
}
