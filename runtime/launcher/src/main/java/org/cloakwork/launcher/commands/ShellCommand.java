package org.cloakwork.launcher.commands;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.launcher.cli.Command;

/** {@code cloakwork shell}: lines of standard input are commands to a running instance. */
public final class ShellCommand implements Command {

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
        return "give commands to a running instance: parts, swap, clients, state, drops, help, ...";
    }

    @Override
    public Options options() {
        return new Options().addOption(StateFolder.option());
    }

    @Override
    public int run(CommandLine line) throws Exception {
        boolean interactive = Boolean.getBoolean("cloakwork.terminal");
        int last = DONE;
        try (ControlClient instance = new ControlClient(StateFolder.of(line))) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
            while (true) {
                if (interactive) {
                    out.print("cloakwork> ");
                    out.flush();
                }
                String command = in.readLine();
                if (command == null || command.strip().equals("exit") || command.strip().equals("quit")) {
                    return last;
                }
                if (!command.isBlank()) {
                    ControlClient.Answer answer = instance.ask(command);
                    (answer.isTold() ? out : err).print(answer.text());
                    last = answer.exitCode();
                }
            }
        }
    }
}
