package org.cloakwork.itests.line;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Whether a watcher notices the moment at which a download begins or ends. All that follows such moments is compared
 * with what follows moments at which nothing begins, of clients that have never done anything.
 */
final class Starts {

    static final List<Duration> WINDOWS = Stream.of(50, 100, 200, 500, 1000, 2000, 5000, 10_000)
            .map(Duration::ofMillis).toList();
    /** After the moment: a question and its answer take a while, and a ramp longer. */
    private static final List<Duration> DELAYS = Stream.of(0, 50, 100, 200, 300, 500, 1000, 2000, 4000)
            .map(Duration::ofMillis).toList();
    private static final Duration LENGTH = Duration.ofSeconds(14);
    private static final Duration PAUSE = Duration.ofSeconds(20);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int SILENCES = 3;
    private static final long BYTES = 1_500_000;
    private static final int QUESTION = 400;

    /** What the moment is. */
    enum Moment {
        SILENCE("nothing"),
        FIRST("the first download begins"),
        AGAIN("another one begins, half a minute later"),
        END("a download ends");

        private final String text;

        Moment(String text) {
            this.text = text;
        }
    }

    /**
     * One way to look.
     *
     * @param text  what is looked at
     * @param delay after the moment
     * @param value of a view, higher if that is more suspicious
     */
    private record Look(String text, Duration delay, ToDoubleFunction<Trace.View> value) {
    }

    private final PrintStream out;

    Starts(PrintStream out) {
        this.out = out;
    }

    /**
     * @param cover of the client
     * @param count how many clients are watched, each of which has all of the moments
     * @param seed  of the first one
     * @return what followed the moments
     */
    static Map<Moment, List<Trace.View>> watch(Cover cover, int count, long seed) throws Exception {
        Map<Moment, List<Trace.View>> seen = new EnumMap<>(Moment.class);
        List<Map<Moment, List<Trace.View>>> all = Parallel.map(count, number -> watch(cover, seed + number));
        for (Moment moment : Moment.values()) {
            seen.put(moment, all.stream().flatMap(one -> one.get(moment).stream()).toList());
        }
        return seen;
    }

    private static Map<Moment, List<Trace.View>> watch(Cover cover, long seed) {
        VirtualWorld world = new VirtualWorld(cover, seed, 0);
        Map<Moment, List<Trace.View>> seen = new EnumMap<>(Moment.class);
        List<Trace.View> silences = new ArrayList<>();
        for (int i = 0; i < SILENCES; i++) {
            silences.add(follow(world));
        }
        seen.put(Moment.SILENCE, silences);
        Download first = new Download(world);
        seen.put(Moment.FIRST, List.of(follow(world)));
        world.await(first::isOver, LONGEST);
        seen.put(Moment.END, List.of(follow(world)));
        world.run(PAUSE);
        new Download(world);
        seen.put(Moment.AGAIN, List.of(follow(world)));
        return seen;
    }

    /** One that begins at once. */
    private static final class Download {

        private boolean over;

        Download(VirtualWorld world) {
            Tunnel tunnel = world.connect();
            tunnel.exchange(QUESTION, BYTES, () -> {
                over = true;
                tunnel.close();
            });
        }

        boolean isOver() {
            return over;
        }
    }

    private static Trace.View follow(VirtualWorld world) {
        long now = world.trace().nanoTime();
        world.run(LENGTH);
        return world.trace().view(now, LENGTH);
    }

