package org.cloakwork.launcher.cli;

import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** The command line: finds the verb, reads its options, and tells what is wrong. */
public final class Verbs {

    private final Map<String, Command> commands = new LinkedHashMap<>();
    private final PrintStream out;
    private final PrintStream err;

    /** @param commands in the order people see them; those of other jars follow */
    public Verbs(List<Command> commands, PrintStream out, PrintStream err) {
        commands.forEach(command -> this.commands.put(command.name(), command));
        this.out = out;
        this.err = err;
    }

    /**
     * @param arguments verb and options
     * @return the exit code: 0 done, 1 it was tried and failed, 2 what was asked for is wrong
     */
    public int run(String[] arguments) {
        if (arguments.length == 0) {
            usage(err);
            return Command.WRONG;
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
                Optional<Command> command = command(verb);
                if (command.isEmpty()) {
                    err.println("cloakwork: unknown command \"" + verb + "\"; cloakwork help lists them");
                    return Command.WRONG;
                }
                return run(command.get(), rest);
            }
        }
    }

    /** Jars are looked through only for what is not here: a start is to be quick. */
    private Optional<Command> command(String name) {
        if (!commands.containsKey(name)) {
            addThoseOfOtherJars();
        }
        return Optional.ofNullable(commands.get(name));
    }

    private void addThoseOfOtherJars() {
        for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
            Command command = provider.command(out, err);
            commands.putIfAbsent(command.name(), command);
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
                return Command.DONE;
            }
            boolean isFree = command.argument().filter(names -> names.startsWith("[")).isPresent();
            int arguments = command.argument().map(names -> names.split(" ").length).orElse(0);
            if (!isFree && line.getArgList().size() > arguments) {
                throw new UsageException("unexpected \"" + line.getArgList().get(arguments) + "\"");
            }
            if (!isFree && line.getArgList().size() < arguments) {
                throw new UsageException(command.argument().get().split(" ")[line.getArgList().size()] + " is missing");
            }
            Logging.configure(line.hasOption("verbose"));
            return command.run(line);
        } catch (ParseException | UsageException e) {
            e.getMessage().lines().forEach(mistake -> err.println("cloakwork " + command.name() + ": " + mistake));
            return Command.WRONG;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Command.FAILED;
        } catch (Exception e) {
            err.println("cloakwork " + command.name() + ": " + told(e));
            if (words.contains("--verbose")) {
                e.printStackTrace(err);
            }
            return Command.FAILED;
        }
    }

    /**
     * Says what is wrong: the messages of files' faults often name the file and nothing else.
     *
     * @param fault of a command
     * @return a line for people
     */
    public static String told(Exception fault) {
        return fault instanceof FileSystemException file && file.getReason() == null
                ? file.getMessage() + ": " + switch (file) {
                    case NoSuchFileException ignored -> "not there, or its folder is not";
                    case FileAlreadyExistsException ignored -> "there already";
                    case AccessDeniedException ignored -> "access is denied";
                    default -> file.getClass().getSimpleName();
                } : fault.getMessage() == null ? fault.toString() : fault.getMessage();
    }

    private int help(List<String> arguments) {
        if (arguments.isEmpty() || arguments.getFirst().startsWith("-")) {
            usage(out);
            return Command.DONE;
        }
        Optional<Command> command = command(arguments.getFirst());
        if (command.isEmpty()) {
            err.println("cloakwork help: unknown command \"" + arguments.getFirst() + "\"");
            return Command.WRONG;
        }
        help(command.get());
        return Command.DONE;
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
            return Command.DONE;
        }
        out.println("Cloakwork " + Version.text() + ", speaking the protocol of Nym release 2026.9, on Java "
                + Runtime.version());
        return Command.DONE;
    }

    private void usage(PrintStream to) {
        addThoseOfOtherJars();
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
