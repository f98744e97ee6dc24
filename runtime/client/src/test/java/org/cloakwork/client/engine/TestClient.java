package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Parts;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;

/** An engine with everything it told anyone. */
final class TestClient {

    static final Duration PATIENCE = Duration.ofMinutes(20);

    final World world;
    final VirtualTime.Host host;
    final Parts parts = new Parts();
    final Engine engine;
    final List<ReceivedMessage> received = new ArrayList<>();
    final List<ClientState> states = new ArrayList<>();
    final List<MixnetAddress> addresses = new ArrayList<>();
    final List<Delivery> sent = new ArrayList<>();

    TestClient(World world, ClientConfiguration configuration) {
        this.world = world;
        host = world.time.host();
        engine = new Engine(configuration, parts, host.environment());
        world.clients.add(this);
    }

    TestClient(World world, ClientConfiguration configuration, ClientStore store) {
        this.world = world;
        host = world.time.host();
        try {
            engine = Engine.open(configuration, parts, host.environment(), store);
        } catch (StoreException e) {
            throw new IllegalStateException(e);
        }
        world.clients.add(this);
    }

    /** Ends it as kill -9 does: nothing of it runs any more, and its connections break. */
    void kill() {
        host.kill();
        ((FakeTransport) parts.chosen(PartKind.TRANSPORT)).breakAll();
        world.clients.remove(this);
    }

    TestClient start() {
        engine.onState(states::add);
        engine.onAddress(addresses::add);
        engine.subscribe(received::add);
        engine.start();
        return this;
    }

    CompletableFuture<Void> stop() {
        return engine.stop();
    }

    boolean isReady() {
        return engine.state() instanceof ClientState.Ready;
    }

    void awaitReady() {
        assertTrue(world.time.runUntil(this::isReady, Duration.ofMinutes(5)), () -> "not ready: " + engine.state());
    }

    MixnetAddress address() {
        return engine.address();
    }

    Delivery send(MixnetAddress recipient, byte[] message, SendOptions options) {
        Delivery delivery = engine.send(recipient, message, options);
        sent.add(delivery);
        return delivery;
    }

    Delivery send(MixnetAddress recipient, byte[] message) {
        return send(recipient, message, SendOptions.DEFAULT);
    }

    Delivery send(MixnetAddress recipient, String text) {
        return send(recipient, text.getBytes(StandardCharsets.UTF_8));
    }

    Delivery reply(SenderTag sender, byte[] message) {
        Delivery delivery = engine.reply(sender, message);
        sent.add(delivery);
        return delivery;
    }

    /** {@return the end of a message, which must come} */
    Outcome await(Delivery delivery) {
        assertTrue(world.time.runUntil(() -> delivery.outcome().isDone(), PATIENCE),
                () -> "no end: " + delivery.progress() + " " + counters());
        return delivery.outcome().join();
    }

    Outcome.Acknowledged awaitAcknowledged(Delivery delivery) {
        return assertInstanceOf(Outcome.Acknowledged.class, await(delivery), () -> "" + counters());
    }

    void awaitFailed(Delivery delivery, FailureReason reason) {
        assertEquals(reason, assertInstanceOf(Outcome.Failed.class, await(delivery)).reason());
    }

    void awaitReceived(int count) {
        assertTrue(world.time.runUntil(() -> received.size() >= count, PATIENCE),
                () -> received.size() + " received: " + counters());
    }

    List<String> texts() {
        return received.stream().map(ReceivedMessage::text).toList();
    }

    long counter(Counter counter) {
        return engine.counters().get(counter.key());
    }

    long inFlight() {
        return engine.counters().get(Admission.IN_FLIGHT);
    }

    String counters() {
        StringBuilder text = new StringBuilder();
        engine.counters().forEach((key, value) -> {
            if (value != 0) {
                text.append(key).append('=').append(value).append(' ');
            }
        });
        return text.toString();
    }

    /** To be asked when nothing is due: what was handed over a moment ago has no timer yet. */
    void assertTimers() {
        assertEquals(engine.holdings().messages(), engine.holdings().deadlines(),
                "timers pending = messages in flight");
    }

    void assertBalance() {
        assertEquals(counter(Counter.MESSAGES_CREATED), counter(Counter.MESSAGES_ACKNOWLEDGED)
                + counter(Counter.MESSAGES_FAILED) + inFlight(), "created = acknowledged + failed + in flight");
        assertTrue(counter(Counter.SURBS_ARRIVED) + counter(Counter.SURBS_UNSURE) <= counter(Counter.SURBS_MADE));
    }
}
