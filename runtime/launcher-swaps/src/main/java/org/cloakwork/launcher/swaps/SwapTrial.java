package org.cloakwork.launcher.swaps;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.launcher.cli.ProgressLine;
import org.cloakwork.launcher.commands.ApiConnection;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.frontend.FrontEnd;

/** Two clients send to each other all the time while their parts are exchanged; then it tells what came of it. */
final class SwapTrial {

    private static final String START_COVER = "poisson";
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration UNDISTURBED = Duration.ofSeconds(10);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    private final PrintStream out;
    private final PrintStream err;
    private final Framework framework;
    private final Swaps swaps;
    private final Map<String, MixnetClient> clients;
    private final Duration duration;
    private final long seed;
    private final Map<String, SwapTraffic> traffic = new TreeMap<>();
    private final Map<String, SendingLaw> sending = new TreeMap<>();
    private final Map<String, Map<String, List<SendingLaw.Stretch>>> between = new TreeMap<>();
    private final Map<Swaps.Swap, Pause> pauses = new LinkedHashMap<>();

    /**
     * What a swap cost.
     *
     * @param stillNanos how long no packet left a client concerned at most, within the second after the swap; of a
     *                   front-end, how long until programs were answered
     * @param heardNanos until a packet sent after the swap was acknowledged: the way there and back included
     */
    private record Pause(long stillNanos, long heardNanos) {
    }

    /**
     * What was seen.
     *
     * @param before    a stretch before anything is exchanged
     * @param unswapped pauses within it
     * @param after     a stretch after everything was exchanged
     * @param result    what became of the messages
     */
    private record Seen(SendingLaw.Stretch before, List<Pause> unswapped, SendingLaw.Stretch after,
            SwapTraffic.Result result) {
    }

    SwapTrial(PrintStream out, PrintStream err, Framework framework, Swaps swaps, Map<String, MixnetClient> clients,
             Duration duration, long seed) {
        this.out = out;
        this.err = err;
        this.framework = framework;
        this.swaps = swaps;
        this.clients = new TreeMap<>(clients);
        this.duration = duration;
        this.seed = seed;
    }

    /** {@return whether every message arrived, once, and was acknowledged} */
    boolean run() throws Exception {
        out.printf(Locale.ROOT, "Parts of %s are exchanged for %d s, seed %d; each sends 25 messages a second to the"
                + " other.%n", String.join(" and ", clients.keySet()), duration.toSeconds(), seed);
        out.flush();
        List<String> names = List.copyOf(clients.keySet());
        for (String name : names) {
            String other = names.get(1 - names.indexOf(name));
            traffic.put(name, new SwapTraffic(name, clients.get(name), clients.get(other)));
            sending.put(name, new SendingLaw(name, clients.get(name)));
            between.put(name, new TreeMap<>());
        }
        try {
            long started = System.nanoTime();
            // If nothing keeps it up.
            double takes = WARM_UP.plus(UNDISTURBED).multipliedBy(2).plus(PERIOD).plus(duration).toNanos();
            Seen seen = ProgressLine.during(err, "exchanging parts", () -> (System.nanoTime() - started) / takes,
                    this::look);
            SwapTraffic.Result result = seen.result();
            report(result, seen.unswapped());
            reportSending(seen.before(), seen.after());
            return result.lost() == 0 && result.twice() == 0 && result.failed() == 0;
        } finally {
            traffic.values().forEach(SwapTraffic::close);
            sending.values().forEach(SendingLaw::close);
        }
    }

    private Seen look() throws Exception {
        Thread.sleep(WARM_UP);
        SendingLaw.Stretch before = undisturbed();
        List<Pause> unswapped = pausesWithin(before);
        exchange();
        swaps.choose("cover", START_COVER);
        Thread.sleep(WARM_UP.toMillis());
        SendingLaw.Stretch after = undisturbed();
        SwapTraffic.Result result = new SwapTraffic.Result(0, 0, 0, 0, 0);
        for (SwapTraffic each : traffic.values()) {
            result = result.plus(each.end());
        }
        return new Seen(before, unswapped, after, result);
    }

