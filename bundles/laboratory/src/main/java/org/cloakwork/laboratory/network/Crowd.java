package org.cloakwork.laboratory.network;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.DoubleStream;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;

/**
 * Many clients that send at the same time through the mixes of a {@link Ground}, watched by somebody who sees every
 * link: what comes out could be of whom? Acknowledgements leave where their packets arrive, at the same moment, and
 * are taken to be of the same sender.
 */
public final class Crowd {

    private static final Duration WARM = Duration.ofSeconds(3);
    private static final double NANOS = 1e9;

    private final Ground ground;
    private final double delay;
    private final int[] micros;
    private final List<Sent> sent = new ArrayList<>();
    private int clients;

    /** A packet of a client, with the way of its acknowledgement. */
    private static final class Sent {

        private final int client;
        private final double at;
        private final Mixes mixes;
        private Mixes ack;

        private Sent(int client, double at, Mixes mixes) {
            this.client = client;
            this.at = at;
            this.mixes = mixes;
        }
    }

    private static final class UnderWay {

        private final Sent sent;
        private final boolean isAck;
        private double at;
        private int layer;
        private boolean isInMix;
        private double[] likely;

        private UnderWay(Sent sent, boolean isAck, double at, double[] likely) {
            this.sent = sent;
            this.isAck = isAck;
            this.at = at;
            this.likely = likely;
        }

        private int mix() {
            return (int) (isAck ? sent.ack : sent.mixes).of(layer + 1).id();
        }
    }

    /**
     * What was seen.
     *
     * @param entropies of the possible senders of each packet that arrived, in bits
     * @param seconds   that each was under way
     * @param packets   that clients sent, each second and client
     */
    public record Seen(double[] entropies, double[] seconds, double packets) {
    }

    /**
     * @param ground where they are
     * @param delay  of a mix, mean, in seconds
     * @param micros how long it takes to each mix, by its node id
     */
    public Crowd(Ground ground, double delay, int[] micros) {
        this.ground = ground;
        this.delay = delay;
        this.micros = micros.clone();
    }

    /** {@return what a further client tells its ways} */
    public DrivenClient.Network joins() {
        int client = clients++;
        return (nanos, kind, mixes) -> {
            if (kind == PacketKind.DATA || kind == PacketKind.COVER) {
                sent.add(new Sent(client, nanos / NANOS, mixes));
            } else if (kind != PacketKind.REPLY_BLOCK) {
                sent.getLast().ack = mixes;
            }
            return 1000L * (micros[(int) mixes.first().id()] + micros[(int) mixes.second().id()]
                    + micros[(int) mixes.third().id()]);
        };
    }

    /**
     * Lets all that was told go its ways. What is sent in the first three seconds is not counted.
     *
     * @param chance draws the delays
     * @return what was seen
     */
    public Seen watch(Chance chance) {
        Pool[] pools = new Pool[Ground.LAYERS * ground.width()];
        Arrays.setAll(pools, mix -> new Pool());
        PriorityQueue<UnderWay> due = new PriorityQueue<>(Comparator.comparingDouble(packet -> packet.at));
        for (Sent one : sent) {
            due.add(new UnderWay(one, false, one.at, null));
        }
        double warm = WARM.toNanos() / NANOS;
        double last = sent.stream().mapToDouble(one -> one.at).max().orElse(0);
        DoubleStream.Builder entropies = DoubleStream.builder();
        DoubleStream.Builder seconds = DoubleStream.builder();
        while (!due.isEmpty() && due.peek().at <= last) {
            UnderWay packet = due.poll();
            if (packet.isInMix) {
                packet.likely = pools[packet.mix()].leaves();
                packet.isInMix = false;
                packet.layer++;
                packet.at += packet.layer < Ground.LAYERS ? micros[packet.mix()] / 1e6 : 0;
                due.add(packet);
            } else if (packet.layer < Ground.LAYERS) {
                if (packet.layer == 0 && packet.likely == null) {
                    packet.likely = new double[clients];
                    packet.likely[packet.sent.client] = 1;
                }
                pools[packet.mix()].enters(packet.likely);
                packet.isInMix = true;
                packet.at += delay * chance.exponential();
                due.add(packet);
            } else if (!packet.isAck) {
                if (packet.sent.at >= warm) {
                    entropies.add(Arrays.stream(packet.likely).map(Pool::bits).sum());
                    seconds.add(packet.at - packet.sent.at);
                }
                due.add(new UnderWay(packet.sent, true, packet.at, packet.likely));
            }
        }
        return new Seen(entropies.build().toArray(), seconds.build().toArray(), sent.size() / last / clients);
    }
}
