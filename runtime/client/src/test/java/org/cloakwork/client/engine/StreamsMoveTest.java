package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.StreamListener;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.cover.poisson.PoissonCover;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.streams.OpenStream;
import org.cloakwork.streams.StreamFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams to a client that may be at several gateways, when one of them dies. */
class StreamsMoveTest {

    private static final int PORT = 7;
    private static final int LENGTH = 400_000;
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    @RegisterExtension
    final Seed seed = new Seed();

    private static World world(long seed) {
        return new World(seed, new ClearFormat(), 3);
    }

    /** {@return a client at the first gateway, that may be at the second} */
    private static TestClient service(World world) {
        TestClient service = world.client(ClientConfiguration.DEFAULT.withGateways(List.of(
                world.gateways.get(0).identity(), world.gateways.get(1).identity())), World.NO_COVER);
        service.awaitReady();
        return service;
    }

    /** {@return a client at the third gateway} */
    private static TestClient caller(World world, CoverTrafficStrategy cover) {
        TestClient caller = world.client(ClientConfiguration.DEFAULT.withGateway(
                world.gateways.get(2).identity()), cover);
        caller.awaitReady();
        return caller;
    }

    private static long count(TestClient client, String counter) {
        return client.engine.counters().get(counter);
    }

    /** Bytes of one direction, as far as they have come. */
    private static final class Way {

        private final OpenStream from;
        private final MixnetStream to;
        private final byte[] bytes = new byte[LENGTH];
        private final byte[] got = new byte[LENGTH];
        private int sent;
        private int come;

        private Way(World world, MixnetStream from, MixnetStream to) {
            this.from = (OpenStream) from;
            this.to = to;
            world.random.nextBytes(bytes);
        }

        private void step(int most) throws IOException {
            for (int room = from.messages().room(); room > 0 && sent < most; room = from.messages().room()) {
                int length = Math.min(Math.min(3000, room), most - sent);
                from.output().write(bytes, sent, length);
                sent += length;
            }
            while (to.input().available() > 0) {
                come += to.input().read(got, come, LENGTH - come);
            }
        }
    }

    private static void move(World world, List<Way> ways, int most, BooleanSupplier until) throws IOException {
        long end = world.time.nanoTime() + PATIENCE.toNanos();
        while (!until.getAsBoolean()) {
            assertTrue(world.time.nanoTime() < end, () -> "stuck: " + ways.stream().map(way -> way.sent + " sent, "
                    + way.come + " come").toList() + world.clients.stream().map(TestClient::counters).toList());
            for (Way way : ways) {
                way.step(most);
            }
            world.runFor(Duration.ofMillis(50));
        }
    }

    private static void assertWhole(List<Way> ways) {
        ways.forEach(way -> assertArrayEquals(way.bytes, way.got));
    }

    private void goesOn(CoverTrafficStrategy cover, boolean upToo, int moves) throws Exception {
        try (World world = world(seed.value())) {
            TestClient service = service(world);
            TestClient caller = caller(world, cover);
            service.engine.returnPackets(true);
            StreamListener listener = service.engine.listen(PORT);
            OpenStream near = caller.engine.beginStream(service.address(), PORT, StreamOptions.DEFAULT);
            assertTrue(world.time.runUntil(near.opened()::isDone, PATIENCE));
            MixnetStream far = listener.accept(Duration.ofMillis(1));
            Way up = new Way(world, near, far);
            Way down = new Way(world, far, near);
            List<Way> ways = upToo ? List.of(up, down) : List.of(down);
            move(world, ways, LENGTH / 2, () -> ways.stream().allMatch(way -> way.come > LENGTH / 4));
            // What its gateway has taken and not given on is lost with it.
            world.gateways.get(0).hung = true;
            world.runFor(Duration.ofMillis(200));
            world.gateways.get(0).goDown();
            move(world, ways, LENGTH * 3 / 4, () -> ways.stream().allMatch(way -> way.come == LENGTH * 3 / 4));
            assertEquals(world.gateways.get(1).identity(), service.address().gateway());
            assertEquals(1, count(caller, "streams.moved"));
            if (moves == 2) {
                world.gateways.get(0).hung = false;
                world.gateways.get(0).comeUp();
                assertTrue(world.time.runUntil(() -> service.address().gateway().equals(
                        world.gateways.get(0).identity()), Duration.ofMinutes(10)), "it does not come back");
            }
            move(world, ways, LENGTH, () -> ways.stream().allMatch(way -> way.come == LENGTH));
            assertWhole(ways);
            assertEquals(moves, count(caller, "streams.moved"));
            assertEquals(0, count(caller, "streams.broken") + count(service, "streams.broken"));
            assertEquals(1, count(service, "streams.accepted"));
        }
    }

