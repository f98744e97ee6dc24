package org.cloakwork.launcher.cli;

import java.io.PrintStream;

/** Brings a verb from a jar of its own in {@code lib/}; found by {@link java.util.ServiceLoader}. */
public interface CommandProvider {

    /** {@return the verb} */
    Command command(PrintStream out, PrintStream err);
}
