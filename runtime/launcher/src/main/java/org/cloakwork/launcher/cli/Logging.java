package org.cloakwork.launcher.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.ConsoleHandler;
import java.util.logging.FileHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** java.util.logging, one line a record: on standard error, to the journal of systemd, or into a rotating file. */
public final class Logging {

    /** The key of etc/cloakwork.cfg: a file, relative to the distribution; standard error if there is none. */
    public static final String FILE = "log";
    /** The key of etc/cloakwork.cfg: {@code LEVEL} of all, {@code NAME=LEVEL} of what begins with this name. */
    public static final String LEVELS = "log-levels";

    /** A full one is called FILE.1, what was FILE.1 then FILE.2, and so on. */
    private static final int FILE_BYTES = 10 * 1024 * 1024;
    private static final int FILES = 5;
    private static final String OURS = "org.cloakwork";
    private static final Map<String, Level> NAMED = Map.of("error", Level.SEVERE, "warn", Level.WARNING, "info",
            Level.INFO, "debug", Level.FINE, "trace", Level.FINEST, "off", Level.OFF);

    /** Held on to: java.util.logging forgets the level of a logger nobody holds. */
    private static final Logger OUR_LOGGER = Logger.getLogger(OURS);
    private static final List<Logger> OTHERS = new ArrayList<>();

    private Logging() {
    }

    /** For what makes things fail on purpose. */
    public static void quiet() {
        OUR_LOGGER.setLevel(Level.SEVERE);
    }

    /** On standard error: warnings, or all that happens. */
    public static void configure(boolean verbose) {
        use(console(), verbose ? Map.of("", Level.INFO, OURS, Level.FINE) : Map.of("", Level.WARNING));
    }

    /**
     * As the configuration says.
     *
     * @param verbose       goes before the levels that are there
     * @param configuration of etc/cloakwork.cfg
     * @param home          what a file is relative to
     * @throws UsageException if a level is none, or the file cannot be written
     */
    public static void configure(boolean verbose, Map<String, String> configuration, Path home) throws UsageException {
        Map<String, Level> levels = new TreeMap<>(Map.of("", Level.WARNING));
        levels.putAll(levels(configuration.getOrDefault(LEVELS, "")));
        if (verbose) {
            levels.put("", Level.INFO);
            levels.put(OURS, Level.FINE);
        }
        String file = configuration.getOrDefault(FILE, "").strip();
        use(file.isEmpty() ? console() : file(home.resolve(file)), levels);
    }

    private static Map<String, Level> levels(String text) throws UsageException {
        Map<String, Level> levels = new TreeMap<>();
        for (String item : text.split(",")) {
            if (!item.isBlank()) {
                String[] words = item.strip().split("\\s*=\\s*", 2);
                Level level = NAMED.get(words[words.length - 1]);
                if (level == null) {
                    throw new UsageException(LEVELS + ": \"" + item.strip() + "\"; allowed is LEVEL or NAME=LEVEL, "
                            + "with error, warn, info, debug, trace or off as LEVEL, separated by commas");
                }
                levels.put(words.length == 2 ? words[0] : "", level);
            }
        }
        return levels;
    }

    private static Handler console() {
        Handler console = new ConsoleHandler();
        console.setFormatter(isJournal() ? new JournalLine() : new LogLine(LogLine.TIME));
        return console;
    }

    private static Handler file(Path file) throws UsageException {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            // In a pattern % means something.
            Handler handler = new FileHandler(file.toString().replace("%", "%%") + ".%g", FILE_BYTES, FILES, true);
            handler.setFormatter(new LogLine(LogLine.DATE_AND_TIME));
            return handler;
        } catch (IOException e) {
            throw new UsageException(FILE + ": " + file + " cannot be written: " + e.getMessage());
        }
    }

    /** Whether standard error goes to the journal: it is the file that systemd says it is. */
    private static boolean isJournal() {
        String stream = System.getenv("JOURNAL_STREAM");
        Path standardError = Path.of("/proc/self/fd/2");
        if (stream == null || !Files.exists(standardError)) {
            return false;
        }
        try {
            return stream.equals(Files.getAttribute(standardError, "unix:dev") + ":"
                    + Files.getAttribute(standardError, "unix:ino"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static synchronized void use(Handler handler, Map<String, Level> levels) {
        Logger root = Logger.getLogger("");
        for (Handler before : root.getHandlers()) {
            root.removeHandler(before);
            before.close();
        }
        OTHERS.forEach(other -> other.setLevel(null));
        OTHERS.clear();
        OUR_LOGGER.setLevel(null);
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
        levels.forEach((name, level) -> {
            Logger logger = Logger.getLogger(name);
            logger.setLevel(level);
            OTHERS.add(logger);
        });
    }

    /** The journal knows the time, and reads how important a line is from its beginning, as sd-daemon(3) says. */
    private static final class JournalLine extends Formatter {

        private final LogLine line = new LogLine("");

        @Override
        public String format(LogRecord record) {
            int level = record.getLevel().intValue();
            String priority = level >= Level.SEVERE.intValue() ? "<3>" : level >= Level.WARNING.intValue() ? "<4>"
                    : level >= Level.INFO.intValue() ? "<6>" : "<7>";
            // Each line of a stack trace, too.
            return line.format(record).lines().map(text -> priority + text + "\n")
                    .reduce("", String::concat);
        }
    }
}
