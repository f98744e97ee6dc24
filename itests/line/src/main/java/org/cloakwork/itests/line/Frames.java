package org.cloakwork.itests.line;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Watches the line while somebody does one thing or another, and says what differs from doing nothing. */
final class Frames {

    /** Before it is looked at: what somebody has begun is under way. */
    static final Duration WARM_UP = Duration.ofSeconds(60);
    private static final int MOST_LENGTHS = 6;

    private final PrintStream out;

    Frames(PrintStream out) {
        this.out = out;
    }

    /** Makes a world, on sockets or not. */
    interface Worlds {

        World make(Cover cover, int number) throws Exception;
    }

    /**
     * Watches all scenarios, each in a world of its own.
     *
     * @param worlds    makes them
     * @param cover     of the client
     * @param scenarios what is done; the first one is what others are compared with
     * @param length    for how long
     * @param warmUp    before it
     * @return what was seen
     */
    static Map<Scenario, Trace.View> watch(Worlds worlds, Cover cover, List<Scenario> scenarios, Duration length,
            Duration warmUp) throws Exception {
        Map<Scenario, World> made = new EnumMap<>(Scenario.class);
        Map<Scenario, Trace.View> seen = new EnumMap<>(Scenario.class);
        try {
            for (Scenario scenario : scenarios) {
                World world = worlds.make(cover, scenario.ordinal());
                made.put(scenario, world);
                world.after(Duration.ZERO, () -> scenario.start(world));
            }
            long ends = System.nanoTime() + warmUp.plus(length).toNanos();
            for (Scenario scenario : scenarios) {
                World world = made.get(scenario);
                world.run(world.isVirtual() ? warmUp.plus(length)
                        : Duration.ofNanos(Math.max(0, ends - System.nanoTime())));
            }
            for (Scenario scenario : scenarios) {
                Trace trace = made.get(scenario).trace();
                seen.put(scenario, trace.view(trace.nanoTime() - length.toNanos(), length));
            }
        } finally {
            for (World world : made.values()) {
                world.close();
            }
        }
        return seen;
    }

    /** Says what was seen, and what it tells. */
    void tell(Cover cover, Map<Scenario, Trace.View> seen) {
        Trace.View idle = seen.get(Scenario.IDLE);
        out.printf("%ncover = %s: frames a second, %.0f s each%n", cover.text(), idle.seconds());
        out.println("| does | up, large | up, small | down, large | receipts | acknowledgements | up, kB/s | "
                + "down, kB/s | lengths up | lengths down |");
        out.println("|---|---|---|---|---|---|---|---|---|---|");
        seen.forEach((scenario, view) -> out.printf(Locale.ROOT,
                "| %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.1f | %.1f | %s | %s |%n", scenario.text(),
                view.rate(Frame.Kind.UP_LARGE), view.rate(Frame.Kind.UP_SMALL), view.rate(Frame.Kind.DOWN_LARGE),
                view.rate(Frame.Kind.RECEIPT), view.rate(Frame.Kind.ACKNOWLEDGEMENT),
                view.kilobytes(true), view.kilobytes(false),
                lengths(view, true), lengths(view, false)));
        out.printf("%ncover = %s: against doing nothing%n", cover.text());
        out.print(Comparison.HEADER);
        seen.forEach((scenario, view) -> {
            for (Frame.Kind kind : Frame.Kind.values()) {
                if (scenario != Scenario.IDLE && view.count(kind) + idle.count(kind) > 0) {
                    out.print(Comparison.of(kind, idle, view).row(scenario.text()));
                }
            }
        });
        out.printf("%ncover = %s: what comes answers what goes as late as while nothing is done; p%n", cover.text());
        seen.forEach((scenario, view) -> {
            if (scenario != Scenario.IDLE) {
                out.printf(Locale.ROOT, "| %s | %.3g |%n", scenario.text(), Lags.p(idle, view));
            }
        });
    }

    private static String lengths(Trace.View view, boolean up) {
        int[] lengths = view.lengths(up);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(lengths.length, MOST_LENGTHS); i++) {
            text.append(i == 0 ? "" : " ").append(lengths[i]);
        }
        return text.append(lengths.length > MOST_LENGTHS ? " ..." : "").toString();
    }

    /**
     * Writes down each frame that was seen.
     *
     * @param folder where, made if it is not there
     */
    static void write(Path folder, Cover cover, Map<Scenario, Trace.View> seen) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<Scenario, Trace.View> one : seen.entrySet()) {
            one.getValue().write(file(folder, cover, one.getKey()));
        }
    }

    /** {@return where frames are written down} */
    static Path file(Path folder, Cover cover, Scenario scenario) {
        return folder.resolve(cover.text() + "-" + scenario.text().replace(' ', '-') + ".csv");
    }
}
