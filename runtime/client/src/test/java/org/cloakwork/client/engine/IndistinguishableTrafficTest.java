package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.cover.constant.ConstantCover;
import org.cloakwork.cover.poisson.PoissonCover;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.MixPacket;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What leaves a client does not tell what it does: the frames of an idle client and of a busy one are two samples of
 * one distribution. Its gateway, and whoever sees the link upward, sees their lengths and times; the gateway also the
 * first hop and the label of the keys.
 */
class IndistinguishableTrafficTest {

    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration WATCHED = Duration.ofMinutes(2);
    /**
     * A test of {@value #SIGNIFICANCE} is wrong once in a thousand times; the seed is fixed, so this one never or
     * always.
     */
    private static final double SIGNIFICANCE = 0.001;
    private static final int LARGE = 4_000_000;
    private static final int MOST_GRANTED = 500;

    @RegisterExtension
    final Seed seed = new Seed();

    /** The parts that promise it. */
    enum Cover {
        POISSON(new PoissonCover.Factory().create(Map.of())), CONSTANT(new ConstantCover.Factory().create(Map.of()));

        private final CoverTrafficStrategy strategy;

        Cover(CoverTrafficStrategy strategy) {
            this.strategy = strategy;
        }
    }

    /** What the watched client, alice, does with bob. */
    private enum Activity {
        IDLE {
            @Override
            void begin(TestClient alice, TestClient bob) {
                // nothing
            }
        },
        SENDING {
            @Override
            void begin(TestClient alice, TestClient bob) {
                alice.world.loss = 0.02;
                for (int i = 0; i < 3; i++) {
                    alice.send(bob.address(), new byte[LARGE]);
                }
            }
        },
        RECEIVING {
            @Override
            void begin(TestClient alice, TestClient bob) {
                for (int i = 0; i < 3; i++) {
                    bob.send(alice.address(), new byte[LARGE]);
                }
            }
        },
        ANSWERING {
            @Override
            void begin(TestClient alice, TestClient bob) {
                alice.engine.subscribe(question -> question.sender().ifPresent(tag -> {
                    for (int i = 0; i < 3; i++) {
                        alice.reply(tag, new byte[LARGE]);
                    }
                }));
                bob.send(alice.address(), new byte[100], SendOptions.DEFAULT.withReplySurbs(MOST_GRANTED));
            }
        },
        /** Reply blocks that lead elsewhere, and for keys that are not the present ones: see {@link #hostile}. */
        ANSWERING_A_HOSTILE_PEER {
            @Override
            void begin(TestClient alice, TestClient bob) {
                alice.engine.subscribe(question -> question.sender()
                        .ifPresent(tag -> alice.reply(tag, new byte[LARGE / 20])));
                for (int i = 0; i < 20; i++) {
                    bob.send(alice.address(), new byte[100], SendOptions.DEFAULT.withReplySurbs(100));
                }
            }
        };

        abstract void begin(TestClient alice, TestClient bob);
    }

