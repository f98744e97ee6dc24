package org.cloakwork.laboratory;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cloakwork.api.Laboratory;
import org.cloakwork.laboratory.measure.Estimate;
import org.cloakwork.laboratory.measure.Plot;
import org.cloakwork.laboratory.measure.Table;
import org.cloakwork.laboratory.network.Chance;
import org.cloakwork.laboratory.network.DrivenClient;
import org.cloakwork.laboratory.network.Ground;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.topology.Topology;

/**
 * Hostile mixes: how soon a route goes through three of them, which traces its packet from end to end. Each task is a
 * client with hostile mixes of its own; all shares are looked at in one run, unless mixes drop.
 */
final class TraceStudy implements Laboratory.Study {

    static final Set<String> OPTIONS = Set.of("hostile", "hours", "clients", "mixes", "routes", "cover",
            "retransmission", "seed", "drop", "quick-hostile", "delay-millis", "pairs");

    /** What was looked at beside the five kinds of packets. */
    private static final int ALL = PacketKind.values().length;
    /** First and last mix hostile, whatever is between. */
    private static final int ENDS = ALL + 1;
    /** The own gateway hostile, and the mix at the other end of the way. */
    private static final int WITH_GATEWAY = ALL + 2;
    private static final int LOOKS = ALL + 3;
    private static final List<String> NAMES = List.of("data", "ack", "reply-block", "cover", "cover-ack", "any");
    private static final List<Double> DEAD = List.of(0.01, 0.03, 0.1);
    /** So many clients are tried with dead mixes: each sends hundreds of pieces. */
    private static final int DEAD_CLIENTS = 20;
    /** With so many dead the default is decided. */
    private static final double DECIDING = 0.03;
    /** A packet takes up to so long to a mix, to each its own time. */
    static final int MIX_MICROS = 40_000;
    private static final double NANOS = 1e9;
    private static final int ENDS_NUMBERS = 4;
    private static final List<Variant> COVER = List.of(Variant.parse("poisson"));
    private static final List<Variant> RETRANSMISSION = List.of(Variant.parse("timeout"));
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    /** After so many the layers are as at first. */
    private static final int MOST_EPOCHS = 24;

    private final Installed installed;
    private final List<Double> shares;
    private final double hours;
    private final int clients;
    private final Ground ground;
    private final List<Combination> combinations;
    private final long seed;
    private final boolean isDropping;
    private final boolean isQuick;
    private final Rows rows;
    private final Onlookers onlookers;
    private final Flows flows;
    /** Nanoseconds that clients took here, and how many they were. */
    private final List<LongAdder> cpu;
    private final List<LongAdder> ran;

    TraceStudy(Installed installed, Choices choices) {
        choices.verify(OPTIONS);
        this.installed = installed;
        shares = choices.shares("hostile", "0.05,0.1,0.2");
        hours = choices.decimal("hours", 1, 1e-4, 8784);
        clients = choices.number("clients", 1000, 1, 1_000_000);
        ground = new Ground(choices.number("mixes", 80, 2, 2000), (int) Math.min(MOST_EPOCHS, Math.ceil(hours)));
        combinations = Combination.all(choices.variants("routes", installed.routes()),
                choices.variants("cover", COVER), choices.variants("retransmission", RETRANSMISSION),
                choices.decimals("delay-millis", "50", 0, 60_000));
        seed = choices.seed();
        isDropping = choices.flag("drop");
        isQuick = choices.flag("quick-hostile");
        combinations.forEach(combination -> combination.verify(installed));
        rows = new Rows(installed, choices.flag("routes") ? List.of() : installed.names(PartKind.ROUTES), seed);
        onlookers = new Onlookers(installed, ground, combinations, seed);
        flows = new Flows(installed, ground, combinations, shares, choices.number("pairs", 2000, 0, 100_000), seed);
        cpu = Stream.generate(LongAdder::new).limit(combinations.size()).toList();
        ran = Stream.generate(LongAdder::new).limit(combinations.size()).toList();
    }

    @Override
    public List<String> tasks() {
        List<String> tasks = new ArrayList<>(rows.tasks());
        tasks.addAll(onlookers.tasks());
        tasks.addAll(flows.tasks());
        for (int client = 0; client < clients; client++) {
            for (int variant = 0; variant < combinations.size(); variant++) {
                for (int group = 0; group < groups(); group++) {
                    tasks.add("client/" + variant + "/" + group + "/" + client);
                }
                for (int dead = 0; dead < DEAD.size() && client % deadOf() == 0; dead++) {
                    tasks.add("dead/" + variant + "/" + dead + "/" + client);
                }
            }
        }
        return tasks;
    }

