package org.cloakwork.launcher.swaps;

import java.io.PrintStream;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.CommandProvider;

/** Brings the verb. */
public final class SwapTrialProvider implements CommandProvider {

    @Override
    public Command command(PrintStream out, PrintStream err) {
        return new SwapTrialCommand(out, err);
    }
}
