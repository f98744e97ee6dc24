package org.cloakwork.launcher.cli;

import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** java.util.logging, one line a record, on standard error. */
public final class Logging {

    /** Held on to: java.util.logging forgets the level of a logger nobody holds. */
    private static final Logger OURS = Logger.getLogger("org.cloakwork");

    private Logging() {
    }

    /** For what makes things fail on purpose. */
    public static void quiet() {
        OURS.setLevel(Level.SEVERE);
    }

    public static void configure(boolean verbose) {
        Level level = verbose ? Level.FINE : Level.WARNING;
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler console = new ConsoleHandler();
        console.setLevel(level);
        console.setFormatter(new LogLine());
        root.addHandler(console);
        root.setLevel(verbose ? Level.INFO : Level.WARNING);
        OURS.setLevel(level);
    }
}