    private int deadOf() {
        return Math.max(1, clients / DEAD_CLIENTS);
    }

    /** Those who drop change the ways that are chosen, so that each share needs a run of its own. */
    private int groups() {
        return isDropping ? shares.size() : 1;
    }

    private List<Double> shares(int group) {
        return isDropping ? List.of(shares.get(group)) : shares;
    }

    @Override
    public String run(String task) {
        String[] words = task.split("/");
        if (words[0].equals("row")) {
            return rows.run(task);
        } else if (words[0].equals("crowd")) {
            return onlookers.run(task);
        } else if (words[0].equals("flow")) {
            return flows.run(task);
        }
        if (words.length != 4) {
            throw new IllegalArgumentException("no task " + task);
        }
        int variant = Integer.parseInt(words[1]);
        int client = Integer.parseInt(words[3]);
        // Who is hostile, and what is sent, is the same for all parts: they differ by what they do only.
        Chance around = new Chance(seed, "around/" + client);
        int[] delays = around.ints(Ground.LAYERS * ground.width(), MIX_MICROS);
        int[] places = isQuick && words[0].equals("client") ? quickest(delays) : ground.places(around);
        return switch (words[0]) {
            case "client" -> watched(task, variant, places, delays, shares(Integer.parseInt(words[2])));
            case "dead" -> dead(task, variant, places, delays, DEAD.get(Integer.parseInt(words[2])));
            default -> throw new IllegalArgumentException("no task " + task);
        };
    }

    private int[] quickest(int[] delays) {
        int[] places = new int[delays.length];
        for (int layer = 0; layer < Ground.LAYERS; layer++) {
            int first = layer * ground.width();
            Integer[] order = IntStream.range(first, first + ground.width()).boxed().toArray(Integer[]::new);
            Arrays.sort(order, (one, other) -> Integer.compare(delays[one], delays[other]));
            IntStream.range(0, order.length).forEach(place -> places[order[place]] = place);
        }
        return places;
    }

    private DrivenClient client(String task, int variant, DrivenClient.Network network) {
        return combinations.get(variant).client(installed, ground, seed, task, network);
    }

    private Duration length() {
        return Duration.ofNanos(Math.round(hours * Topology.EPOCH.toNanos()));
    }

    /**
     * {@return packets and their acknowledgements, then for each share and look how many, and the second of the first}
     */
    private String watched(String task, int variant, int[] places, int[] delays, List<Double> seen) {
        Observer observer = new Observer(places, delays, seen.stream().mapToInt(share -> hostile(share, ground))
                .toArray());
        long before = THREADS.getCurrentThreadCpuTime();
        client(task, variant, observer).run(length());
        cpu.get(variant).add(THREADS.getCurrentThreadCpuTime() - before);
        ran.get(variant).increment();
        return observer.answer();
    }

    static int hostile(double share, Ground ground) {
        return (int) Math.round(share * ground.width());
    }

    private final class Observer implements DrivenClient.Network {

        private final int[] places;
        private final int[] delays;
        private final int[] hostile;
        private final double[] counts;
        private final double[] firsts;
        private long packets;

        private Observer(int[] places, int[] delays, int[] hostile) {
            this.places = places;
            this.delays = delays;
            this.hostile = hostile;
            counts = new double[hostile.length * LOOKS];
            firsts = new double[hostile.length * LOOKS];
            Arrays.fill(firsts, -1);
        }

        @Override
        public long goes(long nanos, PacketKind kind, Mixes mixes) {
            packets++;
            int first = (int) mixes.first().id();
            int second = (int) mixes.second().id();
            int third = (int) mixes.third().id();
            int ends = Math.max(places[first], places[third]);
            int all = Math.max(ends, places[second]);
            // The gateway sees one end; the mix beside the other end sees that.
            int far = kind == PacketKind.DATA ? places[third] : places[first];
            for (int share = hostile.length - 1; share >= 0; share--) {
                if (all < hostile[share]) {
                    seen(share, kind.ordinal(), nanos);
                    seen(share, ALL, nanos);
                }
                if (ends < hostile[share]) {
                    seen(share, ENDS, nanos);
                }
                if (!kind.isCover() && far < hostile[share]) {
                    seen(share, WITH_GATEWAY, nanos);
                }
            }
            if (isDropping && all >= hostile[0]
                    && Math.min(places[first], Math.min(places[second], places[third])) < hostile[0]) {
                return -1;
            }
            return 1000L * (delays[first] + delays[second] + delays[third]);
        }

