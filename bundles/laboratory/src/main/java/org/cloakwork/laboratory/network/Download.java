package org.cloakwork.laboratory.network;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
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

    /** What a packet of a client takes beside the delays of its mixes. */
    public interface Ways {

        /** {@return for a packet of that kind, in seconds} */
        double seconds(PacketKind kind);
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
        Ways same = kind -> LINKS * LINK;
        return of(cover, chance, delay, same, same);
    }

    /**
     * @param cover    of both
     * @param chance   decides
     * @param delay    of a mix, mean, in seconds
     * @param asks     ways of the one who asks
     * @param answers  ways of the other
     * @return a download
     */
    public static Download of(CoverTrafficStrategy cover, Chance chance, double delay, Ways asks, Ways answers) {
        double[] asking = times(() -> cover.untilNextSlot(DrivenClient.FREE, chance), LONGEST);
        double[] comes = new double[REQUESTS];
        Arrays.setAll(comes, request -> asking[request] + asks.seconds(PacketKind.DATA) + under(chance, delay));
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
        return put(initiator, responder, comes, chance, delay, end, asks, answers);
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

    private static Download put(Sent initiator, Sent responder, double[] comes, Chance chance, double delay,
            double end, Ways asks, Ways answers) {
        DoubleStream.Builder[] received = {DoubleStream.builder(), DoubleStream.builder()};
        DoubleStream.Builder[] acks = {DoubleStream.builder(), DoubleStream.builder()};
        Sent[] both = {initiator, responder};
        for (int who = 0; who < both.length; who++) {
            Ways ways = who == 0 ? asks : answers;
            for (int i = 0; i < both[who].times.length; i++) {
                boolean isForOther = both[who].isForOther[i];
                double arrives = who == 0 && i < comes.length ? comes[i] : both[who].times[i]
                        + ways.seconds(isForOther ? PacketKind.DATA : PacketKind.COVER) + under(chance, delay);
                received[isForOther ? 1 - who : who].add(arrives);
                acks[who].add(arrives + ways.seconds(isForOther ? PacketKind.ACK : PacketKind.COVER_ACK)
                        + under(chance, delay));
            }
        }
        return new Download(
                new Client(cut(Arrays.stream(initiator.times), end), cut(received[0].build(), end),
                        cut(acks[0].build(), end)),
                new Client(cut(Arrays.stream(responder.times), end), cut(received[1].build(), end),
                        cut(acks[1].build(), end)));
    }

    private static double under(Chance chance, double delay) {
        return delay * (chance.exponential() + chance.exponential() + chance.exponential());
    }

    private static double[] cut(DoubleStream times, double end) {
        return times.filter(time -> time <= end).sorted().toArray();
    }
}
