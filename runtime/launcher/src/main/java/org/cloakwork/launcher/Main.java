package org.cloakwork.launcher;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** The command line. Exit codes: 0 done, 1 it was tried and failed, 2 what was asked for is wrong. */
public final class Main {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG = 2;

    private final Map<String, Command> commands = new LinkedHashMap<>();
    private final PrintStream out;
    private final PrintStream err;

    Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
        for (Command command : List.of(new DemoCommand(out, err), new LocalnetCommand(out, err),
                new RunCommand(out, err), ControlCommand.parts(out, err), ControlCommand.swap(out, err),
                ControlCommand.clients(out, err), ControlCommand.state(out, err), ControlCommand.drops(out, err),
                new ShellCommand(out, err), new SwapTestCommand(out, err), new ImportCommand(out),
                new SimulateCommand(out, err), new SendCommand(out, err), new ReceiveCommand(out, err),
                new AssembleCommand(out), new NewCommand(out))) {
            commands.put(command.name(), command);
        }
    }

    /** @param arguments verb and options */
    public static void main(String[] arguments) {
        System.exit(new Main(System.out, System.err).run(arguments));
    }

    int run(String[] arguments) {
        if (arguments.length == 0) {
            usage(err);
            return WRONG;
        }
        String verb = arguments[0];
        List<String> rest = Arrays.asList(arguments).subList(1, arguments.length);
        switch (verb) {
            case "help", "--help", "-h" -> {
                return help(rest);
            }
            case "version", "--version" -> {
                return version(rest);
            }
            default -> {
                Command command = commands.get(verb);
                if (command == null) {
                    err.println("cloakwork: unknown command \"" + verb + "\"; ./cloakwork help lists them");
                    return WRONG;
                }
                return run(command, rest);
            }
        }
    }

    private int run(Command command, List<String> words) {
        Options options = command.options();
        options.addOption(null, "help", false, "this text");
        options.addOption(null, "verbose", false, "log what happens");
        try {
            CommandLine line = new DefaultParser(false).parse(options, words.toArray(String[]::new));
            if (line.hasOption("help")) {
                help(command);
                return DONE;
            }
            int arguments = command.argument().map(names -> names.split(" ").length).orElse(0);
            if (line.getArgList().size() > arguments) {
                throw new UsageException("unexpected \"" + line.getArgList().get(arguments) + "\"");
            }
            if (line.getArgList().size() < arguments) {
                throw new UsageException(command.argument().get().split(" ")[line.getArgList().size()] + " is missing");
            }
            Logging.configure(line.hasOption("verbose"));
            return command.run(line);
        } catch (ParseException | UsageException e) {
            err.println("cloakwork " + command.name() + ": " + e.getMessage());
            return WRONG;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        } catch (Exception e) {
            err.println("cloakwork " + command.name() + ": " + e.getMessage());
            if (words.contains("--verbose")) {
                e.printStackTrace(err);
            }
            return FAILED;
        }
    }

    private int help(List<String> arguments) {
        if (arguments.isEmpty() || arguments.getFirst().startsWith("-")) {
            usage(out);
            return DONE;
        }
        Command command = commands.get(arguments.getFirst());
        if (command == null) {
            err.println("cloakwork help: unknown command \"" + arguments.getFirst() + "\"");
            return WRONG;
        }
        help(command);
        return DONE;
    }

    private void help(Command command) {
        out.println("cloakwork " + command.name() + command.argument().map(argument -> " " + argument).orElse("")
                + " - " + command.description());
        out.println();
        Options options = command.options();
        options.addOption(null, "help", false, "this text");
        options.addOption(null, "verbose", false, "log what happens");
        options.getOptions().forEach(option -> out.printf("  %-32s %s%n", "--" + option.getLongOpt()
                + (option.hasArg() ? " " + option.getArgName() : ""), option.getDescription()));
    }

    private int version(List<String> arguments) {
        if (arguments.contains("--help")) {
            out.println("cloakwork version - what this is, and the Java it runs on");
            return DONE;
        }
        out.println("Cloakwork " + Version.text() + ", speaking the protocol of Nym release 2026.9, on Java "
                + Runtime.version());
        return DONE;
    }

    private void usage(PrintStream to) {
        to.println("Cloakwork: a client for the Nym mixnet on the JVM.");
        to.println();
        to.println("Usage: cloakwork COMMAND [OPTION...]");
        to.println();
        commands.values().forEach(c -> to.printf("  %-11s %s%n", c.name(), c.description()));
        to.printf("  %-11s %s%n", "version", "what this is, and the Java it runs on");
        to.printf("  %-11s %s%n", "help", "this text; cloakwork COMMAND --help tells more");
        to.println();
        to.println("Exit codes: 0 done, 1 it was tried and failed, 2 what was asked for is wrong.");
    }
}