    @Test
    void bothWaysGoOnAtTheNextGatewayAndAtTheFirstWhenItIsBack() throws Exception {
        goesOn(World.NO_COVER, true, 2);
    }

    @Test
    void whoOnlyReadsFindsItAgain() throws Exception {
        goesOn(World.NO_COVER, false, 1);
    }

    @Test
    void withCoverAndAnEvenLineItGoesOnToo() throws Exception {
        goesOn(new PoissonCover.Factory().create(Map.of()), true, 1);
    }

    @Test
    void aStreamAsSomebodyElseDoesNotProfitAndOneAsTheSameDoes() throws Exception {
        try (World world = world(seed.value())) {
            TestClient service = service(world);
            TestClient caller = caller(world, World.NO_COVER);
            service.engine.listen(PORT);
            StreamOptions same = StreamOptions.DEFAULT.withIsolation("one");
            var asked = service.address();
            OpenStream near = caller.engine.beginStream(asked, PORT, same);
            assertTrue(world.time.runUntil(near.opened()::isDone, PATIENCE));
            world.gateways.get(0).goDown();
            near.output().write(new byte[100]);
            assertTrue(world.time.runUntil(() -> count(caller, "streams.moved") == 1, Duration.ofMinutes(2)));
            OpenStream again = caller.engine.beginStream(asked, PORT, same);
            OpenStream other = caller.engine.beginStream(asked, PORT, StreamOptions.DEFAULT.withIsolation("other"));
            assertTrue(world.time.runUntil(again.opened()::isDone, Duration.ofSeconds(30)), "it is asked elsewhere");
            assertEquals(Optional.empty(), again.opened().join());
            world.runFor(Duration.ofSeconds(20));
            assertFalse(other.opened().isDone(), "what one has learnt shows in another");
        }
    }

    /** Whoever accepts a stream may say anything, and never where it has not been told that it may be. */
    @Test
    void onlyGatewaysThatWereToldAreTakenAndOnlyForTheSameKeys() throws Exception {
        try (World world = world(seed.value())) {
            TestClient hostile = world.client(ClientConfiguration.DEFAULT.withGateway(
                    world.gateways.get(0).identity()), World.NO_COVER);
            hostile.awaitReady();
            TestClient caller = caller(world, World.NO_COVER);
            SenderTag[] tag = new SenderTag[1];
            long[] asked = new long[1];
            hostile.engine.intercept(message -> {
                if (tag[0] == null && message.origin() instanceof ReceivedMessage.Sender(SenderTag sender)) {
                    tag[0] = sender;
                    asked[0] = ByteBuffer.wrap(message.payload()).getLong(Long.BYTES + 1);
                }
                return true;
            });
            OpenStream near = caller.engine.beginStream(hostile.address(), PORT, StreamOptions.DEFAULT.withKeepAlive(
                    Duration.ofHours(1)));
            assertTrue(world.time.runUntil(() -> tag[0] != null, PATIENCE));
            long id = asked[0];
            hostile.engine.reply(tag[0], new StreamFrame.Accepted(id, List.of(world.gateways.get(1).identity()))
                    .toBytes());
            assertTrue(world.time.runUntil(near.opened()::isDone, PATIENCE));
            // Only once may it tell where else it may be.
            hostile.engine.reply(tag[0], new StreamFrame.Accepted(id, List.of(world.gateways.get(2).identity()))
                    .toBytes());
            world.runFor(Duration.ofSeconds(5));
            hostile.engine.reply(tag[0], new StreamFrame.Here(id, world.gateways.get(2).identity(), 0).toBytes());
            world.runFor(Duration.ofSeconds(5));
            assertEquals(0, count(caller, "streams.moved"));
            for (int i = 0; i < 200; i++) {
                hostile.engine.reply(tag[0], new StreamFrame.Here(id, world.gateways.get(i % 2).identity(), 0)
                        .toBytes());
                near.output().write(1);
                world.runFor(Duration.ofSeconds(1));
            }
            assertTrue(count(caller, "streams.moved") <= 64, "as often as it likes");
        }
    }
}
