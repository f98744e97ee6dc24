package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.terminal.Figures;
import org.cloakwork.launcher.terminal.Screen;
import org.cloakwork.launcher.terminal.Terminals;
import org.jline.terminal.Terminal;

/** {@code cloakwork top}: figures of a running instance, each second. */
public final class TopCommand implements Command {

    private static final String STATE = "cloakwork:state --json";
    private static final long PERIOD_MILLIS = 1000;

    private final PrintStream out;

    /** @param out where figures go if there is no terminal */
    public TopCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public String name() {
        return "top";
    }

    @Override
    public String description() {
        return "show what a running instance does, each second; without a terminal, once";
    }

    @Override
    public Options options() {
        return new Options().addOption(null, "once", false, "print the figures of one second and end")
                .addOption(StateFolder.option());
    }

    @Override
    public int run(CommandLine line) throws Exception {
        try (ControlClient instance = new ControlClient(StateFolder.of(line))) {
            Optional<Terminal> found = line.hasOption("once") ? Optional.empty() : Terminals.open();
            if (found.isEmpty()) {
                String before = ask(instance);
                long start = System.nanoTime();
                TimeUnit.MILLISECONDS.sleep(PERIOD_MILLIS);
                out.print(new Figures(before, ask(instance), System.nanoTime() - start).text());
                return DONE;
            }
            try (Terminal terminal = found.get(); Screen screen = new Screen(terminal)) {
                watch(instance, screen);
            }
        }
        return DONE;
    }

    private static void watch(ControlClient instance, Screen screen) throws IOException {
        String before = ask(instance);
        long since = System.nanoTime();
        screen.show(new Figures(before, before, 1).lines());
        while (!screen.isLeft(PERIOD_MILLIS)) {
            String now = ask(instance);
            long at = System.nanoTime();
            screen.show(new Figures(before, now, at - since).lines());
            before = now;
            since = at;
        }
    }

    private static String ask(ControlClient instance) throws IOException {
        ControlClient.Answer answer = instance.ask(STATE);
        if (!answer.isTold()) {
            throw new IOException(answer.text().strip());
        }
        return answer.text();
    }
}
