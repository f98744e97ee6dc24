package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.cloakwork.api.Laboratory;
import org.cloakwork.api.LaboratoryCluster;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.Logging;
import org.cloakwork.launcher.cli.ProgressLine;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Admission;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;

/** {@code cloakwork lab}: what parts are worth against those who look on. */
public final class LabCommand implements Command {

    private static final Duration START = Duration.ofSeconds(10);
    private static final String MERGE = "merge";
    private static final int MOST_THREADS = 1024;

    private final PrintStream out;
    private final PrintStream err;

    public LabCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** One of several runs that share the tasks of a study. */
    private record Shard(int number, int of) {

        static Shard parse(String text) throws UsageException {
            String[] parts = text.split("/", -1);
            try {
                Shard shard = new Shard(Integer.parseInt(parts[0]), Integer.parseInt(parts[parts.length - 1]));
                if (parts.length == 2 && shard.number >= 1 && shard.number <= shard.of) {
                    return shard;
                }
            } catch (NumberFormatException e) {
                // falls through to the one message for both faults
            }
            throw new UsageException("--shard " + text + ": must be K/N, such as 2/8, K from 1 to N");
        }

        List<String> of(List<String> tasks) {
            return IntStream.range(0, tasks.size()).filter(task -> task % of == number - 1).mapToObj(tasks::get)
                    .toList();
        }
    }

    @Override
    public String name() {
        return "lab";
    }

    @Override
    public String description() {
        return "measure what parts are worth against those who look on: a table with intervals";
    }

