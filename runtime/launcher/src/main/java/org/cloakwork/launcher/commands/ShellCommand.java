package org.cloakwork.launcher.commands;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.terminal.Lines;
import org.cloakwork.launcher.terminal.Terminals;
import org.jline.terminal.Terminal;

/**
 * {@code cloakwork shell}: lines are commands to a running instance; of standard input, or typed in a terminal, where
 * Tab completes them and they are kept in the state folder.
 */
public final class ShellCommand implements Command {

    private static final String HISTORY = "shell-history";

    private final PrintStream out;
    private final PrintStream err;

    public ShellCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return "shell";
    }

    @Override
    public String description() {
        return "give commands to a running instance: parts, swap, clients, state, drops, exits, help, ...";
    }

    @Override
    public Options options() {
        return new Options().addOption(StateFolder.option());
    }

    @Override
    public int run(CommandLine line) throws Exception {
        Path state = StateFolder.of(line);
        try (ControlClient instance = new ControlClient(state)) {
            Optional<Terminal> terminal = Terminals.open();
            if (terminal.isPresent()) {
                try (Terminal opened = terminal.get()) {
                    Lines lines = new Lines(opened, state.resolve(HISTORY), command -> instance.ask(command).text());
                    return talk(instance, lines::next, answer -> lines.print(answer.text()));
                }
            }
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, typed()));
            return talk(instance, () -> Optional.ofNullable(in.readLine()),
                    answer -> (answer.isTold() ? out : err).print(answer.text()));
        }
    }

    /** What the console of Windows sends is in another charset than files. */
    private static Charset typed() {
        return Charset.forName(System.getProperty("stdin.encoding", Charset.defaultCharset().name()));
    }

    private interface Input {

        Optional<String> next() throws IOException;
    }

    private static int talk(ControlClient instance, Input input, Consumer<ControlClient.Answer> output)
            throws IOException {
        int last = DONE;
        while (true) {
            String command = input.next().map(String::strip).orElse("exit");
            if (command.equals("exit") || command.equals("quit")) {
                return last;
            }
            if (!command.isEmpty()) {
                ControlClient.Answer answer = instance.ask(command);
                output.accept(answer);
                last = answer.exitCode();
            }
        }
    }
}
