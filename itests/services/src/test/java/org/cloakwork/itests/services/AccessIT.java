package org.cloakwork.itests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.api.Subscription;
import org.cloakwork.streams.StreamFrame;
import org.cloakwork.streams.Streams;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may come in, and what everybody else can find out. */
class AccessIT {

    private static final int GUARDED = 22;
    private static final int NOT_SERVED = 23;
    /** Of each kind; docs/services.md has the figures of 1,000. */
    private static final int TRIES = Integer.getInteger("cloakwork.tries", 100);
    private static final int AT_ONCE = 20;
    /** Of two honest samples one pair in a thousand differs so much; two pairs, one after the other, in a million. */
    private static final double UNLIKELY = 0.001;
    private static final EncryptionKeyPair PAIR = EncryptionKeyPair.ofPrivate(key(1));
    private static final AccessKey KEY = new AccessKey(key(1));

    private static ServerSocket echo;
    private static World world;

    private static byte[] key(int first) {
        byte[] bytes = new byte[AccessKey.LENGTH];
        // The first one loses bits.
        bytes[1] = (byte) first;
        return bytes;
    }

    @BeforeAll
    static void begin() throws Exception {
        echo = Programs.echo();
        world = new World(settings(PAIR));
    }

    private static Map<String, String> settings(EncryptionKeyPair... allowed) {
        return Map.of("serve", GUARDED + " -> localhost:" + echo.getLocalPort(), GUARDED + ".allow",
                String.join(", ", Arrays.stream(allowed).map(pair -> pair.publicKey().toString()).toList()),
                "max-connections-per-caller", "1000");
    }

    @AfterAll
    static void end() throws Exception {
        world.close();
        echo.close();
    }

    private static StreamException refused(StreamOptions options, int port) {
        return assertThrows(StreamException.class, () -> world.caller.openStream(world.name, port, options));
    }

    @Test
    void whoeverShowsAKeyComesInAndNobodyElse() throws Exception {
        try (MixnetStream stream = world.caller.openStream(world.name, GUARDED, StreamOptions.DEFAULT.withKey(KEY))) {
            stream.output().write("x".getBytes(StandardCharsets.UTF_8));
            assertEquals('x', stream.input().read());
        }
        String nobody = refused(StreamOptions.DEFAULT, NOT_SERVED).getMessage();
        assertEquals(nobody, refused(StreamOptions.DEFAULT, GUARDED).getMessage());
        StreamException other = refused(StreamOptions.DEFAULT.withKey(new AccessKey(key(2))), GUARDED);
        assertEquals(nobody, other.getMessage());
        assertEquals(StreamException.Reason.REFUSED, other.reason());
    }

    @Test
    void whoMayNotComeInAnyMoreIsPutOut() throws Exception {
        try (World own = new World(settings(PAIR));
             MixnetStream stream = own.caller.openStream(own.name, GUARDED, StreamOptions.DEFAULT.withKey(KEY))) {
            own.served.change(settings(EncryptionKeyPair.ofPrivate(key(2))));
            assertThrows(StreamException.class, () -> stream.input().read());
            assertThrows(StreamException.class, () -> own.caller.openStream(own.name, GUARDED,
                    StreamOptions.DEFAULT.withKey(KEY)));
            own.caller.openStream(own.name, GUARDED, StreamOptions.DEFAULT.withKey(new AccessKey(key(2)))).close();
        }
    }

    /** Whoever has what a caller sent, word for word, comes in nowhere: not there again, and not elsewhere. */
    @Test
    void aProofIsTakenOnceAndByWhomItIsForAlone() throws Exception {
        BlockingQueue<byte[]> overheard = new LinkedBlockingQueue<>();
        try (MixnetClient listener = world.client(1); MixnetClient thief = world.client(0)) {
            listener.awaitReady(Duration.ofMinutes(1));
            thief.awaitReady(Duration.ofMinutes(1));
            // The caller comes to somebody who passes on what it says.
            try (Subscription ignored = listener.intercept(message -> overheard.add(message.payload()))) {
                world.caller.openStream(listener.address(), GUARDED,
                        StreamOptions.DEFAULT.withKey(KEY).withEarly());
                byte[] elsewhere = overheard.poll(30, TimeUnit.SECONDS);
                assertTrue(answer(thief, elsewhere) instanceof StreamFrame.Refused);
            }
            StreamFrame.Open made = opened(world.service, thief);
            assertTrue(answer(thief, made.toBytes()) instanceof StreamFrame.Accepted);
            try (MixnetClient again = world.client(1)) {
                again.awaitReady(Duration.ofMinutes(1));
                assertTrue(answer(again, made.toBytes()) instanceof StreamFrame.Refused);
            }
            // The same proof for another stream or another port shows nothing.
            StreamFrame.Open fresh = opened(world.service, thief);
            assertTrue(answer(thief, new StreamFrame.Open(fresh.id() + 1, GUARDED, fresh.keepAliveMillis(),
                    fresh.proof()).toBytes()) instanceof StreamFrame.Refused);
        }
    }

