package org.cloakwork.laboratory.network;

import java.util.Arrays;
import java.util.List;

/**
 * MixMatch's likelihood test, after its description and its artifact
 * (mixnet-correlation/mixmatch_statistical_classifier): what two clients send, sorted, is laid beside what they
 * receive, sorted, and shifted so that packets take as long as they do on average. If the two talk with nobody else,
 * each pair takes about that long all the time; if not, the two sums wander from each other.
 *
 * @param mean  of the time that the pairs of those who talk take, in seconds
 * @param sigma its standard deviation
 * @param least what a packet takes on average; the shift is the least that gives as much
 */
public record FlowMatch(double mean, double sigma, double least) {

    private static final int FIRST_STEP = 64;

    private record Aligned(double[] from, double[] to, int shift, int length) {

        double takes(int i) {
            return to[i + Math.max(0, shift)] - from[i + Math.max(0, -shift)];
        }
    }

    /**
     * @param known downloads that belong together
     * @param least what a packet takes on average, in seconds
     * @return the test for such ones
     */
    public static FlowMatch trained(List<Download> known, double least) {
        double sum = 0;
        double squares = 0;
        long count = 0;
        for (Download download : known) {
            for (Aligned aligned : aligned(download, download, least)) {
                for (int i = 0; i < aligned.length; i++) {
                    double takes = aligned.takes(i);
                    sum += takes;
                    squares += takes * takes;
                    count++;
                }
            }
        }
        if (count == 0) {
            return new FlowMatch(least, least, least);
        }
        double mean = sum / count;
        return new FlowMatch(mean, Math.sqrt(squares / count - mean * mean), least);
    }

    private static List<Aligned> aligned(Download one, Download other, double least) {
        double[] sent = merged(one.initiator().sent(), other.responder().sent());
        double[] received = merged(one.initiator().received(), other.responder().received());
        double[] acks = merged(one.initiator().acks(), other.responder().acks());
        return List.of(align(sent, received, least), align(received, acks, least));
    }

    private static double[] merged(double[] one, double[] other) {
        double[] all = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        Arrays.sort(all);
        return all;
    }

    private static Aligned align(double[] from, double[] to, double least) {
        int shift = 0;
        for (int step = FIRST_STEP; step >= 1; step /= 2) {
            shift += mean(at(from, to, shift)) < least ? step : -step;
        }
        while (mean(at(from, to, shift)) < least) {
            shift++;
        }
        return at(from, to, shift);
    }

    private static Aligned at(double[] from, double[] to, int shift) {
        int length = Math.min(from.length - Math.max(0, -shift), to.length - Math.max(0, shift));
        return new Aligned(from, to, shift, Math.max(0, length));
    }

    private static double mean(Aligned aligned) {
        double sum = 0;
        for (int i = 0; i < aligned.length; i++) {
            sum += aligned.takes(i);
        }
        return aligned.length == 0 ? Double.MAX_VALUE : sum / aligned.length;
    }

    /**
     * @param one      whose initiator
     * @param other    and whose responder are looked at
     * @param observed numbers of observations, the smallest first
     * @return for each of them, how well the two fit: the mean of the logarithms; of all there is, if that is less, and
     *         negative infinity, if there is nothing
     */
    public double[] scores(Download one, Download other, int[] observed) {
        List<Aligned> both = aligned(one, other, least);
        int length = Math.min(both.get(0).length, both.get(1).length);
        double[] scores = new double[observed.length];
        double sum = 0;
        int look = 0;
        for (int i = 0; i < length && look < observed.length; i++) {
            for (Aligned aligned : both) {
                double off = (aligned.takes(i) - mean) / sigma;
                sum -= off * off / 2;
            }
            if (i + 1 == observed[look]) {
                scores[look++] = sum / (i + 1);
            }
        }
        Arrays.fill(scores, look, scores.length, length == 0 ? Double.NEGATIVE_INFINITY : sum / length);
        return scores;
    }
}
