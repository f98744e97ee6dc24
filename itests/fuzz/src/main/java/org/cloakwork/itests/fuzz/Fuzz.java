package org.cloakwork.itests.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** {@code ./cloakwork fuzz}: tries what reads bytes from outside with whatever may come. */
public final class Fuzz {

    private static final int DONE = 0;
    private static final int FOUND = 1;
    private static final int WRONG = 2;
    private static final int DEFAULT_MINUTES = 5;
    private static final int MAX_MINUTES = 7 * 24 * 60;
    private static final String HELP = """
            usage: cloakwork fuzz [--minutes N] [TARGET...]
                   cloakwork fuzz --input FILE TARGET

            Tries all that reads bytes from outside, or the targets that are named, with inputs that lead to code not
            seen before. Prints what was tried, how fast, how many edges of the code were taken, and what was found:
            exit code 1 and the file of each input for which something does not hold.

              --minutes N   for all targets together; each takes some seconds more to start (%d)
              --input FILE  tries that one input at one target, and prints what is thrown
              --folder DIR  where to keep inputs and logs (itests/fuzz/target/fuzz)

            targets:
            %s""";

    private record Wish(List<Target> targets, int minutes, Path folder, Optional<Path> input, boolean help) {
    }

    /** What was typed is wrong. */
    private static final class UsageException extends Exception {

        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    private Fuzz() {
    }

    /** @param args see {@code --help} */
    public static void main(String[] args) throws Exception {
        int code;
        try {
            code = run(args);
        } catch (UsageException e) {
            System.err.println("cloakwork: fuzz: " + e.getMessage());
            code = WRONG;
        } catch (IOException e) {
            System.err.println("cloakwork: fuzz: " + e.getMessage());
            code = FOUND;
        }
        System.exit(code);
    }

    private static int run(String[] args) throws UsageException, IOException, InterruptedException {
        Wish wish = read(args);
        if (wish.help()) {
            System.out.print(HELP.formatted(DEFAULT_MINUTES, Targets.names().stream().map("  "::concat)
                    .collect(Collectors.joining("\n", "", "\n"))));
            return DONE;
        }
        if (wish.input().isPresent()) {
            return repeat(wish.targets(), wish.input().get());
        }
        int workers = Math.min(Campaign.WORKERS, wish.targets().size());
        Duration each = Duration.ofSeconds(Math.max(1, 60L * wish.minutes() * workers / wish.targets().size()));
        System.err.printf("Fuzzing %d targets, %d s each, %d at once; logs are in %s.%n", wish.targets().size(),
                each.toSeconds(), workers, wish.folder());
        List<Outcome> outcomes = new Campaign(wish.folder(), OptionalInt.empty()).run(wish.targets(), each);
        System.out.print(Campaign.table(outcomes));
        int code = DONE;
        for (Outcome outcome : outcomes) {
            for (Outcome.Finding finding : outcome.findings()) {
                System.err.println("cloakwork: fuzz: " + outcome.target() + ": " + finding.what() + "; repeat it: "
                        + "./cloakwork fuzz --input " + finding.input() + " " + outcome.target());
            }
            outcome.failure().ifPresent(failure ->
                    System.err.println("cloakwork: fuzz: " + outcome.target() + ": " + failure));
            code = outcome.isGood() ? code : FOUND;
        }
        return code;
    }

    private static int repeat(List<Target> targets, Path file) throws UsageException, IOException {
        if (targets.size() != 1) {
            throw new UsageException("--input needs one target");
        }
        if (!Files.isRegularFile(file)) {
            throw new UsageException(file + " is no file");
        }
        try {
            Trial.run(targets.getFirst(), Files.readAllBytes(file));
        } catch (Exception | Error e) {
            e.printStackTrace(System.err);
            return FOUND;
        }
        System.out.println(targets.getFirst().name() + ": all holds for " + file);
        return DONE;
    }

    private static Wish read(String[] args) throws UsageException {
        List<Target> targets = new ArrayList<>();
        int minutes = DEFAULT_MINUTES;
        Path folder = Path.of("fuzz");
        Optional<Path> input = Optional.empty();
        boolean help = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--help", "-h" -> help = true;
                case "--minutes" -> minutes = minutes(value(args, ++i));
                case "--folder" -> folder = Path.of(value(args, ++i));
                case "--input" -> input = Optional.of(Path.of(value(args, ++i)));
                case String option when option.startsWith("-") -> throw new UsageException("unknown option " + option);
                case String name -> targets.add(Targets.named(name).orElseThrow(() -> new UsageException(
                        "no target is called " + name + "; there are: "
                        + String.join(", ", Targets.names()))));
            }
        }
        return new Wish(targets.isEmpty() ? Targets.all() : targets, minutes, folder, input, help);
    }

    private static String value(String[] args, int at) throws UsageException {
        if (at >= args.length) {
            throw new UsageException(args[at - 1] + " needs a value");
        }
        return args[at];
    }

    private static int minutes(String text) throws UsageException {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MAX_MINUTES) {
            throw new UsageException("--minutes is a whole number from 1 to " + MAX_MINUTES + ", not " + text);
        }
        return Integer.parseInt(text);
    }
}