    @Override
    public Optional<String> argument() {
        return Optional.of("[merge FILE...]");
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Arguments.option("hostile", "B,...", "shares of the mixes (default 0.05,0.1,0.2)"))
                .addOption(Arguments.option("hours", "H", "of use, such as 0.5 (default 1)"))
                .addOption(Arguments.option("clients", "N", "how often each part is tried (default 1000)"))
                .addOption(Arguments.option("mixes", "W", "of a layer (default 80)"))
                .addOption(Arguments.option("routes", "PART,...",
                "such as uniform,subset:mixes=4 (default: all that are"
                        + " installed, some in several ways)"))
                .addOption(Arguments.option("cover", "PART,...",
                "such as poisson:loop=false (default poisson); of several each is tried with all else"))
                .addOption(Arguments.option("retransmission", "PART,...", "such as timeout,adaptive (default timeout)"))
                .addOption(Arguments.option("delay-millis", "MS,...", "mean delay of a mix (default 50)"))
                .addOption(Arguments.option("pairs", "N",
                        "of clients that talk and are looked for by their times (default 2000; 0: none)"))
                .addOption(Arguments.option("seed", "S", "same seed, same report (default 1)"))
                .addOption(Option.builder().longOpt("drop").desc("hostile mixes drop what they cannot trace").get())
                .addOption(Option.builder().longOpt("quick-hostile").desc("the quickest mixes are the hostile ones")
                .get())
                .addOption(Arguments.option("paper", "NAME",
                "what a paper found, beside ours: mixnets-fail, mixim, mixmatch"
                        + " or bow-tie"))
                .addOption(Arguments.option("out", "DIR",
                "tables (CSV, JSON) and pictures (SVG) go there, and the answers so"
                        + " far: the same command goes on where it was stopped"))
                .addOption(Arguments.option("shard", "K/N",
                "do the K-th of N parts of the work; \"lab merge\" makes the report"
                        + " of the files"))
                .addOption(Arguments.option("cluster", "[HOST:]PORT,...",
                        "do the work together with other processes: where this one listens, then where others do; "
                                + "each prints the whole report"))
                .addOption(Arguments.option("secret", "FILE", "what all processes of --cluster have; needed beyond "
                        + "this machine"))
                .addOption(Arguments.option("threads", "N", "tasks at a time (default: one for each processor)"));
    }

    @Override
    public int run(CommandLine line) throws Exception {
        List<String> words = line.getArgList();
        if (!words.isEmpty() && (!words.getFirst().equals(MERGE) || words.size() < 2)) {
            throw new UsageException("\"" + String.join(" ", words) + "\": must be merge FILE...");
        }
        if (!line.hasOption("verbose")) {
            Logging.quiet();
        }
        Optional<Path> folder = Optional.ofNullable(line.getOptionValue("out")).map(Path::of);
        Optional<Shard> shard = line.hasOption("shard") ? Optional.of(Shard.parse(line.getOptionValue("shard")))
                : Optional.empty();
        Optional<LaboratoryCluster.Where> where = where(line);
        if (shard.isPresent() && where.isPresent()) {
            throw new UsageException("--shard and --cluster are two ways to share the work; take one");
        }
        if (shard.isPresent() && folder.isEmpty()) {
            throw new UsageException("--shard needs --out, where the answers go");
        }
        int threads = Arguments.number(line, "threads", Runtime.getRuntime().availableProcessors(), 1, MOST_THREADS);
        try (Framework framework = Framework.start(Home.path())) {
            Laboratory laboratory = framework.await(Laboratory.class, "", START,
                    "org.cloakwork.laboratory.LaboratoryComponent", "the laboratory");
            if (!words.isEmpty()) {
                return merge(laboratory, words.subList(1, words.size()).stream().map(Path::of).toList(), folder);
            }
            Map<String, String> chosen = chosen(line);
            String jars = jars();
            Laboratory.Study study = study(laboratory, chosen);
            if (folder.isPresent()) {
                Files.createDirectories(folder.get());
            }
            if (where.isEmpty()) {
                return measure(study, chosen, jars, folder, shard, answers -> (tasks, left) -> answers.answer(study,
                        left, threads));
            }
            LaboratoryCluster cluster = framework.await(LaboratoryCluster.class, "", START,
                    "org.cloakwork.laboratory.cluster.JGroupsCluster", "the laboratory's cluster");
            return measure(study, chosen, jars, folder, shard, answers -> (tasks, left) -> {
                Set<String> asked = Set.copyOf(tasks);
                try (LaboratoryCluster.Member member = cluster.join(where.get(), "cloakwork-lab " + chosen + jars,
                        answers.all(), (task, answer) -> {
                            if (asked.contains(task)) {
                                answers.add(task, answer);
                            }
                        })) {
                    answers.answer(study, tasks, threads, member);
                }
            });
        }
    }

    /** How tasks are done. */
    private interface Work {

        void all(List<String> tasks, List<String> left) throws Exception;
    }

    private static Optional<LaboratoryCluster.Where> where(CommandLine line) throws UsageException {
        if (!line.hasOption("cluster")) {
            if (line.hasOption("secret")) {
                throw new UsageException("--secret " + line.getOptionValue("secret") + ": is for --cluster, which is "
                        + "not there");
            }
            return Optional.empty();
        }
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String address : line.getOptionValue("cluster").split(",")) {
            addresses.add(address(address.trim()));
        }
        byte[] secret = line.hasOption("secret") ? SecretFile.firstLine("--secret " + line.getOptionValue("secret"),
                Path.of(line.getOptionValue("secret"))) : new byte[0];
        try {
            return Optional.of(new LaboratoryCluster.Where(addresses.getFirst(), addresses.subList(1,
                    addresses.size()), secret));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--cluster " + line.getOptionValue("cluster") + ": " + e.getMessage()
                    + (secret.length == 0 ? ": --secret FILE, the same for all" : ""));
        }
    }

    private static InetSocketAddress address(String text) throws UsageException {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
        try {
            InetSocketAddress address = new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
            if (address.getPort() > 0 && !address.isUnresolved()) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // falls through to the one message for all faults
        }
        throw new UsageException("--cluster " + text + ": must be PORT or HOST:PORT, several with commas between");
    }

    /** What is measured, without how the work is done. */
    private static Map<String, String> chosen(CommandLine line) {
        Map<String, String> chosen = new TreeMap<>();
        for (Option option : line.getOptions()) {
            if (!List.of("out", "shard", "cluster", "secret", "threads", "verbose").contains(option.getLongOpt())) {
                chosen.put(option.getLongOpt(), option.getValue("yes"));
            }
        }
        return chosen;
    }

    private static Laboratory.Study study(Laboratory laboratory, Map<String, String> chosen) throws UsageException {
        try {
            return laboratory.study(chosen);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** {@return a digest of all that could change an answer} */
    private static String jars() throws IOException {
        List<Path> all = new ArrayList<>(Framework.jars(Home.path().resolve("bundles")));
        all.addAll(Framework.jars(Home.path().resolve("lib")));
        return Admission.sha256(all.toArray(Path[]::new));
    }

    private int measure(Laboratory.Study study, Map<String, String> chosen, String jars, Optional<Path> folder,
            Optional<Shard> shard, Function<LabAnswers, Work> work) throws Exception {
        List<String> tasks = shard.map(part -> part.of(study.tasks())).orElseGet(study::tasks);
        Optional<Path> file = folder.map(to -> to.resolve(shard.map(part -> "answers-" + part.number + "-of-"
                + part.of + ".txt")
                .orElse("answers.txt")));
        try (LabAnswers answers = LabAnswers.open(chosen, jars, file)) {
            List<String> left = tasks.stream().filter(task -> !answers.has(task)).toList();
            if (left.size() < tasks.size()) {
                err.printf(Locale.ROOT, "%d of %d tasks are done already%n", tasks.size() - left.size(), tasks.size());
            }
            long started = System.nanoTime();
            ProgressLine.duringHours(err, "measuring", () -> (double) answers.count(tasks) / tasks.size(),
                    () -> {
                        work.apply(answers).all(tasks, left);
                        return null;
                    });
            err.printf(Locale.ROOT, "%d tasks in %.1f s%n", left.size(), (System.nanoTime() - started) / 1e9);
            if (!study.spent().isEmpty()) {
                err.println(study.spent());
            }
            if (shard.isPresent()) {
                err.println("when all " + shard.get().of + " are done: cloakwork lab merge " + folder.get()
                        + "/answers-*-of-" + shard.get().of + ".txt");
                return DONE;
            }
            return report(study, answers.all(), folder);
        }
    }

    private int merge(Laboratory laboratory, List<Path> files, Optional<Path> folder) throws Exception {
        Map<String, String> all = new TreeMap<>();
        Map<String, String> chosen = null;
        String jars = null;
        for (Path file : files) {
            LabAnswers.Read read = LabAnswers.read(file);
            if (jars != null && !jars.equals(read.jars())) {
                throw new UsageException(file + ": answers of other jars than " + files.getFirst());
            }
            jars = read.jars();
            if (chosen != null && !chosen.equals(read.chosen())) {
                throw new UsageException(file + ": of another study than " + files.getFirst() + ": " + read.chosen()
                        + ", not "
                        + chosen);
            }
            chosen = read.chosen();
            all.putAll(read.answers());
        }
        Laboratory.Study study = study(laboratory, chosen);
        List<String> missing = study.tasks().stream().filter(task -> !all.containsKey(task)).toList();
        if (!missing.isEmpty()) {
            throw new IOException(missing.size() + " of " + study.tasks().size()
                    + " tasks have no answer in these files, such as "
                    + missing.getFirst() + "; the shards they are of can be started again");
        }
        if (folder.isPresent()) {
            Files.createDirectories(folder.get());
        }
        return report(study, all, folder);
    }

    private int report(Laboratory.Study study, Map<String, String> answers, Optional<Path> folder) throws IOException {
        Laboratory.Report report = study.report(answers);
        out.print(report.text());
        out.flush();
        if (folder.isPresent()) {
            Files.writeString(folder.get().resolve("report.txt"), report.text());
            for (Map.Entry<String, String> file : new TreeMap<>(report.files()).entrySet()) {
                Files.writeString(folder.get().resolve(file.getKey()), file.getValue());
            }
            List<String> written = new ArrayList<>(new TreeMap<>(report.files()).keySet());
            err.println("in " + folder.get() + ": report.txt, " + String.join(", ", written));
        }
        if (!report.failed().isEmpty()) {
            err.println("cloakwork lab: does not hold: " + String.join("; ", report.failed()));
            return FAILED;
        }
        return DONE;
    }
}
