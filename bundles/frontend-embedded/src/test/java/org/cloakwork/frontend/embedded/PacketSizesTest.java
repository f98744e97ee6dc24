package org.cloakwork.frontend.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.transport.GatewayTransport;
import org.cloakwork.wire.PacketSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Packets of other sizes through a real local network. */
class PacketSizesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static <T> T part(Class<T> type, String name) {
        for (PartFactory<?> factory
                : ServiceLoader.load(PartFactory.class, EmbeddedClientBuilder.class.getClassLoader())) {
            if (factory.type() == type && factory.name().equals(name)) {
                return type.cast(factory.create(Map.of()));
            }
        }
        throw new AssertionError("no " + name);
    }

    private static Engine client(LocalNetwork network, PacketSizes sizes, ThreadedEnvironment environment)
            throws Exception {
        Parts parts = new Parts();
        parts.set(PartKind.TOPOLOGY, () -> CompletableFuture.completedFuture(network.topology()));
        parts.set(PartKind.TRANSPORT, part(GatewayTransport.class, "websocket"));
        parts.set(PartKind.SPHINX, part(PacketFormat.class, "fast"));
        parts.set(PartKind.ROUTES, part(RoutePolicy.class, "uniform"));
        parts.set(PartKind.RETRANSMISSION, part(RetransmissionPolicy.class, "timeout"));
        parts.set(PartKind.COVER, part(CoverTrafficStrategy.class, "none"));
        Engine engine = new Engine(ClientConfiguration.DEFAULT.withPacketSizes(sizes), parts,
                environment.environment());
        engine.start();
        engine.awaitReady(PATIENCE);
        return engine;
    }

    @Test
    @Timeout(60)
    void aMessageInPacketsOf33KBArrivesAndSoDoesTheAnswerInRegularOnes() throws Exception {
        PacketSizes large = new PacketSizes(PacketSize.EXTENDED_32, Optional.of(PacketSize.EXTENDED_16), 0.7);
        try (LocalNetwork network = LocalNetwork.builder().start();
                ThreadedEnvironment first = new ThreadedEnvironment("alice");
                ThreadedEnvironment second = new ThreadedEnvironment("bob");
                Engine alice = client(network, large, first);
                Engine bob = client(network, PacketSizes.REGULAR, second)) {
            BlockingQueue<ReceivedMessage> atBob = new LinkedBlockingQueue<>();
            BlockingQueue<ReceivedMessage> atAlice = new LinkedBlockingQueue<>();
            bob.subscribe(atBob::add);
            alice.subscribe(atAlice::add);
            byte[] message = new byte[1_000_000];
            new SplittableRandom(1).nextBytes(message);
            Outcome.Acknowledged outcome = assertInstanceOf(Outcome.Acknowledged.class,
                    alice.send(bob.address(), message, SendOptions.DEFAULT.withReplySurbs(10)).outcome()
                            .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
            assertEquals(32, outcome.packets());
            ReceivedMessage received = atBob.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            assertArrayEquals(message, received.payload());
            bob.reply(received.sender().orElseThrow(), new byte[3000]);
            assertEquals(3000, atAlice.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).payload().length);
        }
    }
}
