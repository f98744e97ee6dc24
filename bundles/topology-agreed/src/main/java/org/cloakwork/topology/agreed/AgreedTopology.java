package org.cloakwork.topology.agreed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.directory.Directory;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.spi.topology.TopologyProvider;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Asks several nym-api directories at once and uses the nodes, layers and keys that enough of them name alike for the
 * same epoch, so that one that lies to this client alone gains nothing. Which one dissents is among the faults of the
 * topology, and in the log. One that is late is waited for only if the others do not suffice, until the
 * time-out, or else for two seconds.
 */
@Component(service = TopologyProvider.class, configurationPid = "org.cloakwork.topology.agreed",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Cloakwork(part = "topology", name = "agreed")
@Designate(ocd = AgreedTopology.Configuration.class)
public final class AgreedTopology implements TopologyProvider, AutoCloseable {

    private static final String PART = "topology agreed";
    private static final int MOST_URLS = 16;
    private static final int DEFAULT_PERFORMANCE_PERCENT = 50;
    private static final int DEFAULT_TIMEOUT_MILLIS = 30_000;
    private static final int MAX_TIMEOUT_MILLIS = 110_000;
    /** Who answers so much later than enough others is not compared with them. */
    private static final Duration LATE = Duration.ofSeconds(2);
    private static final Duration AFTER_TIMEOUT = Duration.ofSeconds(5);

    private final List<Directory.Place> places;
    private final int enough;
    private final int minimumMixnodePerformancePercent;
    private final int minimumGatewayPerformancePercent;
    private final Duration timeout;
    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("cloakwork-topology-agreed-", 0).factory());
    private final Semaphore reading = new Semaphore(1);

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork topology: agreed",
            description = "Asks several directories, and uses what enough of them name.")
    public @interface Configuration {

        /** {@return base URLs} */
        @AttributeDefinition(name = "URLs", description = "Base URLs of directories, http or https, 2 to 16, each "
                + "run by somebody else.")
        String[] urls();

        /** {@return how many} */
        @AttributeDefinition(name = "Agree", required = false, min = "2", max = "16",
                description = "So many must say the same, more than half of them (the default) to all.")
        int agree();

        /** {@return percent} */
        @AttributeDefinition(name = "Minimum mix node performance", min = "0", max = "100",
                description = "Percent, 0 to 100; mix nodes below are left out.")
        int minimum$_$mixnode$_$performance() default DEFAULT_PERFORMANCE_PERCENT;

        /** {@return percent} */
        @AttributeDefinition(name = "Minimum gateway performance", min = "0", max = "100",
                description = "Percent, 0 to 100; gateways below are left out.")
        int minimum$_$gateway$_$performance() default DEFAULT_PERFORMANCE_PERCENT;

        /** {@return the limit} */
        @AttributeDefinition(name = "Time-out", min = "1", max = "110000",
                description = "Milliseconds that all answers of one directory may take together, 1 to 110000.")
        int timeout$_$millis() default DEFAULT_TIMEOUT_MILLIS;
    }

    /** @param properties of the component */
    @Activate
    public AgreedTopology(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        places = places(configuration);
        int majority = places.size() / 2 + 1;
        enough = configuration.integer("agree", majority, majority, places.size());
        minimumMixnodePerformancePercent =
                configuration.integer("minimum-mixnode-performance", DEFAULT_PERFORMANCE_PERCENT, 0, 100);
        minimumGatewayPerformancePercent =
                configuration.integer("minimum-gateway-performance", DEFAULT_PERFORMANCE_PERCENT, 0, 100);
        timeout = configuration.millis("timeout-millis", DEFAULT_TIMEOUT_MILLIS, 1, MAX_TIMEOUT_MILLIS);
        configuration.verify();
    }

    private static List<Directory.Place> places(PartConfiguration configuration) {
        String allowed = "2 to " + MOST_URLS + " comma-separated base URLs, http or https, no two of one host and port";
        List<Directory.Place> places = new ArrayList<>();
        Set<String> authorities = new HashSet<>();
        for (String text : configuration.list("urls", allowed)) {
            places.add(Directory.Place.of(text)
                    .filter(place -> authorities.add(place.url().getAuthority().toLowerCase(Locale.ROOT)))
                    .orElseThrow(() -> configuration.wrong("urls", '"' + text + '"', allowed)));
        }
        if (places.size() < 2 || places.size() > MOST_URLS) {
            throw configuration.wrong("urls", places.size() + " of them", allowed);
        }
        return places;
    }

    /** Asks one place. */
    @FunctionalInterface
    private interface Question<T> {

        T ask(Directory directory) throws TopologyException;
    }

    /** Makes one answer of those that are there. */
    @FunctionalInterface
    private interface Settling<T, R> {

        /** @return empty: further answers are waited for, unless there are none to come */
        Optional<R> settle(Map<String, T> answers, Map<String, String> failures, boolean last)
                throws TopologyException;
    }

    private record Told<T>(String place, Optional<T> answer, String failure) {
    }

    private <T, R> CompletableFuture<R> ask(Question<T> question, Settling<T, R> settling) {
        return Directory.answer(PART, executor, () -> settled(question, settling));
    }

    private <T, R> R settled(Question<T> question, Settling<T, R> settling)
            throws TopologyException, InterruptedException {
        CompletionService<Told<T>> asked = new ExecutorCompletionService<>(executor);
        List<Future<Told<T>>> calls = new ArrayList<>();
        Map<String, T> answers = new TreeMap<>();
        Map<String, String> failures = new TreeMap<>();
        places.forEach(place -> failures.put(place.toString(), place + ": no answer yet"));
        try {
            for (Directory.Place place : places) {
                calls.add(asked.submit(() -> told(place, question)));
            }
            Optional<R> settled = Optional.empty();
            for (int left = places.size(); left > 0; left--) {
                Duration patience = settled.isPresent() ? LATE : timeout.plus(AFTER_TIMEOUT);
                Future<Told<T>> next = asked.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
                if (next != null) {
                    Told<T> told = next.get();
                    failures.remove(told.place);
                    told.answer.ifPresentOrElse(said -> answers.put(told.place, said),
                            () -> failures.put(told.place, told.failure));
                } else if (settled.isPresent()) {
                    break;
                }
                settled = settling.settle(answers, failures, left == 1 || next == null);
                if (next == null) {
                    break;
                }
            }
            return settled.orElseThrow(() -> new IllegalStateException("not settled by the last answer"));
        } catch (ExecutionException e) {
            throw new TopologyException(PART + ": " + e.getCause(), e);
        } finally {
            calls.forEach(call -> call.cancel(true));
        }
    }

    private <T> Told<T> told(Directory.Place place, Question<T> question) {
        try {
            return new Told<>(place.toString(), Optional.of(question.ask(
                    new Directory(place, executor, reading, timeout, Optional.empty()))), "");
        } catch (TopologyException e) {
            return new Told<>(place.toString(), Optional.empty(), e.getMessage());
        }
    }

    @Override
    public CompletableFuture<Topology> fetch() {
        return ask(directory -> directory.topology(minimumMixnodePerformancePercent, minimumGatewayPerformancePercent),
                (answers, failures, last) -> {
                    if (answers.size() < enough && !last) {
                        return Optional.empty();
                    }
                    try {
                        Agreement agreement = Agreement.of(answers, failures, enough);
                        return agreement.alike() >= enough || last ? Optional.of(agreement.topology())
                                : Optional.empty();
                    } catch (TopologyException e) {
                        if (last) {
                            throw e;
                        }
                        return Optional.empty();
                    }
                });
    }

    @Override
    public CompletableFuture<List<KnownExit>> exits() {
        return ask(Directory::exits, (answers, failures, last) -> {
            if (!last) {
                return Optional.empty();
            }
            if (answers.size() < enough) {
                throw new TopologyException("fewer than " + enough + " directories name exits: "
                        + String.join("; ", failures.values()));
            }
            Map<MixnetAddress, Long> counts = answers.values().stream()
                    .flatMap(exits -> exits.stream().map(KnownExit::address).distinct())
                    .collect(Collectors.groupingBy(address -> address, Collectors.counting()));
            Set<MixnetAddress> taken = new HashSet<>();
            return Optional.of(answers.values().stream().flatMap(List::stream)
                    .filter(exit -> counts.get(exit.address()) >= enough && taken.add(exit.address())).toList());
        });
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
            super(AgreedTopology.class, AgreedTopology::new);
        }
    }
}