    /** Makes reply blocks whose first hop has an address of version 6 and is no mix, labelled with other keys. */
    private static void hostile(World world, TestClient bob) {
        bob.parts.set(PartKind.SPHINX, new ClearFormat() {
            @Override
            public Surb createSurb(Route route, Randomness randomness) {
                byte[] block = super.createSurb(route, randomness).bytes();
                ByteBuffer.wrap(block).put(HEADER_LENGTH,
                        NodeAddress.parse("[2001:db8::1]:1789").padded(NodeAddress.LONG_LENGTH));
                try {
                    return Surb.parse(block);
                } catch (SphinxException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        Topology listed = world.topology();
        bob.parts.set(PartKind.TOPOLOGY, () -> CompletableFuture.completedFuture(new Topology(listed.epochId(),
                listed.keyRotationId() + 1, world.time.now(), listed.rewardedSet(), listed.nodes())));
    }

    /** What was seen of one client: when each frame left, how long it was, and for its gateway what else. */
    private record Seen(double[] gaps, double[] sizes, double[] eachSecond, Set<String> outside) {
    }

    private Seen watch(Cover cover, Activity activity) {
        try (World world = new World(seed.next(), new ClearFormat(), 2)) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT.withGateway(world.gateways.get(0).identity()),
                    cover.strategy);
            TestClient bob = world.client(ClientConfiguration.DEFAULT.withGateway(world.gateways.get(1).identity()),
                    World.NO_COVER);
            if (activity == Activity.ANSWERING_A_HOSTILE_PEER) {
                hostile(world, bob);
            }
            alice.awaitReady();
            bob.awaitReady();
            activity.begin(alice, bob);
            world.runFor(WARM_UP);
            List<FakeGateway.Forwarded> frames = world.gateway().forwarded;
            frames.clear();
            long startNanos = world.time.nanoTime();
            world.runFor(WATCHED);
            assertTrue(switch (activity) {
                case IDLE -> alice.counter(Counter.PACKETS_DATA) == 0;
                case SENDING -> alice.counter(Counter.PACKETS_DATA) > 6_000
                        && alice.counter(Counter.PACKETS_RETRANSMITTED) > 100;
                case RECEIVING -> alice.counter(Counter.RECEIVED_FRAGMENTS) > 6_000;
                case ANSWERING -> alice.counter(Counter.SURBS_USED) > 5_000;
                case ANSWERING_A_HOSTILE_PEER -> bob.counter(Counter.MESSAGES_ACKNOWLEDGED) == 20;
            }, () -> activity + ": " + alice.counters());
            double[] gaps = new double[frames.size() - 1];
            Arrays.setAll(gaps, i -> (frames.get(i + 1).timeNanos() - frames.get(i).timeNanos()) / 1e9);
            double[] eachSecond = new double[(int) WATCHED.toSeconds()];
            frames.forEach(frame -> eachSecond[Math.min(eachSecond.length - 1,
                    (int) ((frame.timeNanos() - startNanos) / 1_000_000_000L))]++);
            Set<NodeAddress> mixes = world.topology().layer(1).stream().map(node -> node.mixAddress())
                    .collect(Collectors.toSet());
            Set<String> outside = new TreeSet<>();
            for (FakeGateway.Forwarded frame : frames) {
                MixPacket packet = frame.packet();
                outside.add(packet.type() + " " + packet.rotation() + (mixes.contains(packet.firstHop())
                        ? " to a mix of layer 1" : " to a stranger"));
            }
            return new Seen(gaps, frames.stream().mapToDouble(FakeGateway.Forwarded::frameLength).toArray(), eachSecond,
                    outside);
        }
    }

    /** {@return the distance of two samples' distributions: the most by which their shares up to any value differ} */
    private static double distance(double[] one, double[] other) {
        double[] a = one.clone();
        double[] b = other.clone();
        Arrays.sort(a);
        Arrays.sort(b);
        double distance = 0;
        int i = 0;
        int j = 0;
        while (i < a.length && j < b.length) {
            double value = Math.min(a[i], b[j]);
            while (i < a.length && a[i] <= value) {
                i++;
            }
            while (j < b.length && b[j] <= value) {
                j++;
            }
            distance = Math.max(distance, Math.abs((double) i / a.length - (double) j / b.length));
        }
        return distance;
    }

    /** Kolmogorov and Smirnov, two samples, two sides. */
    private static double critical(int n, int m) {
        return Math.sqrt(-Math.log(SIGNIFICANCE / 2) / 2) * Math.sqrt((double) (n + m) / ((double) n * m));
    }

    private String compare(String what, double[] idle, double[] busy) {
        double distance = distance(idle, busy);
        double critical = critical(idle.length, busy.length);
        String text = "%s %.4f of at most %.4f (%d and %d)".formatted(what, distance, critical, idle.length,
                busy.length);
        assertTrue(distance < critical, text);
        return text;
    }

    @ParameterizedTest
    @EnumSource
    void idleSendingReceivingAndAnsweringLookTheSameOnTheLinkUpward(Cover cover) {
        Seen idle = watch(cover, Activity.IDLE);
        for (Activity activity : List.of(Activity.SENDING, Activity.RECEIVING, Activity.ANSWERING)) {
            assertLooksIdle(cover, idle, activity);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answeringAHostilePeerLooksLikeDoingNothing(Cover cover) {
        assertLooksIdle(cover, watch(cover, Activity.IDLE), Activity.ANSWERING_A_HOSTILE_PEER);
    }

    private void assertLooksIdle(Cover cover, Seen idle, Activity activity) {
        Seen busy = watch(cover, activity);
        System.out.printf("KS, %s, idle and %s, level %s, seed %d: %s; %s; %s%n", cover, activity, SIGNIFICANCE,
                seed.value(), compare("gaps", idle.gaps, busy.gaps), compare("sizes", idle.sizes, busy.sizes),
                compare("frames a second", idle.eachSecond, busy.eachSecond));
        assertEquals(idle.outside, busy.outside, activity + " as the gateway sees it");
    }
}