    private static SendingLaw.Stretch undisturbed() throws InterruptedException {
        long from = System.nanoTime();
        Thread.sleep(UNDISTURBED);
        return new SendingLaw.Stretch(from, System.nanoTime());
    }

    /** What counts as a pause when nothing is exchanged: the way to the gateway, and back through the mixes. */
    private List<Pause> pausesWithin(SendingLaw.Stretch stretch) throws InterruptedException {
        Thread.sleep(PERIOD);
        List<Pause> found = new ArrayList<>();
        for (long at = stretch.fromNanos(); at < stretch.toNanos(); at += PERIOD.toNanos()) {
            for (String client : clients.keySet()) {
                found.add(new Pause(sending.get(client)
                        .longestGapNanos(new SendingLaw.Stretch(at, at + PERIOD.toNanos())),
                        traffic.get(client).pauseNanos(at)));
            }
        }
        return found;
    }

    private void exchange() throws Exception {
        long end = System.nanoTime() + duration.toNanos();
        long next = System.nanoTime();
        while (next < end) {
            Swaps.Swap swap = swaps.next();
            long answered = swap.kind().equals(Swaps.FRONT_END) ? awaitFrontEnds(swap) : 0;
            long heard = awaitAcknowledgements(swap);
            next = Math.max(next + PERIOD.toNanos(), System.nanoTime());
            Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
            SendingLaw.Stretch stretch = new SendingLaw.Stretch(swap.atNanos(), next);
            pauses.put(swap, new Pause(swap.kind().equals(Swaps.FRONT_END) ? answered : swap.clients().stream()
                    .mapToLong(client -> sending.get(client).longestGapNanos(stretch)).max().orElse(0), heard));
            for (String name : clients.keySet()) {
                between.get(name).computeIfAbsent(swaps.part(name, "cover"), cover -> new ArrayList<>())
                        .add(new SendingLaw.Stretch(swap.atNanos() + heard, next));
            }
        }
    }

    /** {@return until packets of every client concerned were acknowledged again, in nanoseconds} */
    private long awaitAcknowledgements(Swaps.Swap swap) throws InterruptedException {
        long longest = 0;
        for (String client : swap.clients()) {
            long pause = traffic.get(client).pauseNanos(swap.atNanos());
            while (pause < 0) {
                pauseAtMost(swap, client);
                pause = traffic.get(client).pauseNanos(swap.atNanos());
            }
            longest = Math.max(longest, pause);
        }
        return longest;
    }

    private void pauseAtMost(Swaps.Swap swap, String client) throws InterruptedException {
        if (System.nanoTime() - swap.atNanos() > LONGEST_PAUSE.toNanos()) {
            throw new IllegalStateException(swap.kind() + " " + swap.part() + ", " + swap.way() + ": client " + client
                    + " is still not heard of after " + LONGEST_PAUSE.toSeconds() + " s: "
                    + clients.get(client).state());
        }
        Thread.sleep(1);
    }

    /** {@return until programs that connect anew were answered by every client concerned, in nanoseconds} */
    private long awaitFrontEnds(Swaps.Swap swap) throws InterruptedException {
        for (String client : swap.clients()) {
            while (!answers(client)) {
                pauseAtMost(swap, client);
            }
        }
        return System.nanoTime() - swap.atNanos();
    }

    private boolean answers(String client) throws InterruptedException {
        Optional<FrontEnd.Serving> serving = framework.present(FrontEnd.Serving.class,
                "(" + MixnetClient.NAME_PROPERTY + "=" + client + ")");
        if (serving.isEmpty()) {
            return false;
        }
        try (ApiConnection connection = ApiConnection.open(serving.get().addresses().getFirst(), Optional.empty())) {
            connection.say("{\"type\":\"selfAddress\"}");
            return connection.next(LONGEST_PAUSE) instanceof ApiConnection.Event.Text(String answer)
                    && answer.contains(clients.get(client).address().toString());
        } catch (IllegalStateException | NoSuchElementException e) {
            // It was on its way out.
            return false;
        }
    }

