package org.cloakwork.itests.line;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * What k-fingerprinting (Hayes and Danezis, USENIX Security 2016) looks at: how many frames went which way, when, in
 * which order, how close together. Once of all frames and once of those that carry packets, since a mixnet's
 * acknowledgements tell nothing new. Besides: bytes, and the course of bytes over time as CUMUL has it (Panchenko and
 * others, NDSS 2016), and how late what comes answers what goes ({@link Lags}).
 */
final class Features {

    private static final int ENDS = 30;
    private static final int CHUNK = 20;
    private static final int PARTS = 20;
    private static final int COURSE = 100;
    private static final double NANOS = 1e9;
    private static final double[] NONE = {0};

    private final DoubleStream.Builder found = DoubleStream.builder();
    private final Trace.View view;

    private Features(Trace.View view) {
        this.view = view;
    }

    /** {@return numbers, as many of each view of one length} */
    static double[] of(Trace.View view) {
        Features features = new Features(view);
        features.kFingerprint(view.frames());
        features.kFingerprint(view.frames().stream().filter(Frame::isLarge).toList());
        features.bytes();
        features.add(Lags.covariance(view));
        return features.found.build().toArray();
    }

    private void kFingerprint(List<Frame> frames) {
        double[] all = times(frames);
        double[] out = times(frames.stream().filter(Frame::up).toList());
        double[] in = times(frames.stream().filter(frame -> !frame.up()).toList());
        add(all.length, out.length, in.length, share(out.length, all.length), share(in.length, all.length));
        for (List<Frame> end : List.of(frames.subList(0, Math.min(ENDS, frames.size())),
                frames.subList(Math.max(0, frames.size() - ENDS), frames.size()))) {
            long up = end.stream().filter(Frame::up).count();
            add(up, end.size() - up);
        }
        for (double[] times : List.of(all, out, in)) {
            gaps(times);
            add(quantile(times, 0.25), quantile(times, 0.5), quantile(times, 0.75), quantile(times, 1));
            perPart(times, (int) Math.ceil(view.seconds()));
        }
        order(frames, true);
        order(frames, false);
        concentration(frames);
    }

    /** {@return seconds from the beginning of the view} */
    private double[] times(List<Frame> frames) {
        return frames.stream().mapToDouble(frame -> (frame.nanos() - view.from()) / NANOS).toArray();
    }

    private void gaps(double[] times) {
        double[] gaps = new double[Math.max(0, times.length - 1)];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = times[i + 1] - times[i];
        }
        Arrays.sort(gaps);
        add(quantile(gaps, 1), mean(gaps), deviation(gaps), quantile(gaps, 0.75));
    }

    /** Frames a second: what they are like, and their course. */
    private void perPart(double[] times, int seconds) {
        double[] counts = counts(times, Math.max(1, seconds), view.seconds());
        double[] sorted = counts.clone();
        Arrays.sort(sorted);
        add(mean(sorted), deviation(sorted), quantile(sorted, 0), quantile(sorted, 0.5), quantile(sorted, 1));
        add(counts(times, PARTS, view.seconds()));
    }

    private static double[] counts(double[] times, int parts, double seconds) {
        double[] counts = new double[parts];
        for (double time : times) {
            counts[Math.min(parts - 1, (int) (time / seconds * parts))]++;
        }
        return counts;
    }

    /** Where in the sequence frames of one direction are. */
    private void order(List<Frame> frames, boolean up) {
        double[] places = DoubleStream.iterate(0, place -> place < frames.size(), place -> place + 1)
                .filter(place -> frames.get((int) place).up() == up).toArray();
        add(mean(places), deviation(places));
    }

    /** How many of each {@link #CHUNK} frames go up. */
    private void concentration(List<Frame> frames) {
        double[] up = new double[(frames.size() + CHUNK - 1) / CHUNK];
        for (int i = 0; i < frames.size(); i++) {
            up[i / CHUNK] += frames.get(i).up() ? 1 : 0;
        }
        double[] parts = new double[PARTS];
        for (int i = 0; i < up.length; i++) {
            parts[i * PARTS / up.length] += up[i];
        }
        add(parts);
        Arrays.sort(up);
        add(mean(up), deviation(up), quantile(up, 0.5), quantile(up, 1));
    }

    private void bytes() {
        add(view.kilobytes(true), view.kilobytes(false));
        double[] course = new double[COURSE];
        for (Frame frame : view.frames()) {
            double seconds = (frame.nanos() - view.from()) / NANOS;
            course[Math.min(COURSE - 1, (int) (seconds / view.seconds() * COURSE))] += frame.up() ? -frame.bytes()
                    : frame.bytes();
        }
        for (int i = 1; i < COURSE; i++) {
            course[i] += course[i - 1];
        }
        add(course);
    }

    private void add(double... values) {
        for (double value : values) {
            found.add(value);
        }
    }

    private static double share(int part, int all) {
        return all == 0 ? 0 : (double) part / all;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(0);
    }

    private static double deviation(double[] values) {
        double mean = mean(values);
        return Math.sqrt(Arrays.stream(values).map(value -> (value - mean) * (value - mean)).average().orElse(0));
    }

    /** {@return of sorted values, 0 if there are none} */
    private static double quantile(double[] values, double part) {
        double[] some = values.length == 0 ? NONE : values;
        return some[(int) Math.min(some.length - 1, part * some.length)];
    }
}
