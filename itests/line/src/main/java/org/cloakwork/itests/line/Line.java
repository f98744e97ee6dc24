package org.cloakwork.itests.line;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code ./cloakwork line}: reads what was typed. */
public final class Line {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG = 2;
    private static final int MOST_MINUTES = 1440;
    private static final int MOST_RUNS = 100_000;
    private static final int MOST_LOSS = 50;
    private static final int MOST_LAW = 1000;
    private static final double PERCENT = 100;
    private static final String HELP = """
            Usage: cloakwork line frames [--cover NAMES] [--does NAMES] [--minutes N] [--loss N] [--sockets]
                                         [--csv FOLDER]
                   cloakwork line starts [--cover NAMES] [--count N]
                   cloakwork line pages [--cover NAMES] [--pages N] [--loads N] [--others N]
                   cloakwork line speed [--laws NUMBERS] [--mebibytes N]
                   cloakwork line clients [--count N] [--law N] [--greedy N] [--limit N]
                   cloakwork line trouble [--loss N] [--mebibytes N]
                   cloakwork line picture --csv FOLDER --svg FILE
            Watches the line between a client and its gateway, both directions, and says what can be told from it:
            sizes, directions and times of frames, not what is in them. All but speed, clients and --sockets is in
            virtual time.

              frames        frames a second for what somebody does, against doing nothing: exact comparison of rates,
                            likelihood ratio, Kolmogorov and Smirnov on gaps, G-test on counts
              starts        how often the beginning and the end of a download are noticed, at 1 %% false positives
              pages         how often a random forest names the page that is loaded (features of k-fingerprinting)
              speed         what laws of so many packets a second cost, and what is loaded and sent over them
              clients       what an exit has to do for many clients, and whether one of them gets more than its share
              trouble       a download over a line that loses packets, and one whose exit ends in the middle
              picture       draws what frames --csv has written down

              --cover NAMES     of the client: %s (all of them)
              --does NAMES      %s (all of them)
              --loss N          percent of packets that do not reach the mixes, not with --sockets (0)
              --minutes N       how long each is watched (10)
              --sockets         on sockets and in true time, all that is done at once
              --csv FOLDER      where each frame is written down
              --count N         of starts: clients, each with all moments (200); of clients: clients (100)
              --laws NUMBERS    packets a second, 0 for none (0,55,110,220,440)
              --law N           packets a second of each client (3)
              --greedy N        packets a second of one client more (60)
              --limit N         packets a second that the exit returns to all together (5000)
              --mebibytes N     that are loaded and sent (2)
              --pages N         pages (20)
              --loads N         of each page (50)
              --others N        pages that the watcher does not know, each loaded once (0)
              --seed N          same seed, same run, but for sockets (1)
              --help
            """.formatted(names(Cover.values(), Cover::text), names(Scenario.values(), Line::typed));

    /** One line says what is wrong with what was typed. */
    private static final class UsageException extends Exception {

        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }

    private final PrintStream out;
    private final Map<String, String> options = new HashMap<>();

    private Line(PrintStream out) {
        this.out = out;
    }

    /** @param args see the help */
    public static void main(String[] args) throws Exception {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) throws Exception {
        if (args.length == 0 || Arrays.asList(args).contains("--help")) {
            out.print(HELP);
            return args.length == 0 ? WRONG : DONE;
        }
        try {
            new Line(out).run(args);
            return DONE;
        } catch (UsageException e) {
            err.println("cloakwork line: " + e.getMessage());
            return WRONG;
        } catch (IOException | IllegalStateException e) {
            err.println("cloakwork line: " + e.getMessage());
            return FAILED;
        }
    }

    private void run(String[] args) throws Exception {
        switch (args[0]) {
            case "frames" -> {
                read(args, Set.of("--cover", "--does", "--minutes", "--loss", "--sockets", "--csv", "--seed"));
                frames();
            }
            case "starts" -> {
                read(args, Set.of("--cover", "--count", "--seed"));
                for (Cover cover : covers()) {
                    new Starts(out).tell(cover, Starts.watch(cover, number("--count", 200, MOST_RUNS), seed()),
                            seed());
                }
            }
            case "pages" -> {
                read(args, Set.of("--cover", "--pages", "--loads", "--others", "--seed"));
                List<Cover> covers = covers();
                int pages = number("--pages", 20, MOST_RUNS);
                int loads = number("--loads", 50, MOST_RUNS);
                int others = number("--others", 0, 0, MOST_RUNS);
                long seed = seed();
                out.print(Pages.HEADER);
                for (Cover cover : covers) {
                    new Pages(out).tell(cover, pages, Pages.load(cover, pages, loads, others, seed), seed);
                }
            }
            case "speed" -> {
                read(args, Set.of("--laws", "--mebibytes", "--seed"));
                List<Integer> laws = laws();
                long mebibytes = mebibytes();
                long seed = seed();
                out.print(Speed.HEADER);
                for (int law : laws) {
                    new Speed(out).tell(law, mebibytes, seed);
                }
            }
            case "clients" -> {
                read(args, Set.of("--count", "--law", "--greedy", "--limit"));
                int count = number("--count", 100, MOST_RUNS);
                int law = number("--law", 3, MOST_LAW);
                int greedy = number("--greedy", 60, MOST_LAW);
                int limit = number("--limit", 5000, MOST_RUNS);
                out.print(Clients.HEADER);
                new Clients(out).tell(count, law, greedy, limit);
            }
            case "trouble" -> {
                read(args, Set.of("--loss", "--mebibytes", "--seed"));
                new Trouble(out).tell(number("--loss", 5, 0, MOST_LOSS) / PERCENT, mebibytes(), seed());
            }
            case "picture" -> {
                read(args, Set.of("--csv", "--svg"));
                Files.writeString(Path.of(needed("--svg")), Picture.of(Path.of(needed("--csv"))));
            }
            default -> throw new UsageException("unknown word " + args[0]
                    + "; there are frames, starts, pages, speed, clients, trouble and picture");
        }
    }