    private void report(SwapTraffic.Result result, List<Pause> unswapped) {
        out.printf("%n  %-16s %5s  %13s  %6s  %11s  %s%n", "kind", "swaps", "longest pause", "median", "heard again",
                "how");
        for (String kind : Swaps.KINDS) {
            List<Swaps.Swap> done = pauses.keySet().stream().filter(swap -> swap.kind().equals(kind)).toList();
            if (!done.isEmpty()) {
                row(kind, done.size(), done.stream().map(pauses::get).toList(), ways(done));
            }
        }
        row("(none)", 0, unswapped, "the same measured while nothing is exchanged");
        out.printf("%n  pause: no packet left a client concerned (frontend: until a program that connects is "
                + "answered)%n  heard again: until a message sent after the swap was acknowledged, at most%n");
        out.printf(Locale.ROOT, "%n  swaps      %d%n  messages   %d sent, %d delivered%n  lost       %d%n"
                        + "  twice      %d%n  failed     %d%n", pauses.size(), result.sent(), result.delivered(),
                result.lost(), result.twice(), result.failed());
        traffic.values().stream().flatMap(each -> each.lost().stream()).forEach(this::reportLost);
    }

    private void reportLost(SwapTraffic.Lost lost) {
        out.printf(Locale.ROOT, "  lost: a message of %s, %s;%s%n", lost.sender(), lost.told(), pauses.keySet().stream()
                .filter(swap -> Math.abs(swap.atNanos() - lost.sentNanos()) < Duration.ofSeconds(3).toNanos())
                .map(swap -> String.format(Locale.ROOT, " %s %s of %s at %+d ms", swap.kind(), swap.way(),
                swap.clients(),
                        millis(swap.atNanos() - lost.sentNanos())))
                .collect(Collectors.joining(",")));
    }

    private void row(String kind, int swaps, List<Pause> of, String how) {
        List<Long> still = of.stream().map(Pause::stillNanos).sorted().toList();
        out.printf(Locale.ROOT, "  %-16s %5d  %10d ms  %3d ms  %8d ms  %s%n", kind, swaps, millis(still.getLast()),
                millis(still.get(still.size() / 2)),
                millis(of.stream().mapToLong(Pause::heardNanos).max().orElseThrow()), how);
    }

    private static String ways(List<Swaps.Swap> done) {
        return done.stream().collect(Collectors.groupingBy(Swaps.Swap::way, TreeMap::new, Collectors.counting()))
                .entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
    }

    private static long millis(long nanos) {
        return Math.round(nanos / 1e6);
    }

    private void reportSending(SendingLaw.Stretch before, SendingLaw.Stretch after) throws Exception {
        out.printf("%n  %-28s %9s  %s%n", "sending", "packets/s", "gaps: 10 %, half, 90 % are shorter");
        Set<String> covers = new TreeSet<>(between.values().stream().flatMap(by -> by.keySet().stream()).toList());
        covers.add(START_COVER);
        for (String cover : covers) {
            Optional<SendingLaw.Figures> law = framework.present(CoverTrafficStrategy.class,
                    "(cloakwork.name=" + cover + ")").flatMap(strategy -> SendingLaw.of(strategy, seed));
            if (law.isPresent()) {
                line(cover + ", its law", law.get());
                if (cover.equals(START_COVER)) {
                    line(cover + ", before the swaps", measured(name -> List.of(before)));
                }
                line(cover + ", between swaps",
                        measured(name -> between.get(name).getOrDefault(cover, List.of())));
                if (cover.equals(START_COVER)) {
                    line(cover + ", after the swaps", measured(name -> List.of(after)));
                }
            }
        }
    }

    private SendingLaw.Figures measured(Function<String, List<SendingLaw.Stretch>> stretches) {
        return SendingLaw.Figures.of(sending.entrySet().stream()
                .flatMap(entry -> entry.getValue().gapsNanos(stretches.apply(entry.getKey())).stream()).toList());
    }

    private void line(String name, SendingLaw.Figures figures) {
        out.printf(Locale.ROOT, "  %-28s %9.1f  %.1f, %.1f, %.1f ms%s%n", name, figures.packetsASecond(),
                figures.p10Millis(), figures.p50Millis(), figures.p90Millis(),
                name.endsWith("law") ? "" : "  (" + figures.gaps() + " gaps)");
    }
}
