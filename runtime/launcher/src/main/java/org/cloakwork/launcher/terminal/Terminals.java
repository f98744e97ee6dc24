package org.cloakwork.launcher.terminal;

import java.io.IOException;
import java.util.Optional;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The terminal of this process. */
public final class Terminals {

    /** Of one that does not know its own. */
    private static final Size USUAL = new Size(80, 24);

    private Terminals() {
    }

    /** {@return it, to be closed; empty if input or output is none, or one that can do nothing} */
    public static Optional<Terminal> open() throws IOException {
        // The start script says whether output is a terminal, which the JDK does not.
        if (!Boolean.getBoolean("cloakwork.terminal") || "dumb".equals(System.getenv("TERM"))) {
            return Optional.empty();
        }
        try {
            // By the programs tty and stty: nothing native to load.
            Terminal terminal = TerminalBuilder.builder().system(true).provider("exec").dumb(false).build();
            if (terminal.getWidth() == 0 || terminal.getHeight() == 0) {
                terminal.setSize(USUAL);
            }
            return Optional.of(terminal);
        } catch (IllegalStateException noTerminal) {
            return Optional.empty();
        }
    }
}
