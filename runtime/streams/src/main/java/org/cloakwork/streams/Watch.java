package org.cloakwork.streams;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.cloakwork.api.StreamException;

/**
 * What time brings to a stream: when something was heard, said and used last, and what has waited for too long. Under
 * the lock of its stream.
 */
final class Watch {

    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** After so long without a word a window may have been lost; twice as long each time it is told again. */
    private static final long WINDOW_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(4);
    private static final int MOST_WINDOWS_AGAIN = 6;

    private final StreamLimits limits;
    private final LongSupplier nanoTime;
    private long heardNanos;
    private long saidNanos;
    private long usedNanos;
    private long againNanos;
    private long toldNanos;
    private int windowsAgain = MOST_WINDOWS_AGAIN;
    private OptionalLong gapSinceNanos = OptionalLong.empty();
    private OptionalLong resetSinceNanos = OptionalLong.empty();

    Watch(StreamLimits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        heardNanos = nanoTime.getAsLong();
        saidNanos = heardNanos;
        usedNanos = heardNanos;
    }

    /** The other side is there. */
    void heard() {
        heardNanos = nanoTime.getAsLong();
    }

    /** Bytes were read. */
    void read() {
        usedNanos = nanoTime.getAsLong();
    }

    /** Bytes were written. */
    void written() {
        usedNanos = nanoTime.getAsLong();
        saidNanos = usedNanos;
    }

    /** The other side was told another window. */
    void told() {
        toldNanos = nanoTime.getAsLong();
        windowsAgain = 0;
    }

    /** {@return whether the last window should be told again: it may be lost, and the other side waits} */
    boolean isTimeToTellAgain() {
        long now = nanoTime.getAsLong();
        long quietNanos = now - (heardNanos - toldNanos > 0 ? heardNanos : toldNanos);
        if (windowsAgain == MOST_WINDOWS_AGAIN || quietNanos < WINDOW_AGAIN_NANOS << windowsAgain) {
            return false;
        }
        windowsAgain++;
        toldNanos = now;
        return true;
    }

    /** @param missing whether a piece is, and later ones are there */
    void gap(boolean missing) {
        if (!missing) {
            gapSinceNanos = OptionalLong.empty();
        } else if (gapSinceNanos.isEmpty()) {
            gapSinceNanos = OptionalLong.of(nanoTime.getAsLong());
        }
    }

    /** The other side broke it off; what came before may still be on its way. */
    void reset() {
        if (resetSinceNanos.isEmpty()) {
            resetSinceNanos = OptionalLong.of(nanoTime.getAsLong());
        }
    }

    /** {@return for how long no byte was read or written} */
    long idleNanos() {
        return nanoTime.getAsLong() - usedNanos;
    }

    /** {@return whether what was refused should be tried again} True once in a while. */
    boolean isTimeToTryAgain() {
        long now = nanoTime.getAsLong();
        if (now - againNanos < AGAIN_NANOS) {
            return false;
        }
        againNanos = now;
        return true;
    }

    /** {@return whether something should be said for the other side to know that this one is there} Once each time. */
    boolean isTimeToSaySomething() {
        long now = nanoTime.getAsLong();
        if (now - saidNanos <= limits.keepAlive().toNanos()) {
            return false;
        }
        saidNanos = now;
        return true;
    }

    /**
     * @param hasGap whether a piece is missing and later ones are there
     * @param ended  how the other half has
     * @param isOver whether both halves have ended
     * @return what has taken too long
     */
    Optional<StreamException> tooLong(boolean hasGap, End ended, boolean isOver) {
        long now = nanoTime.getAsLong();
        if (resetSinceNanos.isPresent() && hasGap
                && now - resetSinceNanos.getAsLong() > limits.resetPatience().toNanos()) {
            return Optional.of(ReadingSide.reset());
        }
        if (gapSinceNanos.isPresent() && now - gapSinceNanos.getAsLong() > limits.gap().toNanos()) {
            return Optional.of(
                    new StreamException(StreamException.Reason.GAP, "a piece of the stream did not come"));
        }
        // Who has closed its half says nothing more; the other half may go on as long as anything goes out on it.
        long silentNanos = now - heardNanos;
        if (ended != End.NONE) {
            silentNanos = Math.min(silentNanos, now - usedNanos);
        }
        if (!isOver && silentNanos > limits.silence().toNanos()) {
            return Optional.of(new StreamException(StreamException.Reason.SILENT,
                    "nothing was heard for " + TimeUnit.NANOSECONDS.toSeconds(silentNanos) + " s"));
        }
        return Optional.empty();
    }
}
