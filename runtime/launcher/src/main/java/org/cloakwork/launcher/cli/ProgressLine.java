package org.cloakwork.launcher.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/**
 * A line in a terminal that tells how far something is once that has taken two seconds; it goes when it ends. In a log
 * a line each minute, for what is known to take many.
 */
public final class ProgressLine {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration PERIOD = Duration.ofMillis(200);
    private static final int CELLS = 30;
    private static final Duration LOG_PERIOD = Duration.ofMinutes(1);
    private static final String CLEARED = "\r\u001b[K";

    private final PrintStream out;
    private final String what;
    private final DoubleSupplier done;
    private final long startedNanos = System.nanoTime();

    private ProgressLine(PrintStream out, String what, DoubleSupplier done) {
        this.out = out;
        this.what = what;
        this.done = done;
    }

    /**
     * What takes long.
     *
     * @param <T> what comes of it
     * @param <E> how it fails
     */
    public interface Work<T, E extends Exception> {

        T run() throws E;
    }

    /** {@return whether there is a terminal to show it in} */
    public static boolean isShown() {
        // The start script says whether standard error is a terminal, which the JDK does not.
        return Boolean.getBoolean("cloakwork.terminal.err") && !"dumb".equals(System.getenv("TERM"));
    }

    /**
     * Does something on this thread, and tells meanwhile how far it is.
     *
     * @param err  for people; nothing is written if it is no terminal
     * @param what is done, in a word or two
     * @param done how much of it, 0 to 1; asked by a thread of its own
     * @return what came of it
     */
    public static <T, E extends Exception> T during(PrintStream err, String what, DoubleSupplier done, Work<T, E> work)
            throws E {
        return isShown() ? during(err, what, done, work, PATIENCE) : work.run();
    }

    /**
     * Does something on this thread that may take hours, and tells meanwhile how far it is, in a log, too.
     *
     * @param err  for people; a line each minute if it is no terminal
     * @param what is done, in a word or two
     * @param done how much of it, 0 to 1; asked by a thread of its own
     * @return what came of it
     */
    public static <T, E extends Exception> T duringHours(PrintStream err, String what, DoubleSupplier done,
            Work<T, E> work) throws E {
        return isShown() ? during(err, what, done, work, PATIENCE) : logged(err, what, done, work, LOG_PERIOD);
    }

    static <T, E extends Exception> T during(PrintStream terminal, String what, DoubleSupplier done, Work<T, E> work,
            Duration patience) throws E {
        ProgressLine line = new ProgressLine(terminal, what, done);
        return beside(() -> line.drawUntilEnded(patience), work);
    }

    static <T, E extends Exception> T logged(PrintStream log, String what, DoubleSupplier done, Work<T, E> work,
            Duration period) throws E {
        ProgressLine line = new ProgressLine(log, what, done);
        return beside(() -> line.logUntilEnded(period), work);
    }

    private static <T, E extends Exception> T beside(Runnable telling, Work<T, E> work) throws E {
        Thread thread = Thread.ofPlatform().daemon().name("progress").start(telling);
        try {
            return work.run();
        } finally {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void drawUntilEnded(Duration patience) {
        boolean drawn = false;
        try {
            Thread.sleep(patience);
            while (true) {
                drawn = true;
                out.print(CLEARED + text());
                out.flush();
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException ended) {
            if (drawn) {
                out.print(CLEARED);
                out.flush();
            }
        }
    }

    private void logUntilEnded(Duration period) {
        try {
            while (true) {
                Thread.sleep(period);
                out.println(text());
            }
        } catch (InterruptedException ended) {
            // what ended says so itself
        }
    }

    private String text() {
        return text(what, done.getAsDouble(), Duration.ofNanos(System.nanoTime() - startedNanos));
    }

    static String text(String what, double done, Duration since) {
        double part = Math.clamp(done, 0.0, 1.0);
        int cells = (int) (part * CELLS);
        return String.format(Locale.ROOT, "%s [%s%s] %3d %%, %d s", what, "#".repeat(cells),
                ".".repeat(CELLS - cells), (int) (100 * part), since.toSeconds());
    }
}