    /** {@return what a caller with the key says first, caught before it is sent} */
    private static StreamFrame.Open opened(MixnetClient to, MixnetClient by) throws Exception {
        CompletableFuture<byte[]> first = new CompletableFuture<>();
        MixnetClient catching = (MixnetClient) Proxy.newProxyInstance(
                AccessIT.class.getClassLoader(), new Class<?>[] {MixnetClient.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("send")) {
                        first.complete((byte[]) arguments[1]);
                        return by.send(by.address(), new byte[1]);
                    }
                    // Nothing that comes is for it.
                    return (Subscription) () -> { };
                });
        new Streams(catching, Clocks.CLOCK, Clocks.NEVER, bytes ->
                new SecureRandom().nextBytes(bytes), PAIR, List.of(), lane -> { }).open(to.address(), GUARDED,
                StreamOptions.DEFAULT.withKey(KEY).withEarly());
        return (StreamFrame.Open) StreamFrame.parse(first.get(10, TimeUnit.SECONDS));
    }

    /** {@return what the service answers to a message} */
    private static StreamFrame answer(MixnetClient from, byte[] message) throws Exception {
        BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
        try (Subscription ignored = from.intercept(received -> received.origin() instanceof ReceivedMessage.Answer
                && StreamFrame.isOne(received.payload()) && answers.add(received.payload()))) {
            from.send(world.service.address(), message, SendOptions.DEFAULT.withReplySurbs(20));
            return StreamFrame.parse(answers.poll(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void whoHasNoKeyCannotTellAGuardedPortFromOneThatIsNotServed() throws Exception {
        StreamOptions stranger = StreamOptions.DEFAULT.withKey(new AccessKey(key(3)));
        double probability = 0;
        for (int again = 0; again < 2 && probability < UNLIKELY; again++) {
            List<Integer> ports = new ArrayList<>(Collections.nCopies(TRIES, GUARDED));
            ports.addAll(Collections.nCopies(TRIES, NOT_SERVED));
            Collections.shuffle(ports);
            List<Double> guarded = Collections.synchronizedList(new ArrayList<>());
            List<Double> notServed = Collections.synchronizedList(new ArrayList<>());
            AtomicInteger strange = new AtomicInteger();
            Semaphore room = new Semaphore(AT_ONCE);
            for (int port : ports) {
                room.acquire();
                long begun = System.nanoTime();
                world.caller.openStream(world.name, port, stranger.withEarly()).opened().thenAccept(answer -> {
                    (port == GUARDED ? guarded : notServed).add((System.nanoTime() - begun) / 1e6);
                    if (answer.map(StreamException::reason).filter(StreamException.Reason.REFUSED::equals).isEmpty()) {
                        strange.incrementAndGet();
                    }
                    room.release();
                });
            }
            room.acquire(AT_ONCE);
            room.release(AT_ONCE);
            assertEquals(0, strange.get());
            assertEquals(2 * TRIES, guarded.size() + notServed.size());
            probability = MannWhitney.probability(guarded, notServed);
            System.out.printf("[access] %d tries each, median %.1f ms at a port with keys, %.1f ms at one that is not "
                    + "served: Mann-Whitney p = %.3f%n", TRIES, MannWhitney.median(guarded),
                    MannWhitney.median(notServed), probability);
        }
        assertTrue(probability >= UNLIKELY, "told apart: p = " + probability);
        assertEquals(new StreamFrame.Open(1, GUARDED, 1).toBytes().length, opened(world.service, world.caller)
                .toBytes().length, "who shows a key sends more");
    }

    @Test
    void theTestOfTheTestTellsWhatDiffers() {
        List<Double> some = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            some.add(random.nextGaussian());
            others.add(random.nextGaussian() + 0.3);
        }
        assertTrue(MannWhitney.probability(some, others) < UNLIKELY);
        assertTrue(MannWhitney.probability(some, new ArrayList<>(some)) > 0.9);
    }
}
