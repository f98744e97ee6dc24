package org.cloakwork.laboratory.network;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.routes.PacketKind;

/**
 * The times, in seconds since it began, at which two clients are seen at their gateways while one downloads a
 * document from the other.
 *
 * @param initiator who asks
 * @param responder who sends the document
 */
public record Download(Client initiator, Client responder) {

    /** Packets of the document, and of what asks for it. */
    private static final int DOCUMENT = 656;
    private static final int REQUESTS = 3;
    private static final double LINK = 0.051103;
    private static final int LINKS = 4;
    /** Enough for all of the document; what is seen ends when its last packet comes. */
    private static final double LONGEST = 60;
    /** From what asks for it to its first packet, once to twice as long: fitted, as nothing is written of it. */
    private static final double ANSWERS_AFTER = 0.2;
    private static final double NANOS = 1e9;

    /**
     * What is seen at a gateway of its client.
     *
     * @param sent     packets from it
     * @param received packets for it
     * @param acks     acknowledgements for it
     */
    public record Client(double[] sent, double[] received, double[] acks) {
    }

    /**
     * Of a packet.
     *
     * @param seconds it takes beside the delays of its mixes
     * @param first   number of its first mix among those of the layer, hostile ones first
     * @param last    of its last one
     */
    public record Way(double seconds, int first, int last) {
    }

    /** Chooses the ways of a client's packets. */
    public interface Ways {

        /** {@return the way of a packet of that kind} */
        Way of(PacketKind kind);
    }

    /** Times that somebody sees. */
    private static final class View {

        private final int hostile;
        private final DoubleStream.Builder[] sent = {DoubleStream.builder(), DoubleStream.builder()};
        private final DoubleStream.Builder[] received = {DoubleStream.builder(), DoubleStream.builder()};
        private final DoubleStream.Builder[] acks = {DoubleStream.builder(), DoubleStream.builder()};

        private View(int hostile) {
            this.hostile = hostile;
        }

        private void add(DoubleStream.Builder to, int mix, double at) {
            if (mix < hostile) {
                to.add(at);
            }
        }

        private Client client(int who, double end) {
            return new Client(cut(sent[who].build(), end), cut(received[who].build(), end),
                    cut(acks[who].build(), end));
        }
    }

    /** What a client sends, and what of it is for the other. */
    private record Sent(double[] times, boolean[] isForOther) {
    }

    /**
     * @param delay of a mix, mean, in seconds
     * @return how long a packet is under way on average, in seconds
     */
    public static double meanSeconds(double delay) {
        return Ground.LAYERS * delay + LINKS * LINK;
    }

    /**
     * @param cover  of both
     * @param chance decides
     * @return whether a client with it sends enough for a document to come within a minute or so
     */
    public static boolean isPossible(CoverTrafficStrategy cover, Chance chance) {
        return times(() -> cover.untilNextSlot(DrivenClient.FREE, chance), LONGEST).length > DOCUMENT + REQUESTS;
    }

    /**
     * Over links that all take as long.
     *
     * @param cover  of both
     * @param chance decides
     * @param delay  of a mix, mean, in seconds
     * @return a download
     */
    public static Download of(CoverTrafficStrategy cover, Chance chance, double delay) {
        Ways same = kind -> new Way(LINKS * LINK, 0, 0);
        return of(cover, chance, delay, same, same, new int[0]).getFirst();
    }

    /**
     * @param cover    of both
     * @param chance   decides
     * @param delay    of a mix, mean, in seconds
     * @param asks     ways of the one who asks
     * @param answers  ways of the other
     * @param hostile  numbers of hostile mixes in the first layer and the last
     * @return the download as it is seen at both gateways, and then by each number of hostile mixes: packets that go
     *         into one of the first layer, and that come out of one of the last
     */
    public static List<Download> of(CoverTrafficStrategy cover, Chance chance, double delay, Ways asks, Ways answers,
            int[] hostile) {
        double[] asking = times(() -> cover.untilNextSlot(DrivenClient.FREE, chance), LONGEST);
        double[] comes = new double[REQUESTS];
        Way[] requests = new Way[REQUESTS];
        for (int request = 0; request < REQUESTS; request++) {
            requests[request] = asks.of(PacketKind.DATA);
            comes[request] = asking[request] + requests[request].seconds + under(chance, delay);
        }
        // The connection and what is asked for over it: both must be there.
        double begins = Math.max(comes[0], comes[1]) + ANSWERS_AFTER * (1 + chance.part());
        double[] main = times(() -> cover.untilNextSlot(DrivenClient.FREE, chance), LONGEST);
        boolean[] isDocument = new boolean[main.length];
        int left = DOCUMENT;
        double last = 0;
        for (int i = 0; i < main.length && left > 0; i++) {
            if (main[i] > begins) {
                isDocument[i] = true;
                left--;
                last = main[i];
            }
        }
        double end = last + meanSeconds(delay) + delay;
        double[] seen = cut(Arrays.stream(asking), end);
        boolean[] isRequest = new boolean[seen.length];
        Arrays.fill(isRequest, 0, REQUESTS, true);
        Sent initiator = with(seen, isRequest, times(() -> cover.untilNextLoop(DrivenClient.FREE, chance), end));
        Sent responder = with(cut(Arrays.stream(main), end), isDocument,
                times(() -> cover.untilNextLoop(DrivenClient.FREE, chance), end));
        List<View> views = IntStream.concat(IntStream.of(Integer.MAX_VALUE), Arrays.stream(hostile))
                .mapToObj(View::new).toList();
        Sent[] both = {initiator, responder};
        for (int who = 0; who < both.length; who++) {
            Ways ways = who == 0 ? asks : answers;
            for (int i = 0; i < both[who].times.length; i++) {
                boolean isForOther = both[who].isForOther[i];
                boolean isOfRequests = who == 0 && i < REQUESTS;
                Way way = isOfRequests ? requests[i] : ways.of(isForOther ? PacketKind.DATA : PacketKind.COVER);
                double arrives = isOfRequests ? comes[i] : both[who].times[i] + way.seconds + under(chance, delay);
                Way back = ways.of(isForOther ? PacketKind.ACK : PacketKind.COVER_ACK);
                double known = arrives + back.seconds + under(chance, delay);
                for (View view : views) {
                    view.add(view.sent[who], way.first, both[who].times[i]);
                    view.add(view.received[isForOther ? 1 - who : who], way.last, arrives);
                    view.add(view.acks[who], back.last, known);
                }
            }
        }
        return views.stream().map(view -> new Download(view.client(0, end), view.client(1, end))).toList();
    }

    private static double[] times(Supplier<Optional<Duration>> gap, double end) {
        DoubleStream.Builder times = DoubleStream.builder();
        double now = 0;
        while (true) {
            Optional<Duration> until = gap.get();
            if (until.isEmpty()) {
                return times.build().toArray();
            }
            now += until.get().toNanos() / NANOS;
            if (now > end) {
                return times.build().toArray();
            }
            times.add(now);
        }
    }

    private static Sent with(double[] main, boolean[] isForOther, double[] loops) {
        double[] all = DoubleStream.concat(Arrays.stream(main), Arrays.stream(loops)).toArray();
        return new Sent(all, Arrays.copyOf(Arrays.copyOf(isForOther, main.length), all.length));
    }

    private static double under(Chance chance, double delay) {
        return delay * (chance.exponential() + chance.exponential() + chance.exponential());
    }

    private static double[] cut(DoubleStream times, double end) {
        return times.filter(time -> time <= end).sorted().toArray();
    }
}