        private void seen(int share, int look, long nanos) {
            int at = share * LOOKS + look;
            if (counts[at]++ == 0) {
                firsts[at] = nanos / NANOS;
            }
        }

        private String answer() {
            double[] numbers = new double[1 + 2 * counts.length];
            numbers[0] = packets;
            for (int i = 0; i < counts.length; i++) {
                numbers[1 + 2 * i] = counts[i];
                numbers[2 + 2 * i] = firsts[i];
            }
            return Answers.line(numbers);
        }
    }

    /** {@return pieces acknowledged, pieces given up, copies, seconds of all pieces until they were acknowledged} */
    private String dead(String task, int variant, int[] places, int[] delays, double share) {
        int dead = hostile(share, ground);
        double[] ends = new double[ENDS_NUMBERS];
        client(task, variant, new DrivenClient.Network() {
            @Override
            public long goes(long nanos, PacketKind kind, Mixes mixes) {
                int first = (int) mixes.first().id();
                int second = (int) mixes.second().id();
                int third = (int) mixes.third().id();
                return Math.min(places[first], Math.min(places[second], places[third])) < dead ? -1
                        : 1000L * (delays[first] + delays[second] + delays[third]);
            }

            @Override
            public void ended(int tries, long nanos) {
                ends[nanos >= 0 ? 0 : 1]++;
                ends[2] += tries;
                ends[3] += Math.max(0, nanos) / NANOS;
            }
        }).run(length());
        return Answers.line(ends);
    }

    // ------------------------------------------------------------------ what the answers say

    /** What is known of a part at a share. */
    private record Found(double[] packets, double[][] counts, double[][] firsts) {

        Estimate traced(int look) {
            return Estimate.share(Arrays.stream(counts[look]).filter(count -> count > 0).count(), counts[look].length);
        }
    }

    private Found found(Answers answers, int variant, int share) {
        double[] packets = new double[clients];
        double[][] counts = new double[LOOKS][clients];
        double[][] firsts = new double[LOOKS][clients];
        int group = isDropping ? share : 0;
        int place = isDropping ? 0 : share;
        for (int client = 0; client < clients; client++) {
            double[] numbers = answers.of("client/" + variant + "/" + group + "/" + client,
                    1 + 2 * LOOKS * shares(group).size());
            packets[client] = numbers[0];
            for (int look = 0; look < LOOKS; look++) {
                int at = 1 + 2 * (place * LOOKS + look);
                counts[look][client] = numbers[at];
                firsts[look][client] = numbers[at + 1];
            }
        }
        return new Found(packets, counts, firsts);
    }