    private long mebibytes() throws UsageException {
        return (long) number("--mebibytes", 2, MOST_RUNS) << 20;
    }

    private List<Integer> laws() throws UsageException {
        try {
            List<Integer> laws = Arrays.stream(options.getOrDefault("--laws", "0,55,110,220,440").split(","))
                    .map(Integer::valueOf).toList();
            if (laws.stream().allMatch(law -> law >= 0 && law <= MOST_LAW)) {
                return laws;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UsageException("--laws " + options.get("--laws") + ": must be numbers from 0 to " + MOST_LAW);
    }

    private void frames() throws Exception {
        boolean sockets = options.containsKey("--sockets");
        double loss = number("--loss", 0, 0, MOST_LOSS) / PERCENT;
        if (sockets && loss > 0) {
            throw new UsageException("--loss needs virtual time, without --sockets");
        }
        long seed = seed();
        List<Scenario> does = Stream.concat(Stream.of(Scenario.IDLE), chosen("--does", Scenario.values(), Line::typed)
                .stream()).distinct().toList();
        Duration length = Duration.ofMinutes(number("--minutes", 10, MOST_MINUTES));
        for (Cover cover : covers()) {
            Map<Scenario, Trace.View> seen = Frames.watch(sockets ? (of, number) -> new RealWorld(of, seed + number)
                    : (of, number) -> new VirtualWorld(of, seed + number, loss), cover, does, length, Frames.WARM_UP);
            new Frames(out).tell(cover, seen);
            if (options.containsKey("--csv")) {
                Frames.write(Path.of(options.get("--csv")), cover, seen);
            }
        }
    }

    private void read(String[] args, Set<String> known) throws UsageException {
        for (int i = 1; i < args.length; i++) {
            if (!known.contains(args[i])) {
                throw new UsageException("unknown option " + args[i] + "; there are "
                        + known.stream().sorted().collect(Collectors.joining(", ")));
            }
            boolean flag = args[i].equals("--sockets");
            if (!flag && i + 1 == args.length) {
                throw new UsageException(args[i] + " needs a value");
            }
            String name = args[i];
            options.put(name, flag ? "" : args[++i]);
        }
    }

    private String needed(String option) throws UsageException {
        if (!options.containsKey(option)) {
            throw new UsageException(option + " is needed");
        }
        return options.get(option);
    }

    private List<Cover> covers() throws UsageException {
        return chosen("--cover", Cover.values(), Cover::text);
    }

    private <T> List<T> chosen(String option, T[] all, Function<T, String> name) throws UsageException {
        if (!options.containsKey(option)) {
            return List.of(all);
        }
        List<String> typed = List.of(options.get(option).split(","));
        List<T> chosen = Arrays.stream(all).filter(one -> typed.contains(name.apply(one))).toList();
        if (chosen.size() != typed.size()) {
            throw new UsageException(option + " " + options.get(option) + ": allowed are " + names(all, name));
        }
        return chosen;
    }

    private long seed() throws UsageException {
        return number("--seed", 1, Integer.MAX_VALUE);
    }

    private int number(String option, int otherwise, int most) throws UsageException {
        return number(option, otherwise, 1, most);
    }

    private int number(String option, int otherwise, int least, int most) throws UsageException {
        try {
            int number = Integer.parseInt(options.getOrDefault(option, Integer.toString(otherwise)));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UsageException(option + " " + options.get(option) + ": must be a number from " + least + " to "
                + most);
    }

    private static String typed(Scenario scenario) {
        return scenario.text().replace(' ', '-');
    }

    private static <T> String names(T[] all, Function<T, String> name) {
        return Arrays.stream(all).map(name).collect(Collectors.joining(","));
    }
}
