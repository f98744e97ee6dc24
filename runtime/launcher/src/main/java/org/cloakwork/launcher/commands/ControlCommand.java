package org.cloakwork.launcher.commands;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.UsageException;

/**
 * A command of the shell as a verb, such as {@code cloakwork parts}: asks the instance that runs with this state
 * folder.
 */
public final class ControlCommand implements Command {

    private static final List<String> FLAGS = List.of("save", "json");
    private static final String WORD = "[A-Za-z0-9._-]+";

    private final String name;
    private final String description;
    private final Optional<String> arguments;
    private final Supplier<Options> own;
    private final PrintStream out;
    private final PrintStream err;

    private ControlCommand(String name, String description, Optional<String> arguments, Supplier<Options> own,
                           PrintStream out, PrintStream err) {
        this.name = name;
        this.description = description;
        this.arguments = arguments;
        this.own = own;
        this.out = out;
        this.err = err;
    }

    public static Command parts(PrintStream out, PrintStream err) {
        return new ControlCommand("parts", "list the parts of a running instance, who uses them, and what is wrong",
                Optional.empty(), Options::new, out, err);
    }

    public static Command swap(PrintStream out, PrintStream err) {
        return new ControlCommand("swap", "have a running instance use another part",
                Optional.of("KIND NAME"), () -> new Options()
                        .addOption(Arguments.option("client", "NAME", "only this client (default: all)"))
                        .addOption(null, "save", false, "write it to the configuration, too"), out, err);
    }

    public static Command clients(PrintStream out, PrintStream err) {
        return new ControlCommand("clients", "list the clients of a running instance", Optional.empty(), Options::new,
                out, err);
    }

    public static Command state(PrintStream out, PrintStream err) {
        return new ControlCommand("state", "tell how the clients of a running instance are, and why; code 0 if all are "
                + "ready", Optional.empty(), () -> new Options().addOption(null, "json", false, "for programs"), out,
                err);
    }

    public static Command drops(PrintStream out, PrintStream err) {
        return new ControlCommand("drops", "tell what the clients of a running instance have dropped, and why",
                Optional.empty(), Options::new, out, err);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Optional<String> argument() {
        return arguments;
    }

    @Override
    public Options options() {
        return own.get().addOption(StateFolder.option());
    }

    @Override
    public int run(CommandLine line) throws Exception {
        StringBuilder command = new StringBuilder("cloakwork:" + name);
        for (String flag : FLAGS) {
            if (line.hasOption(flag)) {
                command.append(" --").append(flag);
            }
        }
        if (line.hasOption("client")) {
            command.append(" --client ").append(word(line.getOptionValue("client")));
        }
        for (String argument : line.getArgList()) {
            command.append(' ').append(word(argument));
        }
        try (ControlClient instance = new ControlClient(StateFolder.of(line))) {
            ControlClient.Answer answer = instance.ask(command.toString());
            (answer.isTold() ? out : err).print((answer.isTold() ? "" : "cloakwork " + name + ": ") + answer.text());
            return answer.exitCode();
        }
    }

    private static String word(String text) throws UsageException {
        if (!text.matches(WORD)) {
            throw new UsageException("\"" + text + "\": a name has letters, digits, '.', '_' and '-'");
        }
        return text;
    }
}
