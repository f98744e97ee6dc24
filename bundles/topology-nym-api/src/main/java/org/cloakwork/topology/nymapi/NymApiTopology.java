package org.cloakwork.topology.nymapi;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
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

/**
 * Asks nym-api directories. Each question tries the URLs in turn, beginning with the one that answered last; whatever
 * is wrong with an answer, the next URL is asked. Source: protocol/7-network, 1.3, 1.5 and 2.
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

    private final List<URI> urls;
    private final int minimumMixnodePerformancePercent;
    private final int minimumGatewayPerformancePercent;
    private final Duration timeout;

    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("cloakwork-topology-nym-api-", 0).factory());
    private final Semaphore reading = new Semaphore(1);
    private volatile int preferred;
    private volatile Optional<Duration> epochLength = Optional.empty();

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork topology: nym-api", description = "Asks directories for the network.")
    public @interface Configuration {

        /** {@return base URLs} */
        @AttributeDefinition(name = "URLs", description = "Base URLs of directories, http or https, at most "
                + MAX_URLS + "; with or without a path.")
        String[] urls() default DEFAULT_URL;

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
        urls = urls(configuration);
        minimumMixnodePerformancePercent =
                configuration.integer("minimum-mixnode-performance", DEFAULT_PERFORMANCE_PERCENT, 0, 100);
        minimumGatewayPerformancePercent =
                configuration.integer("minimum-gateway-performance", DEFAULT_PERFORMANCE_PERCENT, 0, 100);
        timeout = configuration.millis("timeout-millis", DEFAULT_TIMEOUT_MILLIS, 1, MAX_TIMEOUT_MILLIS);
        configuration.verify();
    }

    private static List<URI> urls(PartConfiguration configuration) {
        String allowed = "1 to " + MAX_URLS + " comma-separated base URLs, http or https, without query";
        List<URI> urls = new ArrayList<>();
        for (String text : configuration.has("urls") ? configuration.list("urls", allowed) : List.of(DEFAULT_URL)) {
            try {
                URI url = new URI(text);
                boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
                if (!http || url.getHost() == null || url.getRawQuery() != null || url.getRawFragment() != null
                        || url.getRawUserInfo() != null || url.getPort() > 0xffff || urls.size() == MAX_URLS) {
                    throw configuration.wrong("urls", '"' + text + '"', allowed);
                }
                urls.add(url);
            } catch (URISyntaxException e) {
                throw configuration.wrong("urls", '"' + text + '"', allowed);
            }
        }
        return urls;
    }

    @Override
    public CompletableFuture<Topology> fetch() {
        CompletableFuture<Topology> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    answer.complete(fetchFromAny());
                } catch (TopologyException e) {
                    answer.completeExceptionally(e);
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(new TopologyException(PART + ": " + e, e));
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new TopologyException(PART + ": closed", e));
        }
        return answer;
    }

    private Topology fetchFromAny() throws TopologyException {
        int first = preferred;
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < urls.size(); i++) {
            int index = (first + i) % urls.size();
            try {
                Directory directory = new Directory(urls.get(index), executor, reading, timeout, epochLength);
                Topology topology =
                        directory.topology(minimumMixnodePerformancePercent, minimumGatewayPerformancePercent);
                epochLength = directory.epochLength();
                preferred = index;
                return topology;
            } catch (TopologyException e) {
                faults.add(e.getMessage());
                if (executor.isShutdown()) {
                    break;
                }
            }
        }
        preferred = (first + 1) % urls.size();
        throw new TopologyException(String.join("; ", faults));
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
