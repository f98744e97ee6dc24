package org.cloakwork.itests.line;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whether a watcher can tell which of some pages is loaded: in a closed world, in which he knows all of them, and in an
 * open one, in which others are loaded as well, of which he knows that there are such pages.
 */
final class Pages {

    /** So long is looked at a load, however long it takes: its end is not known to who watches. */
    static final Duration WINDOW = Duration.ofSeconds(30);
    private static final long NEVER = Long.MAX_VALUE;
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int REST_SECONDS = 8;
    private static final String OTHER = "other";

    private final PrintStream out;

    Pages(PrintStream out) {
        this.out = out;
    }

    /**
     * One load of a page.
     *
     * @param page     its number
     * @param features of what the watcher saw
     * @param millis   that it took
     * @param bytes    that came over the line within {@link #WINDOW}
     */
    record Load(int page, double[] features, long millis, long bytes) {
    }

    /**
     * Loads each page so many times: each session is a client of its own that loads all of them, in an order of its
     * own.
     *
     * @param cover  of the client
     * @param pages  how many pages the watcher knows
     * @param loads  of each
     * @param others pages that he does not, each loaded once, by one of the clients
     * @param seed   of everything
     * @return the loads; of others, with numbers from {@code pages} on
     */
    static List<Load> load(Cover cover, int pages, int loads, int others, long seed) throws InterruptedException {
        return Parallel.map(loads, number -> session(cover, IntStream.concat(IntStream.range(0, pages),
                IntStream.range(0, others).filter(other -> other % loads == number).map(other -> pages + other)),
                seed + number)).stream().flatMap(List::stream).toList();
    }

    private static List<Load> session(Cover cover, IntStream pages, long seed) {
        VirtualWorld world = new VirtualWorld(cover, seed, 0);
        List<Integer> order = new ArrayList<>(pages.boxed().toList());
        Collections.shuffle(order, new Random(seed));
        List<Load> loads = new ArrayList<>();
        for (int page : order) {
            world.run(Duration.ofSeconds(world.randomness().nextInt(REST_SECONDS) + 1));
            world.trace().clear();
            AtomicLong ended = new AtomicLong(NEVER);
            long begun = world.trace().nanoTime();
            new Browser(world).load(Page.of(page + 1L), () -> ended.set(world.trace().nanoTime()));
            world.run(WINDOW);
            Trace.View view = world.trace().view(begun, WINDOW);
            world.await(() -> ended.get() != NEVER, LONGEST);
            loads.add(new Load(page, Features.of(view), Duration.ofNanos(ended.get() - begun).toMillis(),
                    view.frames().stream().filter(frame -> !frame.up()).mapToLong(Frame::bytes).sum()));
        }
        return loads;
    }

    /**
     * Says what the forest found.
     *
     * @param pages how many the watcher knows
     * @return the share of loads of these that it named
     */
    double tell(Cover cover, int pages, List<Load> all, long seed) throws InterruptedException {
        List<Load> loads = all.stream().filter(load -> load.page() < pages).toList();
        List<Forest.Answer> answers = Forest.ask(loads.stream()
                .map(load -> new Forest.Sample(Integer.toString(load.page()), load.features())).toList(), "0", seed);
        double accuracy = Forest.accuracy(answers);
        long[] millis = loads.stream().mapToLong(Load::millis).sorted().toArray();
        out.printf(Locale.ROOT, "| %s | %d | %d | %.3f | %.3f | %.3f | %.1f s | %.1f s | %.0f kB |%s%n",
                cover.text(), pages, loads.size(), accuracy,
                Math.sqrt(accuracy * (1 - accuracy) / loads.size()), 1.0 / pages,
                millis[millis.length / 2] / 1000.0, millis[millis.length - 1] / 1000.0,
                Arrays.stream(loads.stream().mapToLong(Load::bytes).toArray()).average().orElse(0) / 1000,
                loads.size() == all.size() ? " | |" : open(pages, all, seed));
        return accuracy;
    }

    private static String open(int pages, List<Load> all, long seed) throws InterruptedException {
        List<Forest.Answer> answers = Forest.ask(all.stream()
                .map(load -> new Forest.Sample(load.page() < pages ? Integer.toString(load.page()) : OTHER,
                        load.features())).toList(), "0", seed);
        Map<Boolean, List<Forest.Answer>> known = answers.stream()
                .collect(Collectors.partitioningBy(answer -> !answer.label().equals(OTHER)));
        return String.format(Locale.ROOT, " %.3f | %.3f of %d |", Forest.accuracy(known.get(true)),
                1 - Forest.accuracy(known.get(false)), known.get(false).size());
    }

    static final String HEADER = """
            | cover | pages | loads | accuracy | +- | chance | median load | longest | down in 30 s \
            | among others: named | others taken for one |
            |---|---|---|---|---|---|---|---|---|---|---|
            """;
}
