package org.cloakwork.itests.testing.transport;

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
public class Recorder implements GatewayLink.Handler {

    /** One call. */
    public sealed interface Event {
    }

    public record Opened() implements Event {
    }

    public record Text(String text) implements Event {
    }

    public record Binary(byte[] bytes) implements Event {
    }

    public record Pong(byte[] payload) implements Event {
    }

    public record Closed(String reason) implements Event {
    }

    public final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    public final AtomicInteger drained = new AtomicInteger();
    public final AtomicInteger closed = new AtomicInteger();
    public final AtomicReference<String> broken = new AtomicReference<>();
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

    /** {@return the next event, waited for, which has to be of that type} */
    public <E extends Event> E expect(Class<E> type) throws InterruptedException {
        Event event = events.poll(10, TimeUnit.SECONDS);
        assertNotNull(event, "nothing came within 10 s; expected " + type.getSimpleName());
        return assertInstanceOf(type, event);
    }

    /** {@return the reason of the end, waited for, whatever came before} */
    public String awaitClosed() throws InterruptedException {
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

    /** Fails if the contract was broken so far. */
    public void assertKept() {
        assertEquals(null, broken.get());
        assertEquals(true, closed.get() <= 1, "closed was told " + closed.get() + " times");
    }
}
