package org.cloakwork.itests.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fuzzes targets with Jazzer, each in a process of its own, as many at once as there are processors. What a target
 * came to stays in the folder ({@code TARGET/corpus}), and the next campaign goes on from there.
 */
final class Campaign {

    static final int WORKERS = Runtime.getRuntime().availableProcessors();

    /** What takes as long on a busy machine, too, does not end. */
    private static final int TIMEOUT_SECONDS = 60;
    /** With a seed, no more than these: the same at each build. */
    private static final int SAME_RUNS = 5000;
    private static final int MAX_FINDINGS = 3;
    private static final int START_SECONDS = 300;
    private static final int UNSAFE_WARNS = 23;
    /** Hooks for what no parser of ours has: they make the start longer. */
    private static final String NOT_HOOKED = Stream.of("ClojureLangHooks", "Deserialization",
                    "ExpressionLanguageInjection", "FilePathTraversal", "LdapInjection", "NamingContextLookup",
                    "OsCommandInjection", "ReflectiveCall", "ScriptEngineInjection", "SqlInjection",
                    "TemplateInjection", "UnsafeSanitizer", "XPathInjection", "XmlParserSsrfGuidance")
            .map("com.code_intelligence.jazzer.sanitizers."::concat).collect(Collectors.joining(":"));
    private static final Pattern PROGRESS = Pattern.compile("(?m)^#(\\d+)\\s+\\w+\\s+cov: (\\d+) ");
    private static final Pattern END = Pattern.compile("(?m)^Done (\\d+) runs in (\\d+) second");
    private static final Pattern THROWN = Pattern.compile("(?m)^== Java (?:Exception|Assertion Error): (.*)$");
    private static final Pattern REPRODUCER = Pattern.compile("(?:crash|timeout|oom|leak)-.*");

