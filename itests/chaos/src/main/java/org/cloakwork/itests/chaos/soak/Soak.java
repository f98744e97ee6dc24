package org.cloakwork.itests.chaos.soak;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** {@code ./cloakwork soak}: reads what was typed. */
public final class Soak {

    private static final int DEFAULT_MINUTES = 20;
    private static final int MOST_MINUTES = 10_080;
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG = 2;
    private static final String HELP = """
            Usage: cloakwork soak [--minutes N] [--seed S] [--svg FILE]
            Starts a local network and two clients as processes of the distribution, one with a SOCKS port, one with an
            exit, sends messages and streams both ways, and all the while exchanges parts, restarts gateways, suspends
            processes and slows or cuts connections, at random. Tells what the processes take, and fails if a message
            is lost, comes twice or has no end, if bytes change, or if a process grows in the second half.

              --minutes N   how long, 1 to %d (default %d)
              --seed S      same seed, same troubles (default 1)
              --svg FILE    draw what the processes took
              --help
            """.formatted(MOST_MINUTES, DEFAULT_MINUTES);

    /**
     * What was asked for.
     *
     * @param home an unpacked distribution
     */
    record Options(Path home, int minutes, long seed, Optional<Path> svg) {
    }

    /** One line says what is wrong with what was typed. */
    private static final class UsageException extends Exception {

        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }

    private Soak() {
    }

    /** @param args {@code --home DIR}, and see the help */
    public static void main(String[] args) throws Exception {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) throws Exception {
        Options options;
        try {
            options = options(args);
        } catch (UsageException e) {
            err.println("cloakwork soak: " + e.getMessage());
            return WRONG;
        }
        if (options == null) {
            out.print(HELP);
            return DONE;
        }
        try (SoakRun run = new SoakRun(options, out)) {
            return run.run() ? DONE : FAILED;
        } catch (ExecutionException e) {
            err.println("cloakwork soak: " + e.getCause().getMessage());
        } catch (IOException | IllegalStateException e) {
            err.println("cloakwork soak: " + e.getMessage());
        }
        return FAILED;
    }

    /** {@return what is asked for; null: help} */
    private static Options options(String[] args) throws UsageException {
        Path home = null;
        int minutes = DEFAULT_MINUTES;
        long seed = 1;
        Optional<Path> svg = Optional.empty();
        for (int i = 0; i < args.length; i += 2) {
            if (args[i].equals("--help")) {
                return null;
            }
            String value = i + 1 < args.length ? args[i + 1] : null;
            switch (args[i]) {
                case "--home" -> home = Path.of(needed(args[i], value));
                case "--minutes" -> minutes = (int) number(args[i], value, 1, MOST_MINUTES);
                case "--seed" -> seed = number(args[i], value, Long.MIN_VALUE, Long.MAX_VALUE);
                case "--svg" -> svg = Optional.of(file(args[i], value));
                default -> throw new UsageException("unknown option " + args[i]
                        + "; there are --minutes, --seed, --svg and --help");
            }
        }
        if (!Files.isDirectory(Path.of("/proc/self/fd"))) {
            throw new UsageException("threads, sockets and files of a process are read from /proc, which is not here");
        }
        return new Options(home, minutes, seed, svg);
    }

    private static String needed(String option, String value) throws UsageException {
        if (value == null) {
            throw new UsageException(option + " needs a value");
        }
        return value;
    }

    private static long number(String option, String value, long least, long most) throws UsageException {
        try {
            long number = Long.parseLong(needed(option, value));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UsageException(option + " " + value + ": must be a number" + (least == Long.MIN_VALUE ? ""
                : " from " + least + " to " + most));
    }

    private static Path file(String option, String value) throws UsageException {
        Path file = Path.of(needed(option, value)).toAbsolutePath();
        if (file.getParent() == null || !Files.isDirectory(file.getParent()) || Files.isDirectory(file)) {
            throw new UsageException(option + " " + value + ": must be a file in a folder that is there");
        }
        return file;
    }

    /** {@return minutes and seconds} */
    static String clock(double seconds) {
        return String.format(Locale.ROOT, "%d:%02d", (long) seconds / 60, (long) seconds % 60);
    }
}