    /** Says how often each moment is noticed: what to look at is chosen with one half, and tried on the other. */
    void tell(Cover cover, Map<Moment, List<Trace.View>> seen, long seed) throws InterruptedException {
        out.printf("%ncover = %s: true positives at 1 %% false positives, of %d moments against %d at which nothing "
                + "begins%n", cover.text(), seen.get(Moment.FIRST).size(), seen.get(Moment.SILENCE).size());
        out.print("| moment |");
        WINDOWS.forEach(window -> out.printf(" %s |", text(window)));
        out.printf(" forest, 10 s | best look at 500 ms |%n|---|");
        out.printf("%s---|---|%n", "---|".repeat(WINDOWS.size()));
        for (Moment moment : List.of(Moment.FIRST, Moment.AGAIN, Moment.END)) {
            out.printf("| %s |", moment.text);
            for (Duration window : WINDOWS) {
                out.printf(Locale.ROOT, " %.3f |", truePositives(window, seen, moment, seed));
            }
            out.printf(Locale.ROOT, " %.3f | %s |%n", forest(seen.get(Moment.SILENCE), seen.get(moment), seed),
                    best(Duration.ofMillis(500), seen.get(Moment.SILENCE), seen.get(moment), seed).text());
        }
    }

    private static String text(Duration window) {
        return window.toMillis() < 1000 ? window.toMillis() + " ms" : window.toSeconds() + " s";
    }

    /**
     * @param window in which frames are counted
     * @param seen   what followed the moments
     * @param moment the one that is looked for
     * @param seed   decides between counts that are equal
     * @return the share of such moments that is noticed, at 1 % false positives
     */
    static double truePositives(Duration window, Map<Moment, List<Trace.View>> seen, Moment moment, long seed) {
        List<Trace.View> silence = seen.get(Moment.SILENCE);
        List<Trace.View> there = seen.get(moment);
        double sum = 0;
        for (boolean first : new boolean[] {true, false}) {
            Look look = best(window, half(silence, first), half(there, first), seed);
            sum += truePositives(look, half(silence, !first), half(there, !first), seed);
        }
        return sum / 2;
    }

    private static <T> List<T> half(List<T> all, boolean first) {
        return first ? all.subList(0, all.size() / 2) : all.subList(all.size() / 2, all.size());
    }

    private static Look best(Duration window, List<Trace.View> silence, List<Trace.View> there, long seed) {
        return Collections.max(looks(window), (one, other) -> Double.compare(
                truePositives(one, silence, there, seed), truePositives(other, silence, there, seed)));
    }

    private static double truePositives(Look look, List<Trace.View> silence, List<Trace.View> there, long seed) {
        return Detection.truePositives(values(look, silence), values(look, there), seed);
    }

    private static double[] values(Look look, List<Trace.View> views) {
        return views.stream().mapToDouble(look.value()).toArray();
    }

    private static List<Look> looks(Duration window) {
        List<Look> looks = new ArrayList<>();
        for (Duration delay : DELAYS) {
            for (Frame.Kind kind : List.of(Frame.Kind.DOWN_LARGE, Frame.Kind.ACKNOWLEDGEMENT, Frame.Kind.UP_LARGE)) {
                String where = kind.text() + " in " + text(window) + " after " + text(delay);
                looks.add(new Look("many " + where, delay, view -> view.part(delay, window).count(kind)));
                looks.add(new Look("few " + where, delay, view -> -view.part(delay, window).count(kind)));
            }
        }
        return looks;
    }

    private static double forest(List<Trace.View> silence, List<Trace.View> there, long seed)
            throws InterruptedException {
        Duration window = WINDOWS.getLast();
        List<Forest.Sample> samples = new ArrayList<>();
        silence.forEach(view -> samples.add(new Forest.Sample("silence",
                Features.of(view.part(Duration.ZERO, window)))));
        there.forEach(view -> samples.add(new Forest.Sample("there", Features.of(view.part(Duration.ZERO, window)))));
        List<Forest.Answer> answers = Forest.ask(samples, "there", seed);
        return Detection.truePositives(votes(answers, "silence"), votes(answers, "there"), seed);
    }

    private static double[] votes(List<Forest.Answer> answers, String label) {
        return answers.stream().filter(answer -> answer.label().equals(label)).mapToDouble(Forest.Answer::votes)
                .toArray();
    }
}
