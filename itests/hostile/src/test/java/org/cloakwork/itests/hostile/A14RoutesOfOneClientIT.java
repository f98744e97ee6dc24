package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.cloakwork.itests.testing.routes.RouteTrials;
import org.cloakwork.spi.routes.KeptRoutes;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Topology;
import org.junit.jupiter.api.Test;

/**
 * Recipients and their gateways pool what they see of routes: the first mix of our acknowledgements and reply blocks,
 * the last one of our data. Two conversations of one client look to them like those of two clients, whatever the part;
 * and to our own gateway messages look like cover.
 */
class A14RoutesOfOneClientIT {

    private static final int MIXES = 40;
    private static final int HOSTILE = 6;
    private static final int PAIRS = 200;
    private static final int PACKETS = 60;
    private static final int LEARNING = 400;
    /** The seed is the same each time, so what holds once does. */
    private static final double LEAST_P = 0.001;
    private static final Topology TOPOLOGY = RouteTrials.topology(MIXES);

    /** What a part may keep at most. */
    private static final Map<String, String> MOST = Map.of("data", "client client conversation",
            "ack", "conversation client client", "reply-block", "conversation client client",
            "cover", "client client client", "cover-ack", "client client client");

    private record Tried(String name, RoutePolicy part) {
    }

    private static List<Tried> parts() {
        List<Tried> parts = new ArrayList<>();
        for (String name : List.of("uniform", "fixed", "subset", "sticky", "latency")) {
            parts.add(new Tried(name, Parts.part(RoutePolicy.class, name, Map.of())));
        }
        parts.add(new Tried("fixed, all it may", Parts.part(RoutePolicy.class, "fixed", MOST)));
        return parts;
    }

    /** Keeps for the client what nobody may: refused as a setting, so it is written here. */
    private static final class Marking implements RoutePolicy {

        @Override
        public Mixes choose(Packet packet, Randomness randomness) {
            Mixes kept = packet.remembered(Scope.CLIENT, () -> new Mixes(KeptRoutes.fresh(packet, 1, randomness),
                    KeptRoutes.fresh(packet, 2, randomness), KeptRoutes.fresh(packet, 3, randomness)));
            // One packet in ten is enough.
            return randomness.nextInt(10) == 0 && packet.kind() != PacketKind.COVER ? kept
                    : new Mixes(KeptRoutes.fresh(packet, 1, randomness), KeptRoutes.fresh(packet, 2, randomness),
                            KeptRoutes.fresh(packet, 3, randomness));
        }
    }

    /** A client that has been there for a while: it knows delays of its own, and some of its packets were dropped. */
    private static RouteTrials client(RoutePolicy part, long seed) {
        RouteTrials client = new RouteTrials(part, TOPOLOGY, seed);
        int[] millis = new SplittableRandom(seed).ints(3L * MIXES, 0, 100).toArray();
        for (int i = 0; i < LEARNING; i++) {
            Mixes mixes = client.choose(PacketKind.COVER, 0);
            if (client.hostileOf(mixes, HOSTILE) % 3 != 0) {
                client.lost(PacketKind.COVER, 0, mixes);
            } else {
                client.arrived(PacketKind.COVER, 0, mixes, Optional.of(Duration.ofMillis(
                        IntStream.rangeClosed(1, 3).map(layer -> millis[(int) mixes.of(layer).id()]).sum())));
            }
        }
        return client;
    }

    /** {@return how often each mix was seen by recipient and gateway: of layer 1, then of layer 3} */
    private static double[] seen(RouteTrials client, long conversation) {
        double[] counts = new double[2 * MIXES];
        for (int i = 0; i < PACKETS; i++) {
            Mixes data = client.choose(PacketKind.DATA, conversation);
            Mixes ack = client.choose(PacketKind.ACK, conversation);
            counts[MIXES + (int) (data.third().id() % MIXES)]++;
            counts[(int) (ack.first().id() % MIXES)]++;
            counts[(int) (client.choose(PacketKind.REPLY_BLOCK, conversation).first().id() % MIXES)]++;
            if (client.hostileOf(data, HOSTILE) + client.hostileOf(ack, HOSTILE) > 0) {
                client.lost(PacketKind.DATA, conversation, data);
                client.lost(PacketKind.ACK, conversation, ack);
            } else {
                client.arrived(PacketKind.DATA, conversation, data, Optional.empty());
                client.arrived(PacketKind.ACK, conversation, ack, Optional.empty());
            }
        }
        return counts;
    }

