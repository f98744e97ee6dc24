package org.cloakwork.itests.line;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** What a watcher has written down, in the order of time. Safe for use by many threads. */
public final class Trace {

    private static final double NANOS = 1e9;

    private final LongSupplier nanoTime;
    @GuardedBy("this")
    private final List<Frame> frames = new ArrayList<>();

    /** @param nanoTime the watcher's clock */
    public Trace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * A frame passes.
     *
     * @param up    whether it goes to the gateway
     * @param bytes of the whole frame
     */
    public synchronized void add(boolean up, int bytes) {
        frames.add(new Frame(nanoTime.getAsLong(), up, bytes));
    }

    /** {@return the time of the watcher's clock} */
    public long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** Forgets what passed before, of which nothing will be asked. */
    public synchronized void clear() {
        frames.clear();
    }

    /**
     * @param from   where to begin, inclusive
     * @param length for how long
     * @return the frames of that time
     */
    public synchronized View view(long from, Duration length) {
        return new View(List.copyOf(frames.subList(index(from), index(from + length.toNanos()))), from, length);
    }

    @GuardedBy("this")
    private int index(long nanos) {
        int low = 0;
        int high = frames.size();
        while (low < high) {
            int middle = low + high >>> 1;
            if (frames.get(middle).nanos() < nanos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * A part of it.
     *
     * @param frames that passed
     * @param from   where it begins
     * @param length how long it is
     */
    public record View(List<Frame> frames, long from, Duration length) {

        double seconds() {
            return length.toNanos() / NANOS;
        }

        int count(Frame.Kind kind) {
            return (int) frames.stream().filter(kind::has).count();
        }

        /** {@return frames a second} */
        double rate(Frame.Kind kind) {
            return count(kind) / seconds();
        }

        /** {@return kB a second in one direction} */
        double kilobytes(boolean up) {
            return frames.stream().filter(frame -> frame.up() == up).mapToLong(Frame::bytes).sum() / seconds() / 1000;
        }

        /** {@return seconds from one frame of a kind to the next} */
        double[] gaps(Frame.Kind kind) {
            long[] times = frames.stream().filter(kind::has).mapToLong(Frame::nanos).toArray();
            double[] gaps = new double[Math.max(0, times.length - 1)];
            for (int i = 0; i < gaps.length; i++) {
                gaps[i] = (times[i + 1] - times[i]) / NANOS;
            }
            return gaps;
        }

        /** {@return frames of a kind in each window of so long, from the beginning on; what is left over is not in} */
        int[] counts(Frame.Kind kind, Duration window) {
            int[] counts = new int[(int) (length.toNanos() / window.toNanos())];
            for (Frame frame : frames) {
                int at = (int) ((frame.nanos() - from) / window.toNanos());
                if (kind.has(frame) && at < counts.length) {
                    counts[at]++;
                }
            }
            return counts;
        }

        /** {@return the part that begins so long after the beginning; as far as there is so much} */
        View part(Duration after, Duration window) {
            long begin = from + after.toNanos();
            long end = begin + window.toNanos();
            return new View(frames.stream().filter(frame -> frame.nanos() >= begin && frame.nanos() < end).toList(),
                    begin, window);
        }

        /** {@return the lengths of frames in one direction, in their order of size, each once} */
        int[] lengths(boolean up) {
            return Arrays.stream(frames.stream().filter(frame -> frame.up() == up).mapToInt(Frame::bytes).toArray())
                    .distinct().sorted().toArray();
        }

        /**
         * Writes it down: seconds, direction, bytes.
         *
         * @param file to be written
         * @throws IOException if it cannot be
         */
        void write(Path file) throws IOException {
            try (Writer out = Files.newBufferedWriter(file)) {
                out.write("seconds,direction,bytes\n");
                for (Frame frame : frames) {
                    out.write(String.format(Locale.ROOT, "%.6f,%s,%d%n", (frame.nanos() - from) / NANOS,
                            frame.up() ? "up" : "down", frame.bytes()));
                }
            }
        }
    }
}
