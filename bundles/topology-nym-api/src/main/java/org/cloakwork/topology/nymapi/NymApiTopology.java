package org.cloakwork.topology.nymapi;

import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.cloakwork.api.KnownExit;
import org.cloakwork.directory.Directory;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.topology.TopologyProvider;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * Asks nym-api directories. Each question tries the URLs in turn, beginning with the one that answered last; whatever
 * is wrong with an answer, the next URL is asked, and one that was made epochs ago counts only if no other does.
 * Source: protocol/7-network, 1.3, 1.5 and 2.
 */
@Component(service = TopologyProvider.class, configurationPid = "org.cloakwork.topology.nymapi")
@Cloakwork(part = "topology", name = "nym-api")
@Designate(ocd = NymApiTopology.Configuration.class)
public final class NymApiTopology implements TopologyProvider, AutoCloseable {

    static final int MAX_URLS = 16;

    /** The public Nym network's. */
    private static final String DEFAULT_URL = "https://validator.nymtech.net/api/";
    private static final String PART = "topology nym-api";

    private static final int DEFAULT_PERFORMANCE_PERCENT = 50;
    private static final int DEFAULT_TIMEOUT_MILLIS = 30_000;
    private static final int MAX_TIMEOUT_MILLIS = 600_000;
    /** For all places together: what takes longer breaks the promise of a topology part. */
    private static final Duration MOST_TIME = MAX_ANSWER_TIME.minusSeconds(10);
    private static final Duration EXITS_AGE = Duration.ofHours(1);
    private static final String OFF = "off";
    private static final String ON_RETRY = "on-retry";
    private static final String ALWAYS = "always";
    private static final int MOST_FRONTS = 64;
    private static final Pattern HOST = Pattern.compile("[0-9A-Za-z]([0-9A-Za-z.-]{0,251}[0-9A-Za-z])?");