    /** {@return how often each first mix was seen by our own gateway} */
    private static double[] firsts(RouteTrials client, PacketKind kind) {
        double[] counts = new double[MIXES];
        for (int i = 0; i < PACKETS; i++) {
            counts[(int) (client.choose(kind, 1).first().id() % MIXES)]++;
        }
        return counts;
    }

    private static double alike(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }

    /** Mann and Whitney's test, by its normal approximation with ties: how likely chance does as much. */
    private static double pValue(double[] some, double[] others) {
        double[] all = Arrays.copyOf(some, some.length + others.length);
        System.arraycopy(others, 0, all, some.length, others.length);
        Arrays.sort(all);
        double ranks = 0;
        double ties = 0;
        for (double value : some) {
            int from = first(all, value);
            int to = first(all, Math.nextUp(value));
            ranks += (from + 1 + to) / 2.0;
        }
        for (int i = 0; i < all.length; i = first(all, Math.nextUp(all[i]))) {
            double tied = first(all, Math.nextUp(all[i])) - i;
            ties += tied * tied * tied - tied;
        }
        double n = some.length;
        double m = others.length;
        double u = ranks - n * (n + 1) / 2;
        double deviation = Math.sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))));
        return deviation == 0 ? 1 : Math.clamp(2 * upperTail(Math.abs(u - n * m / 2) / deviation), 0, 1);
    }

    private static int first(double[] sorted, double value) {
        int found = Arrays.binarySearch(sorted, value);
        int index = found < 0 ? -found - 1 : found;
        while (index > 0 && sorted[index - 1] == value) {
            index--;
        }
        return index;
    }

    /** Of the normal distribution; Abramowitz and Stegun 26.2.17, off by less than 7.5e-8. */
    private static double upperTail(double z) {
        double t = 1 / (1 + 0.2316419 * z);
        double series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937
                + t * (-1.821255978 + t * 1.330274429))));
        return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * series;
    }

    /** @param score of a pair, given its seed and whether it is of one client */
    private static double pValue(BiFunction<Long, Boolean, Double> score) {
        double[] one = IntStream.range(0, PAIRS).mapToDouble(i -> score.apply(4L * i + 2, true)).toArray();
        double[] two = IntStream.range(0, PAIRS).mapToDouble(i -> score.apply(4L * (i + PAIRS), false)).toArray();
        return pValue(one, two);
    }

    private static double twoConversations(RoutePolicy part, long seed, boolean ofOneClient) {
        RouteTrials client = client(part, seed);
        RouteTrials other = ofOneClient ? client : client(part, seed + 1);
        return alike(seen(client, 1), seen(other, 2));
    }

    @Test
    void twoConversationsOfOneClientLookLikeThoseOfTwo() {
        for (Tried tried : parts()) {
            double p = pValue((seed, one) -> twoConversations(tried.part, seed, one));
            System.out.printf(Locale.ROOT, "A14: recipients and gateways, %d pairs each, routes %s: p = %.4f%n", PAIRS,
                    tried.name, p);
            assertTrue(p > LEAST_P, tried.name + ": " + p);
        }
        double p = pValue((seed, one) -> twoConversations(new Marking(), seed, one));
        System.out.printf(Locale.ROOT, "A14: the same of a part that may not be: p = %.1e%n", p);
        assertTrue(p < 1e-6, "nothing would be seen: " + p);
    }

    @Test
    void toOurOwnGatewayMessagesGoTheWaysOfCover() {
        for (Tried tried : parts()) {
            double p = pValue((seed, cover) -> {
                RouteTrials client = client(tried.part, seed);
                return alike(firsts(client, PacketKind.COVER), firsts(client, cover ? PacketKind.COVER
                        : PacketKind.DATA));
            });
            System.out.printf(Locale.ROOT, "A14: own gateway, %d clients each, routes %s: p = %.4f%n", PAIRS,
                    tried.name, p);
            assertTrue(p > LEAST_P, tried.name + ": " + p);
        }
    }
}