    private final Path folder;
    private final OptionalInt seed;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    /**
     * @param folder where everything is kept
     * @param seed   for a short campaign that begins anew and tries the same inputs each time, as far as it gets; empty
     *               for one that goes on from the last
     */
    Campaign(Path folder, OptionalInt seed) {
        this.folder = folder.toAbsolutePath();
        this.seed = seed;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> running.forEach(Process::destroyForcibly)));
    }

    /**
     * @param targets to fuzz
     * @param each    how long each of them
     * @return what became of them, in the same order
     * @throws IOException          if files cannot be written
     * @throws InterruptedException if the thread is interrupted
     */
    List<Outcome> run(List<Target> targets, Duration each) throws IOException, InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        try (ExecutorService workers = Executors.newFixedThreadPool(WORKERS)) {
            List<Future<Outcome>> futures =
                    targets.stream().map(target -> workers.submit(() -> fuzz(target, each))).toList();
            for (Future<Outcome> future : futures) {
                outcomes.add(future.get());
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
        return outcomes;
    }

    private Outcome fuzz(Target target, Duration each) throws IOException, InterruptedException {
        Path home = folder.resolve(target.name());
        Path seeds = home.resolve("seeds");
        Path findings = home.resolve("findings");
        for (Path made : List.of(seeds, findings, home.resolve("corpus"))) {
            Files.createDirectories(made);
        }
        empty(findings);
        if (seed.isPresent()) {
            empty(seeds);
            empty(home.resolve("corpus"));
        }
        for (Map.Entry<String, byte[]> input : Inputs.of(target).entrySet()) {
            Files.write(seeds.resolve(input.getKey()), input.getValue());
        }
        Files.writeString(home.resolve("words"), Inputs.dictionary(target.words()));
        Path log = home.resolve("log");
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command(target, home, each)).directory(home.toFile())
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        running.add(process);
        try {
            process.getOutputStream().close();
            boolean ended = process.waitFor(each.toSeconds() + START_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly().waitFor();
            double seconds = (System.nanoTime() - start) / 1e9;
            return outcome(target, findings, log, seconds, ended ? Optional.of(process.exitValue()) : Optional.empty());
        } finally {
            running.remove(process);
        }
    }

    private static void empty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private List<String> command(Target target, Path home, Duration each) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx768m", "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading", "--enable-native-access=ALL-UNNAMED"));
        if (seed.isPresent()) {
            // Half of the work of a start, and what is compiled better after it is no use in a few seconds.
            command.add("-XX:TieredStopAtLevel=1");
        }
        if (Runtime.version().feature() >= UNSAFE_WARNS) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer", "--target_class=" + JazzerEntry.class.getName(),
                "--target_args=" + target.getClass().getName(),
                "--instrumentation_includes=" + String.join(":", target.instrumented()),
                "--instrumentation_excludes=org.cloakwork.itests.**", "--custom_hook_includes=org.cloakwork.**",
                "--custom_hook_excludes=org.cloakwork.itests.**",
                "--disabled_hooks=" + NOT_HOOKED, "--keep_going=" + MAX_FINDINGS, "--reproducer_path=" + home,
                "-max_total_time=" + each.toSeconds(), "-timeout=" + TIMEOUT_SECONDS, "-rss_limit_mb=0",
                "-max_len=" + target.maxInputBytes(), "-artifact_prefix=" + home.resolve("findings") + "/",
                "-dict=" + home.resolve("words"), home.resolve("corpus").toString(), home.resolve("seeds").toString()));
        seed.ifPresent(chosen -> {
            command.add("-seed=" + chosen);
            // Far enough from where a run may be another one for how long things take.
            command.add("-runs=" + SAME_RUNS);
        });
        if (target.words().isEmpty()) {
            command.removeIf(option -> option.startsWith("-dict="));
        }
        return command;
    }

    private static Outcome outcome(Target target, Path folder, Path log, double seconds, Optional<Integer> exitValue)
            throws IOException {
        String said = new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1);
        List<String> thrown = THROWN.matcher(said).results().map(found -> found.group(1)).toList();
        List<Outcome.Finding> findings = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Campaign::isReproducer).toList()) {
                String kind = file.getFileName().toString().split("-")[0];
                findings.add(new Outcome.Finding(file, kind.equals("crash") && findings.size() < thrown.size()
                        ? thrown.get(findings.size()) : kind + " (see " + log + ")"));
            }
        }
        Optional<MatchResult> progress = PROGRESS.matcher(said).results().reduce((one, other) -> other);
        Matcher end = END.matcher(said);
        boolean done = end.find();
        long executions = done ? Long.parseLong(end.group(1))
                : progress.map(last -> Long.parseLong(last.group(1))).orElse(0L);
        Optional<String> failure = Optional.empty();
        if (exitValue.isEmpty()) {
            failure = Optional.of("does not end, see " + log);
        } else if (findings.isEmpty() && (exitValue.get() != 0 || executions == 0)) {
            failure = Optional.of("the fuzzer ended with " + exitValue.get() + ", see " + log);
        }
        return new Outcome(target.name(), executions, done ? Double.parseDouble(end.group(2)) : seconds,
                progress.map(last -> Integer.parseInt(last.group(2))).orElse(0), findings, failure);
    }

    private static boolean isReproducer(Path file) {
        return REPRODUCER.matcher(file.getFileName().toString()).matches();
    }

    /** {@return a table for people} */
    static String table(List<Outcome> outcomes) {
        StringBuilder table = new StringBuilder(line("target", "executions", "per second", "edges", "findings"));
        for (Outcome each : outcomes) {
            table.append(line(each.target(), number(each.executions()), number(each.executionsPerSecond()),
                    number(each.edges()), each.failure().isPresent() ? "failed" : number(each.findings().size())));
        }
        return table.append(line("all", number(outcomes.stream().mapToLong(Outcome::executions).sum()),
                number(outcomes.stream().mapToLong(Outcome::executionsPerSecond).sum() / outcomes.size()),
                number(outcomes.stream().mapToLong(Outcome::edges).sum()),
                number(outcomes.stream().mapToLong(each -> each.findings().size()).sum()))).toString();
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String line(String target, String... columns) {
        return String.format(Locale.ROOT, "%-20s%14s%12s%8s%10s%n", target, columns[0], columns[1], columns[2],
                columns[3]);
    }
}
