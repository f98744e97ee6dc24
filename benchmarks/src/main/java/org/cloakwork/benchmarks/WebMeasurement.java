package org.cloakwork.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * Our npm package beside Nym's, each in a Node process of its own, in turns, on one local network: what a page has to
 * load, start to ready, CPU for 1 MB sent to itself and received, and CPU of an idle client at default cover.
 */
final class WebMeasurement {

    private static final int MOST_ROUNDS = 5;
    private static final int MOST_SECONDS = 30;
    private static final Path FOLDER = Path.of("benchmarks", "web").toAbsolutePath();
    private static final String NYM = "node_modules/@nymproject/nym-client-wasm-node";
    private static final List<String> FIGURES = List.of("ready", "cpu", "millis", "idle");
    private static final Map<String, String> TITLES = Map.of("ready", "from start to ready", "cpu",
            "CPU for 1 MB to itself", "millis", "the same, from send to arrival", "idle",
            "CPU of an idle client at default cover, of a core");

    private final Path home;
    private final Path ours = Path.of("bundles", "frontend-web", "target", "package").toAbsolutePath();
    private final int rounds;
    private final int seconds;

    /**
     * @param home    an unpacked distribution
     * @param rounds  how often each client is measured
     * @param seconds how long each idles
     */
    WebMeasurement(Path home, int rounds, int seconds) {
        this.home = home;
        this.rounds = Math.min(rounds, MOST_ROUNDS);
        this.seconds = Math.min(seconds, MOST_SECONDS);
    }

    /** {@return the figures of both, and how many times theirs is ours} */
    List<Figure> run() throws Exception {
        install();
        List<Figure> figures = new ArrayList<>();
        double[] size = {kilobytes(ours, file -> !file.startsWith(ours.resolve("http").resolve("tls.wasm")))};
        double[] theirSize = {kilobytes(FOLDER.resolve(NYM), file -> true)};
        compare(figures, "size", "what a page loads to send and receive, gzip", "kB", size, theirSize);
        compare(figures, "size-sdk", "the same beside their SDK for pages, which brings a worker", "kB", size,
                installed("sdk"));
        double[] secure = {kilobytes(ours, file -> true)};
        compare(figures, "size-https", "what a page loads to fetch https:, gzip, beside their mix-fetch 1.4.4", "kB",
                secure, installed("mix-fetch"));
        compare(figures, "size-tunnel", "the same beside what their mix-fetch 2.1.1 loads", "kB", secure,
                installed("mix-tunnel"));
        double[][] own = new double[FIGURES.size()][rounds];
        double[][] theirs = new double[FIGURES.size()][rounds];
        try (Launched network = new Launched(Map.of(), Launched.cloakwork(home, "localnet"))) {
            String directory = network.await("directory");
            for (int round = 0; round < rounds; round++) {
                measure("ours", directory, round, own);
                measure("theirs", directory, round, theirs);
            }
        }
        for (int at = 0; at < FIGURES.size(); at++) {
            String name = FIGURES.get(at);
            compare(figures, name, TITLES.get(name), name.equals("idle") ? "%" : "ms", own[at], theirs[at]);
        }
        return figures;
    }

    /** What the clients in Node need. */
    static void install() throws IOException, InterruptedException {
        execute(List.of("npm", "ci", "--no-audit", "--no-fund"));
    }

    /** {@return the program with arguments, see {@code measure.mjs}} */
    static List<String> node(String... arguments) {
        List<String> command = new ArrayList<>(List.of(FOLDER.resolve("node_modules/.bin/node").toString(),
                FOLDER.resolve("measure.mjs").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static double[] installed(String name) throws IOException {
        return new double[] {kilobytes(FOLDER.resolve("node_modules/@nymproject").resolve(name), file -> true)};
    }

    private static void compare(List<Figure> figures, String name, String title, String unit, double[] ours,
            double[] theirs) {
        figures.add(new Figure("web-" + name, title, unit, ours));
        figures.add(new Figure("web-" + name + "-nym", "  Nym's", unit, theirs));
        double[] ratios = new double[ours.length];
        for (int i = 0; i < ours.length; i++) {
            ratios[i] = theirs[i] / ours[i];
        }
        figures.add(new Figure("web-" + name + "-ratio", "  times ours", "x", ratios));
    }

    private void measure(String which, String directory, int round, double[][] figures) throws Exception {
        String text = execute(node(which, directory, Integer.toString(seconds), ours.toString()));
        for (int at = 0; at < FIGURES.size(); at++) {
            Matcher figure = Pattern.compile("\"" + FIGURES.get(at) + "\":([0-9.]+)").matcher(text);
            if (!figure.find()) {
                throw new IOException("no figure " + FIGURES.get(at) + " in " + text);
            }
            figures[at][round] = Double.parseDouble(figure.group(1));
        }
    }

    private static String execute(List<String> command) throws IOException, InterruptedException {
        Path log = Files.createTempFile("cloakwork-bench-", ".log");
        Process process = new ProcessBuilder(command).directory(FOLDER.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed:\n" + Files.readString(log));
        }
        return Files.readString(log);
    }

    /** Scripts and modules of a folder, each compressed as a server would send it. */
    private static double kilobytes(Path folder, Predicate<Path> counted) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.(m?js|cjs|wasm|bin)")).filter(counted)
                    .mapToLong(WebMeasurement::compressed).sum() / 1000.0;
        }
    }

    private static long compressed(Path file) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            Files.copy(file, gzip);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.size();
    }
}