    @Override
    public Laboratory.Report report(Map<String, String> byTask) {
        Answers answers = new Answers(byTask);
        Map<String, String> files = new TreeMap<>();
        List<String> titles = new ArrayList<>(List.of("routes", "cover", "hostile", "hours", "clients", "packets",
                "traced", "traced-low", "traced-high", "first-seconds-median", "routes-traced", "data", "ack",
                "reply-block", "cover-packets", "cover-ack", "both-ends", "gateway-and-end", "expected"));
        titles.addAll(Combination.TITLES);
        Table all = new Table(titles);
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT,
                "%s h of %d clients each, %d mixes a layer, %s, "
                + "seed %d%s%s%n", words(hours), clients, ground.width(), Combination.around(combinations), seed,
                isDropping
                ? ", hostile mixes drop"
                : "", isQuick ? ", the quickest mixes are hostile" : "").replace(System.lineSeparator(), "\n"));
        text.append("""
                Traced: at least one packet went through three hostile mixes, which know its two gateways to the
                millisecond; if the own gateway is hostile, too, they know the client. Intervals are of 95 % (Wilson).
                By kind: the probability for packets of that kind. Both ends: first and last mix hostile, whatever is
                between them. Gateway and end: if the own gateway is hostile, a packet that is no cover whose mix at
                the far end is hostile, too.
                """);
        for (int share = 0; share < shares.size(); share++) {
            double hostile = shares.get(share);
            text.append(String.format(Locale.ROOT, "\nOf the mixes %s %% are hostile\n", words(100 * hostile)));
            Table table = new Table(List.of("routes", "traced", "first, median", "routes traced", "data", "acks",
                    "reply blocks", "cover", "cover acks", "both ends", "gateway and end", "closed form"));
            Plot plot = new Plot(String.format(Locale.ROOT, "Traced, %s %% of the mixes hostile", words(100 * hostile)),
                    "seconds of use", 1);
            for (int variant = 0; variant < combinations.size(); variant++) {
                Found found = found(answers, variant, share);
                Estimate traced = found.traced(ALL);
                double mean = Estimate.mean(found.counts[ALL]).value();
                double packets = Estimate.mean(found.packets).value();
                Optional<Double> median = median(found.firsts[ALL]);
                String first = median.map(second -> String.format(Locale.ROOT, "%.1f", second)).orElse("");
                Combination combination = combinations.get(variant);
                String expected = ClosedForm.of(combination.routes(), hostile(hostile, ground), ground.width(),
                        packets,
                        hours);
                List<String> kinds = IntStream.range(0, LOOKS).filter(look -> look != ALL)
                        .mapToObj(look -> String.format(Locale.ROOT, "%.3f", found.traced(look).value())).toList();
                List<String> cells = new ArrayList<>(List.of(combination.among(combinations), traced.text(3),
                        median.map(second -> soon(second, packets)).orElse("-"),
                        String.format(Locale.ROOT, "%.1f", mean)));
                cells.addAll(kinds);
                cells.add(expected.isEmpty() ? "-" : expected);
                table.row(cells);
                cells = new ArrayList<>(List.of(combination.routes().toString(), combination.cover().toString(),
                        words(hostile),
                        words(hours),
                        Integer.toString(clients), String.format(Locale.ROOT, "%.0f", packets),
                        String.format(Locale.ROOT, "%.4f", traced.value()), String.format(Locale.ROOT, "%.4f",
                                traced.low()),
                        String.format(Locale.ROOT, "%.4f", traced.high()), first, String.format(Locale.ROOT, "%.2f",
                                mean)));
                cells.addAll(kinds);
                cells.add(expected);
                cells.addAll(combination.cells());
                all.row(cells);
                plot.line(combination.among(combinations), curve(found.firsts[ALL]));
            }
            text.append(table.text());
            files.put("traced-" + words(hostile) + ".svg", plot.svg());
        }
        onlookers.report(answers, text, files);
        flows.report(answers, text, files);
        dead(answers, text, files);
        text.append(decision(answers));
        List<String> failed = rows.report(answers, text);
        files.put("traced.csv", all.csv());
        files.put("traced.json", all.json());
        return new Laboratory.Report(text.toString(), files, failed);
    }

    /** Parts are compared with each other where all else is the same. */
    private String decision(Answers answers) {
        Map<String, List<Decision.Candidate>> candidates = new LinkedHashMap<>();
        for (int variant = 0; variant < combinations.size(); variant++) {
            int of = variant;
            Onlookers.Found seen = onlookers.found(answers, variant);
            double[] ends = ends(answers, variant, DEAD.indexOf(DECIDING));
            candidates.computeIfAbsent(combinations.get(variant).around(), around -> new ArrayList<>())
                    .add(new Decision.Candidate(combinations.get(variant).routes().toString(),
                            IntStream.range(0, shares.size()).mapToObj(share -> found(answers, of, share).traced(ALL)
                                    .value()).toList(), seen.median().value(), seen.longest().value(),
                            ends[0] + ends[1] == 0 ? 1 : ends[0] / (ends[0] + ends[1]),
                            flows.found(answers, variant).orElse(new Estimate(0, 0, 0))));
        }
        return candidates.entrySet().stream().map(entry -> Decision.text(candidates.size() == 1 ? "" : ", "
                + entry.getKey(), entry.getValue())).collect(Collectors.joining());
    }

    private double[] ends(Answers answers, int variant, int dead) {
        double[] sums = new double[ENDS_NUMBERS];
        for (int client = 0; client < clients; client += deadOf()) {
            double[] ends = answers.of("dead/" + variant + "/" + dead + "/" + client, sums.length);
            Arrays.setAll(sums, i -> sums[i] + ends[i]);
        }
        return sums;
    }

    private void dead(Answers answers, StringBuilder text, Map<String, String> files) {
        text.append("\nDelivered with dead mixes, within 15 minutes: share of the pieces; copies of each, and seconds "
                + "until it is acknowledged, on average\n");
        Table table = new Table(prepended("routes", DEAD.stream().map(share -> words(100 * share) + " % dead")
                .toList()));
        List<String> titles = new ArrayList<>(List.of("routes", "dead", "pieces", "delivered", "delivered-low",
                "delivered-high", "copies", "seconds", "cover"));
        titles.addAll(Combination.TITLES);
        Table numbers = new Table(titles);
        for (int variant = 0; variant < combinations.size(); variant++) {
            Combination combination = combinations.get(variant);
            List<String> cells = new ArrayList<>();
            for (int dead = 0; dead < DEAD.size(); dead++) {
                double[] sums = ends(answers, variant, dead);
                double pieces = sums[0] + sums[1];
                if (pieces == 0) {
                    cells.add("-");
                    continue;
                }
                Estimate delivered = Estimate.share((long) sums[0], (long) pieces);
                double seconds = sums[0] == 0 ? 0 : sums[3] / sums[0];
                cells.add(String.format(Locale.ROOT, "%s; %.2f, %.1f s", delivered.text(4), sums[2] / pieces,
                        seconds));
                List<String> row = new ArrayList<>(List.of(combination.routes().toString(), words(DEAD.get(dead)),
                        words(pieces), String.format(Locale.ROOT, "%.5f", delivered.value()),
                        String.format(Locale.ROOT, "%.5f", delivered.low()),
                        String.format(Locale.ROOT, "%.5f", delivered.high()),
                        String.format(Locale.ROOT, "%.3f", sums[2] / pieces), String.format(Locale.ROOT, "%.3f",
                                seconds), combination.cover().toString()));
                row.addAll(combination.cells());
                numbers.row(row);
            }
            table.row(prepended(combination.among(combinations), cells));
        }
        text.append(table.text());
        files.put("dead.csv", numbers.csv());
    }

    /** Not in the report, which is the same from whatever machine: processor time is not. */
    @Override
    public String spent() {
        String each = IntStream.range(0, combinations.size()).filter(variant -> ran.get(variant).sum() > 0)
                .mapToObj(variant -> String.format(Locale.ROOT, "%s %.3f", combinations.get(variant)
                        .among(combinations), cpu.get(variant).sum() / NANOS / ran.get(variant).sum() / hours))
                .collect(Collectors.joining(", "));
        return each.isEmpty() ? "" : "seconds of processor time for an hour of a client, of the parts and of who looks "
                + "on, without sealing: " + each;
    }

    /** {@return for people, also how much a client has sent until then} */
    private String soon(double second, double packets) {
        // Of packets and their acknowledgements the first half leaves the client.
        double megabytes = packets / 2 / hours / 3600 * second * Onlookers.PACKET_BYTES / 1e6;
        return String.format(Locale.ROOT, "%.1f s, %.1f MB", second, megabytes);
    }

    /** {@return the second by which half of all clients were traced; empty if it is not} */
    private static Optional<Double> median(double[] firsts) {
        double[] sorted = Arrays.stream(firsts).map(first -> first < 0 ? Double.MAX_VALUE : first).sorted().toArray();
        double median = sorted[(sorted.length - 1) / 2];
        return median == Double.MAX_VALUE ? Optional.empty() : Optional.of(median);
    }

    private List<Plot.Point> curve(double[] firsts) {
        double[] sorted = Arrays.stream(firsts).filter(first -> first >= 0).sorted().toArray();
        List<Plot.Point> points = new ArrayList<>(List.of(new Plot.Point(1, 0)));
        for (double second : DoubleStream.iterate(1, x -> x <= hours * 3600, x -> x * 1.15).toArray()) {
            points.add(new Plot.Point(second, Arrays.stream(sorted).filter(first -> first <= second).count()
                    / (double) firsts.length));
        }
        points.add(new Plot.Point(Math.max(1, hours * 3600), sorted.length / (double) firsts.length));
        return points;
    }

    private static List<String> prepended(String first, List<String> others) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    static String words(double number) {
        String text = String.format(Locale.ROOT, "%.4f", number);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }
}
