package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Parts;
import org.cloakwork.spi.part.PartKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What applications hear. */
class ListenersTest {

    @RegisterExtension
    final Seed seed = new Seed();

    @Test
    void listenersThatThrowEndNothingAndAreCounted() {
        try (World world = new World(seed.value())) {
            TestClient alice = new TestClient(world, ClientConfiguration.DEFAULT);
            alice.engine.onState(state -> {
                throw new IllegalStateException("state");
            });
            alice.engine.subscribe(message -> {
                throw new IllegalStateException("message");
            });
            alice.parts.set(PartKind.TOPOLOGY, world.topologyProvider());
            alice.parts.set(PartKind.TRANSPORT, world.transport());
            alice.parts.set(PartKind.SPHINX, world.format);
            alice.parts.set(PartKind.ROUTES, World.ROUTES);
            alice.parts.set(PartKind.RETRANSMISSION, World.TIMEOUT);
            alice.parts.set(PartKind.COVER, World.NO_COVER);
            alice.start();
            alice.awaitReady();
            Delivery delivery = alice.send(alice.address(), "hello");
            delivery.outcome().thenAccept(outcome -> {
                throw new IllegalStateException("outcome");
            });
            alice.awaitAcknowledged(delivery);
            alice.awaitReceived(1);
            assertEquals(alice.states.size() + 1, alice.counter(Counter.LISTENER_FAILURES));
        }
    }

    @Test
    void statesAreHeardInOrderAndEachOnce() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.parts.set(PartKind.TRANSPORT, null);
            world.runFor(Duration.ofSeconds(1));
            alice.parts.set(PartKind.TRANSPORT, world.transport());
            world.runFor(Duration.ofSeconds(1));
            alice.stop();
            world.runFor(Duration.ofSeconds(1));
            for (int i = 1; i < alice.states.size(); i++) {
                assertTrue(!alice.states.get(i).equals(alice.states.get(i - 1)), alice.states::toString);
            }
            assertInstanceOf(ClientState.Connecting.class, alice.states.getFirst());
            assertTrue(alice.states.contains(new ClientState.Ready()));
            assertTrue(alice.states.contains(new ClientState.Degraded("no transport part")));
            assertEquals(new ClientState.Stopped("closed"), alice.states.getLast());
            assertThrows(IllegalStateException.class, () -> alice.engine.awaitReady(Duration.ofSeconds(1)));
        }
    }

    @Test
    void waitingForAClientThatDoesNotGetReadyNamesWhatItIsDoing() {
        try (World world = new World(seed.value())) {
            world.directory = () -> World.noTopology("the directory is down");
            TestClient alice = world.client();
            world.runFor(Duration.ofSeconds(1));
            TimeoutException late = assertThrows(TimeoutException.class,
                    () -> alice.engine.awaitReady(Duration.ofMillis(1)));
            assertTrue(late.getMessage().contains("the directory is down"), late.getMessage());
            assertThrows(IllegalStateException.class, alice.engine::address);
        }
    }

    @Test
    void messagesAreKeptWhileNobodyListensWithinTheLimit() {
        try (World world = new World(seed.value())) {
            TestClient bob = world.readyClient();
            ClientConfiguration small = new ClientConfiguration(Optional.empty(), Duration.ofMillis(15),
                    Duration.ofMinutes(5), 1_000_000, 50_000, 20_000);
            TestClient alice = new TestClient(world, small);
            alice.parts.set(PartKind.TOPOLOGY, world.topologyProvider());
            alice.parts.set(PartKind.TRANSPORT, world.transport());
            alice.parts.set(PartKind.SPHINX, world.format);
            alice.parts.set(PartKind.ROUTES, World.ROUTES);
            alice.parts.set(PartKind.RETRANSMISSION, World.TIMEOUT);
            alice.parts.set(PartKind.COVER, World.NO_COVER);
            alice.engine.start();
            alice.awaitReady();
            for (int i = 0; i < 8; i++) {
                bob.awaitAcknowledged(bob.send(alice.address(), new byte[10_000]));
            }
            world.runFor(Duration.ofSeconds(1));
            assertEquals(4, alice.counter(Counter.MESSAGES_RECEIVED));
            assertEquals(4, alice.counter(Counter.MESSAGES_INBOX_FULL));
            List<ReceivedMessage> first = new ArrayList<>();
            Subscription subscription = alice.engine.subscribe(first::add);
            world.runFor(Duration.ofSeconds(1));
            assertEquals(4, first.size());
            subscription.close();
            subscription.close();
            bob.awaitAcknowledged(bob.send(alice.address(), "kept again"));
            world.runFor(Duration.ofSeconds(1));
            assertEquals(4, first.size());
            alice.engine.subscribe(first::add);
            world.runFor(Duration.ofSeconds(1));
            assertEquals(5, first.size());
        }
    }

    @Test
    void aMessageLargerThanTheInboxIsDroppedAndCounted() {
        try (World world = new World(seed.value())) {
            TestClient bob = world.readyClient();
            ClientConfiguration small = new ClientConfiguration(Optional.empty(), Duration.ofMillis(15),
                    Duration.ofMinutes(5), 1_000_000, 50_000, 20_000);
            TestClient alice = world.client(small, World.NO_COVER);
            alice.awaitReady();
            bob.awaitAcknowledged(bob.send(alice.address(), new byte[100_000]));
            world.runFor(Duration.ofSeconds(1));
            assertEquals(0, alice.received.size());
            assertTrue(alice.counter(Counter.FRAGMENTS_REFUSED) > 0);
            assertTrue(alice.counter(Counter.FRAGMENTS_EVICTED) > 20, alice::counters);
            bob.awaitAcknowledged(bob.send(alice.address(), "fits"));
            alice.awaitReceived(1);
        }
    }

    @Test
    void aListenerMayWaitForTheOutcomeOfWhatItSends() throws Exception {
        MixnetAddress nobody = new MixnetAddress(new IdentityKey(new byte[32]), new EncryptionKey(new byte[32]),
                new IdentityKey(new byte[32]));
        try (ThreadedEnvironment threads = new ThreadedEnvironment("waiting")) {
            Engine engine = new Engine(ClientConfiguration.DEFAULT, new Parts(), threads.environment());
            engine.start();
            CompletableFuture<Outcome> heard = new CompletableFuture<>();
            engine.onState(state -> heard.complete(engine.send(nobody, new byte[1],
                    SendOptions.DEFAULT.withDeadline(Duration.ofMillis(50))).outcome().join()));
            assertEquals(FailureReason.DEADLINE,
                    assertInstanceOf(Outcome.Failed.class, heard.get(10, TimeUnit.SECONDS)).reason());
            engine.close();
        }
    }
}