    /** In the order they are asked in. */
    private final List<Directory.Place> places;
    private final int minimumMixnodePerformancePercent;
    private final int minimumGatewayPerformancePercent;
    private final Duration timeout;

    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("cloakwork-topology-nym-api-", 0).factory());
    private final Semaphore reading = new Semaphore(1);
    /** The one that answered last to each question. */
    private final AtomicInteger topologyPlace = new AtomicInteger();
    private final AtomicInteger exitsPlace = new AtomicInteger();
    private CompletableFuture<List<KnownExit>> exits;
    private long exitsNanos;
    private volatile Optional<Duration> epochLength = Optional.empty();

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork topology: nym-api", description = "Asks directories for the network.")
    public @interface Configuration {

        /** {@return base URLs} */
        @AttributeDefinition(name = "URLs", description = "Base URLs of directories, http or https, at most "
                + MAX_URLS + "; with or without a path.")
        String[] urls() default DEFAULT_URL;

        /** {@return whether their order is drawn} */
        @AttributeDefinition(name = "Shuffle", description = "Whether the order in which they are asked is drawn once, "
                + "at the start; otherwise it is as given.")
        boolean shuffle() default true;

        /** {@return when fronts are used} */
        @AttributeDefinition(name = "Fronting", options = {@Option(label = OFF, value = OFF),
            @Option(label = ON_RETRY, value = ON_RETRY), @Option(label = ALWAYS, value = ALWAYS)},
                description = "Whether directories are asked through fronts, so that whoever watches sees the name of "
                        + "another host: off, on-retry (when none answers otherwise) or always.")
        String fronting() default OFF;

        /** {@return fronts} */
        @AttributeDefinition(name = "Fronts", required = false, description = "HOST=FRONT, comma-separated: the host "
                + "of a directory, and one that hands on to it.")
        String[] fronts() default {};

        /** {@return percent} */
        @AttributeDefinition(name = "Minimum mix node performance", min = "0", max = "100",
                description = "Percent, 0 to 100; mix nodes below are left out.")
        int minimum$_$mixnode$_$performance() default DEFAULT_PERFORMANCE_PERCENT;

        /** {@return percent} */
        @AttributeDefinition(name = "Minimum gateway performance", min = "0", max = "100",
                description = "Percent, 0 to 100; gateways below are left out.")
        int minimum$_$gateway$_$performance() default DEFAULT_PERFORMANCE_PERCENT;

        /** {@return the limit} */
        @AttributeDefinition(name = "Time-out", min = "1", max = "600000",
                description = "Milliseconds that all answers of one directory may take together, 1 to 600000.")
        int timeout$_$millis() default DEFAULT_TIMEOUT_MILLIS;
    }

    /** @param properties of the component */
    @Activate
    public NymApiTopology(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        places = places(urls(configuration), fronts(configuration),
                configuration.choice("fronting", OFF, List.of(OFF, ON_RETRY, ALWAYS)));
        minimumMixnodePerformancePercent =
                configuration.integer("minimum-mixnode-performance", DEFAULT_PERFORMANCE_PERCENT, 0, 100);
        minimumGatewayPerformancePercent =
                configuration.integer("minimum-gateway-performance", DEFAULT_PERFORMANCE_PERCENT, 0, 100);
        timeout = configuration.millis("timeout-millis", DEFAULT_TIMEOUT_MILLIS, 1, MAX_TIMEOUT_MILLIS);
        configuration.verify();
    }

    /**
     * Fronted ones come last where they are for when nothing else answers, and stand for their directories where
     * nothing else is to be asked.
     */
    private static List<Directory.Place> places(List<URI> urls, Map<String, List<String>> fronts, String fronting) {
        List<Directory.Place> open = new ArrayList<>();
        List<Directory.Place> fronted = new ArrayList<>();
        for (URI url : urls) {
            List<String> outer = fronting.equals(OFF) ? List.of()
                    : fronts.getOrDefault(url.getHost().toLowerCase(Locale.ROOT), List.of());
            if (outer.isEmpty() || fronting.equals(ON_RETRY)) {
                open.add(new Directory.Place(url, Optional.empty()));
            }
            outer.forEach(front -> fronted.add(new Directory.Place(url, Optional.of(front))));
        }
        return fronting.equals(ALWAYS) ? concat(fronted, open) : concat(open, fronted);
    }

    private static List<Directory.Place> concat(List<Directory.Place> some, List<Directory.Place> others) {
        List<Directory.Place> all = new ArrayList<>(some);
        all.addAll(others);
        return List.copyOf(all);
    }

    private static Map<String, List<String>> fronts(PartConfiguration configuration) {
        String allowed = "comma-separated HOST=FRONT, two host names each, at most " + MOST_FRONTS;
        Map<String, List<String>> fronts = new HashMap<>();
        if (configuration.has("fronts")) {
            List<String> pairs = configuration.list("fronts", allowed);
            for (String pair : pairs) {
                String[] hosts = pair.split("=", -1);
                if (hosts.length != 2 || !HOST.matcher(hosts[0].strip()).matches()
                        || !HOST.matcher(hosts[1].strip()).matches() || pairs.size() > MOST_FRONTS) {
                    throw configuration.wrong("fronts", '"' + pair + '"', allowed);
                }
                fronts.computeIfAbsent(hosts[0].strip().toLowerCase(Locale.ROOT), host -> new ArrayList<>())
                        .add(hosts[1].strip());
            }
        }
        return fronts;
    }

    private static List<URI> urls(PartConfiguration configuration) {
        String allowed = "1 to " + MAX_URLS + " comma-separated base URLs, http or https, without query";
        List<URI> urls = new ArrayList<>();
        for (String text : configuration.has("urls") ? configuration.list("urls", allowed) : List.of(DEFAULT_URL)) {
            urls.add(Directory.Place.of(text).filter(place -> urls.size() < MAX_URLS).map(Directory.Place::url)
                    .orElseThrow(() -> configuration.wrong("urls", '"' + text + '"', allowed)));
        }
        if (configuration.flag("shuffle", true)) {
            Collections.shuffle(urls, new SecureRandom());
        }
        return urls;
    }

    @Override
    public CompletableFuture<Topology> fetch() {
        return Directory.answer(PART, executor, this::askTopology);
    }

    /** Asks one place. */
    @FunctionalInterface
    private interface Question<T> {

        T ask(Directory directory) throws TopologyException;
    }

    /**
     * Asks one place after the other, beginning with the one that answered last, until one answers well.
     *
     * @param preferred index of the place to begin with
     * @param isGood    whether other places need not be asked; without one that is, the best answer counts
     * @param best      which of two answers is better
     */
    private <T> T askAny(AtomicInteger preferred, Question<T> question, Predicate<T> isGood, Comparator<T> best)
            throws TopologyException {
        long endNanos = Directory.nanoTime() + MOST_TIME.toNanos();
        int first = preferred.get();
        List<String> faults = new ArrayList<>();
        Optional<T> second = Optional.empty();
        int next = (first + 1) % places.size();
        for (int i = 0; i < places.size(); i++) {
            Duration left = Duration.ofNanos(endNanos - Directory.nanoTime());
            if (left.isNegative() || executor.isShutdown()) {
                break;
            }
            int index = (first + i) % places.size();
            Directory directory = new Directory(places.get(index), executor, reading,
                    left.compareTo(timeout) < 0 ? left : timeout, epochLength);
            try {
                T answer = question.ask(directory);
                epochLength = directory.epochLength();
                if (isGood.test(answer)) {
                    preferred.set(index);
                    return answer;
                }
                if (second.isEmpty() || best.compare(answer, second.get()) > 0) {
                    second = Optional.of(answer);
                    next = index;
                }
            } catch (TopologyException e) {
                faults.add(e.getMessage());
            }
        }
        preferred.set(next);
        return second.orElseThrow(() -> new TopologyException(String.join("; ", faults)));
    }

    private Topology askTopology() throws TopologyException {
        return askAny(topologyPlace, directory -> directory.topology(minimumMixnodePerformancePercent,
                minimumGatewayPerformancePercent), topology -> places.size() == 1 || !Directory.isStale(topology),
                Comparator.comparing(Topology::refreshedAt));
    }

    private List<KnownExit> askExits() throws TopologyException {
        return askAny(exitsPlace, Directory::exits, exits -> !exits.isEmpty(), Comparator.comparing(List::size));
    }

    /** What was told is good for a while; while somebody asks, others wait for the same answer. */
    @Override
    public synchronized CompletableFuture<List<KnownExit>> exits() {
        long now = Directory.nanoTime();
        boolean failed = exits != null && exits.isCompletedExceptionally();
        if (exits == null || failed || exits.isDone() && now - exitsNanos > EXITS_AGE.toNanos()) {
            exits = Directory.answer(PART, executor, this::askExits);
            exitsNanos = now;
        }
        return exits.copy();
    }

    /** Ends every question that is still open with an error, and every thread. Idempotent. */
    @Deactivate
    @Override
    public void close() {
        executor.shutdownNow();
        executor.close();
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<TopologyProvider> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(NymApiTopology.class, NymApiTopology::new);
        }
    }
}
