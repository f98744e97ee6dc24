package org.cloakwork.client.component;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.base.Petnames;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.client.identity.NamesFile;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.HeapShare;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.store.ClientStore;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.store.StoreProvider;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.AnyService;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client for each configuration of {@code org.cloakwork.client}: follows the parts that its configuration names as
 * they come and go, and registers the client as a service. The key {@code gateway} names gateways; without it the
 * client uses {@code guards} of them, in the order that {@code gateway-choice} says.
 */
@Component(name = "org.cloakwork.client", configurationPolicy = ConfigurationPolicy.REQUIRE, service = {})
@Designate(ocd = ClientComponent.Configuration.class, factory = true)
public final class ClientComponent {

    private static final Logger LOG = LoggerFactory.getLogger(ClientComponent.class);

    /** Service property of a client for each kind: the name of the part it uses; not there while there is none. */
    private static final String USES_PROPERTY = "cloakwork.uses.";
    /** And for each kind of which the part that is wanted broke its contract: its name, and a sentence. */
    private static final String BROKEN_PROPERTY = "cloakwork.broken.";
    /** Service property of a client: what is wrong with its front-ends, for people. */
    private static final String PROBLEMS_PROPERTY = "cloakwork.problems";
    /** Service property of a client: the names of the front-ends it is to have; not there if none. */
    private static final String FRONT_ENDS_PROPERTY = "cloakwork.frontends";
    /** Service property of a client: those of the problems that no time mends. */
    private static final String MISTAKES_PROPERTY = "cloakwork.mistakes";
    private static final String NAMES = "names";
    /** Of each kind, as {@link Configuration} says. */
    private static final Map<String, String> DEFAULT_PARTS = PartKind.OF_A_CLIENT.stream()
            .collect(Collectors.toMap(PartKind::name, ClientComponent::defaultPart));
    /** More than a session takes to leave a transport. */
    private static final Duration TRANSPORT_PATIENCE = Duration.ofSeconds(12);

    /** The keys; also those that {@code cloakwork.cfg} has for clients. */
    @ObjectClassDefinition(name = "Cloakwork client", description = "A client and the parts it is made of.")
    public @interface Configuration {

        /** {@return its name} */
        @AttributeDefinition(name = "Name", description = "1 to 64 letters, digits, '-' or '_'.")
        String name();

        /** {@return a part} */
        @AttributeDefinition(name = "Topology", description = "The name of a topology part.")
        String topology() default "nym-api";

        /** {@return a part} */
        @AttributeDefinition(name = "Transport", description = "The name of a transport part.")
        String transport() default "websocket";

        /** {@return a part} */
        @AttributeDefinition(name = "Sphinx", description = "The name of a sphinx part.")
        String sphinx() default "fast";

        /** {@return a part} */
        @AttributeDefinition(name = "Routes", description = "The name of a routes part.")
        String routes() default "subset";

        /** {@return a part} */
        @AttributeDefinition(name = "Retransmission", description = "The name of a retransmission part.")
        String retransmission() default "timeout";

        /** {@return a part} */
        @AttributeDefinition(name = "Cover", description = "The name of a cover part.")
        String cover() default "poisson";

        /** {@return a part} */
        @AttributeDefinition(name = "Store", required = false,
                description = "The name of a store part; without one nothing survives a restart.")
        String store();

        /** {@return names} */
        @AttributeDefinition(name = "Front-ends", required = false, cardinality = Integer.MAX_VALUE,
                description = "The names of front-end parts, separated by commas.")
        String[] frontends();

        /** {@return identities} */
        @AttributeDefinition(name = "Gateway", required = false, description = "The identity of the gateway to use, or "
                + "up to 10 separated by commas: the first of them, and the next while those before are away.")
        String gateway();

        /** {@return how} */
        @AttributeDefinition(name = "Guards", required = false, min = "1", max = "10",
                description = "1 to 10; if no gateway is named, so many are drawn at random, kept for weeks and used "
                + "in order, so that who blocks one cannot lead the client to his own.")
        int guards() default 2;

        /** {@return hours} */
        @AttributeDefinition(name = "Tag lifetime", required = false, min = "1", max = "8760",
                description = "1 to 8760; after so many hours without a message of ours under it, the tag by which a "
                        + "recipient knows us ends, and it meets somebody new.")
        int tag$_$lifetime$_$hours() default 24;

        /** {@return how} */
        @AttributeDefinition(name = "Line", required = false, description = "Whether what arrives is the same whatever "
                + "the client does, where those it writes to return packet for packet.",
                options = {@Option(label = "as what leaves", value = "two-way"),
                    @Option(label = "not", value = "one-way")})
        String line() default "two-way";

        /** {@return milliseconds} */
        @AttributeDefinition(name = "Ramp of the line", required = false, min = "100", max = "600000",
                description = "Milliseconds, 100 to 600000, until every slot asks for a packet in return of "
                        + "somebody who was not named in the configuration.")
        int line$_$ramp$_$millis() default 10_000;

        /** {@return an address} */
        @AttributeDefinition(name = "Mirror", required = false,
                description = "The address of a client that returns packets, for messages to those who do not.")
        String mirror();

        /** {@return whether it does} */
        @AttributeDefinition(name = "Return packets", required = false,
                description = "Whether others get a packet in return for one; an exit gives it in any case.")
        boolean return$_$packets() default false;

        /** {@return packets} */
        @AttributeDefinition(name = "Return packets a second", required = false, min = "1", max = "1000000",
                description = "1 to 1000000, for all others together.")
        int return$_$packets$_$per$_$second() default 5000;

        /** {@return packets} */
        @AttributeDefinition(name = "Return packets a second to one", required = false, min = "1", max = "1000000",
                description = "1 to 1000000, for one of the others at most.")
        int return$_$packets$_$per$_$sender() default 1000;

        /** {@return how} */
        @AttributeDefinition(name = "Gateway choice", required = false,
                description = "Which of the guards comes first.", options = {
                    @Option(label = "any", value = "random"), @Option(label = "near", value = "fastest")})
        String gateway$_$choice() default "random";

        /** {@return how} */
        @AttributeDefinition(name = "TLS", required = false,
                description = "Whether a gateway that announces a name is used over TLS only, over TLS if that works, "
                + "or in the clear; others are used in the clear, and so are those on loopback addresses if TLS "
                        + "does not work.",
                options = {@Option(label = "required", value = "required"),
                    @Option(label = "preferred", value = "preferred"), @Option(label = "off", value = "off")})
        String tls() default "required";

        /** {@return a file} */
        @AttributeDefinition(name = "Names", required = false, description = "A file with lines NAME = ADDRESS: "
                + "NAME.nym is that client, for programs that come to this one.")
        String names();

        /** {@return a size} */
        @AttributeDefinition(name = "Primary packet size", required = false, description = "Of most packets.",
                options = {@Option(label = "regular", value = "regular"), @Option(label = "8 kB", value = "extended8"),
                    @Option(label = "16 kB", value = "extended16"), @Option(label = "32 kB", value = "extended32")})
        String primary$_$packet$_$size() default "regular";

        /** {@return a size} */
        @AttributeDefinition(name = "Secondary packet size", required = false,
                description = "Of messages that need fewer packets with it.",
                options = {@Option(label = "none", value = "none"), @Option(label = "regular", value = "regular"),
                    @Option(label = "8 kB", value = "extended8"), @Option(label = "16 kB", value = "extended16"),
                    @Option(label = "32 kB", value = "extended32")})
        String secondary$_$packet$_$size() default "none";

        /** {@return a ratio} */
        @AttributeDefinition(name = "Primary cover ratio", required = false, min = "0", max = "1",
                description = "How much of the cover is of the primary size where there are two, 0 to 1.")
        double primary$_$cover$_$ratio() default PacketSizes.DEFAULT_PRIMARY_COVER_RATIO;
    }

    private final Parts parts = new Parts();
    private final Map<PartKind<?>, Choice<?>> choices = new HashMap<>();
    private final FrontEnds frontEnds = new FrontEnds(problems -> {
        publish(PROBLEMS_PROPERTY, problems.isEmpty() ? null : problems.toArray(String[]::new));
        parts.setTrouble(problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems)));
    }, mistakes -> publish(MISTAKES_PROPERTY, mistakes.isEmpty() ? null : mistakes.toArray(String[]::new)));
    /** Of the client's service. */
    @GuardedBy("publishing")
    private final Map<String, Object> published = new HashMap<>();
    private final Object publishing = new Object();
    private BundleContext context;
    private String name;
    private ClientConfiguration client;
    private Petnames petnames = Petnames.NONE;
    private ThreadedEnvironment environment;
    /** Not the client's own thread: who listens to services may block it. */
    private volatile Executor publisher = Runnable::run;
    private ClientStore opened;
    private StoreException failure;
    private volatile Engine engine;
    private volatile ServiceRegistration<MixnetClient> registration;

    /** Follows nothing yet. */
    public ClientComponent() {
        PartKind.OF_A_CLIENT.forEach(kind -> choices.put(kind, choice(kind)));
        parts.onUse(() -> publisher.execute(this::publishParts));
        choices.put(PartKind.STORE, new Choice<>(PartKind.STORE, (wanted, provider) -> stored(provider)));
    }

    private static String defaultPart(PartKind<?> kind) {
        try {
            return Configuration.class.getMethod(kind.name()).getDefaultValue().toString();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private <T> Choice<T> choice(PartKind<T> kind) {
        return new Choice<>(kind, (wanted, part) -> parts.set(kind, part));
    }

    private void publishParts() {
        synchronized (publishing) {
            Map<PartKind<?>, Parts.Breach> breaches = parts.breaches().stream()
                    .collect(Collectors.toMap(Parts.Breach::kind, breach -> breach));
            for (PartKind<?> kind : PartKind.OF_A_CLIENT) {
                publish(USES_PROPERTY + kind, parts.using(kind).orElse(null));
                publish(BROKEN_PROPERTY + kind, Optional.ofNullable(breaches.get(kind))
                        .map(breach -> List.of(breach.part(), breach.sentence())).orElse(null));
            }
        }
    }

    /** @param value null: none */
    private void publish(String property, Object value) {
        synchronized (publishing) {
            if (Objects.equals(value, published.get(property))) {
                return;
            }
            if (value == null) {
                published.remove(property);
            } else {
                published.put(property, value);
            }
            ServiceRegistration<MixnetClient> registered = registration;
            if (registered != null) {
                try {
                    registered.setProperties(new Hashtable<>(published));
                } catch (IllegalStateException e) {
                    LOG.debug("the client is gone", e);
                }
            }
        }
    }

    @Activate
    void activate(BundleContext bundleContext, Map<String, Object> properties) throws StoreException {
        PartConfiguration configuration = PartConfiguration.ofProperties("client", properties);
        context = bundleContext;
        name = configuration.text("name", "a name");
        client = withinHeap(ClientConfiguration.of(configuration), HeapShare.ofThisProcess());
        choose(configuration);
        chooseFrontEnds(properties, configuration);
        petnames = petnames(configuration);
        String storeKey = PartKind.STORE.name();
        Optional<String> storeName = configuration.has(storeKey)
                ? Optional.of(configuration.text(storeKey, "a part's name")) : Optional.empty();
        configuration.verify();
        if (storeName.isEmpty()) {
            start(Optional.empty());
        } else {
            publish(USES_PROPERTY + storeKey, storeName.get());
            choices.get(PartKind.STORE).choose(storeName.get());
            if (failure != null) {
                throw failure;
            }
        }
    }

    /** There is room for the largest message in any case. */
    private static ClientConfiguration withinHeap(ClientConfiguration whole, HeapShare heap) {
        return whole.withLimits(Math.max(whole.maxMessageBytes(), heap.of(whole.outboxLimitBytes())),
                Math.max(whole.maxMessageBytes(), heap.of(whole.inboxLimitBytes())));
    }

    /** Once there is a store the client begins; it keeps that one. */
    private synchronized void stored(StoreProvider provider) {
        if (provider == null || engine != null || client == null) {
            return;
        }
        try {
            opened = provider.open(name);
            start(Optional.of(opened));
        } catch (StoreException e) {
            failure = e;
            closeStore();
            LOG.error("client {} does not start: {}", name, e.getMessage());
        }
    }

    private void start(Optional<ClientStore> from) throws StoreException {
        environment = new ThreadedEnvironment(name);
        try {
            engine = from.isPresent() ? Engine.open(client, parts, environment.environment(), from.get())
                    : new Engine(client, parts, environment.environment());
        } finally {
            if (engine == null) {
                environment.close();
            }
        }
        publisher = environment.environment().outcomes();
        engine.usePetnames(petnames);
        engine.start();
        // First, so that whoever finds the client finds out, too, what is wrong with its front-ends.
        frontEnds.start(context, name, engine);
        synchronized (publishing) {
            published.put(MixnetClient.NAME_PROPERTY, name);
            registration = context.registerService(MixnetClient.class, engine, new Hashtable<>(published));
        }
    }

    private void closeStore() {
        if (opened != null) {
            try {
                opened.tidy();
            } catch (StoreException e) {
                LOG.warn("client {}: what was removed may still be readable: {}", name, e.getMessage());
            }
            opened.close();
            opened = null;
        }
    }

    /** Other parts. What else the client is made of stays as it is until its next start. */
    @Modified
    void modified(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties("client", properties);
        try {
            choose(configuration);
            chooseFrontEnds(properties, configuration);
            petnames = petnames(configuration);
            Engine running = engine;
            if (running != null) {
                running.usePetnames(petnames);
            }
        } catch (IllegalArgumentException e) {
            // Thrown on, it would end the client.
            LOG.error("client {} keeps its parts: {}", name, e.getMessage());
        }
    }

    @Deactivate
    synchronized void deactivate() {
        client = null;
        frontEnds.close();
        if (engine != null) {
            registration.unregister();
            engine.close();
            environment.close();
            engine = null;
        }
        closeStore();
    }

    private static Petnames petnames(PartConfiguration configuration) {
        return configuration.has(NAMES) ? new NamesFile(Path.of(configuration.text(NAMES, "a file")))
                : Petnames.NONE;
    }

    private void choose(PartConfiguration configuration) {
        Map<PartKind<?>, String> names = new LinkedHashMap<>();
        PartKind.OF_A_CLIENT.forEach(kind ->
                names.put(kind, configuration.textOr(kind.name(), DEFAULT_PARTS.get(kind.name()))));
        names.forEach((kind, part) -> {
            parts.want(kind, part);
            choices.get(kind).choose(part);
        });
    }

    /** The list {@code frontends}, and for each of them keys {@code NAME.KEY}, or just its name. */
    private void chooseFrontEnds(Map<String, Object> properties, PartConfiguration configuration) {
        List<String> names = properties.getOrDefault("frontends", "").toString().isBlank() ? List.of()
                : configuration.list("frontends", "names of front-ends, separated by commas");
        Map<String, Map<String, String>> settings = new LinkedHashMap<>();
        for (String frontEnd : names) {
            if (configuration.has(frontEnd)) {
                configuration.text(frontEnd, "what that front-end takes");
            }
            Map<String, String> own = new TreeMap<>();
            properties.forEach((key, value) -> {
                if (key.equals(frontEnd)) {
                    own.put(key, value.toString());
                } else if (key.startsWith(frontEnd + ".")) {
                    own.put(key.substring(frontEnd.length() + 1), value.toString());
                }
            });
            settings.put(frontEnd, own);
        }
        publish(FRONT_ENDS_PROPERTY, names.isEmpty() ? null : List.copyOf(names));
        frontEnds.choose(settings);
    }

    @Reference(service = AnyService.class, target = "(" + PartFactory.KIND_PROPERTY + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addPart(Object part, Map<String, Object> properties) {
        String partName = String.valueOf(properties.get(PartFactory.NAME_PROPERTY));
        kind(part, properties).ifPresent(kind -> {
            if (kind == PartKind.FRONT_END) {
                frontEnds.add(PartKind.FRONT_END.service().cast(part), partName);
            } else {
                choices.get(kind).add(part, partName);
            }
        });
    }

    void removePart(Object part, Map<String, Object> properties) {
        kind(part, properties).ifPresent(kind -> {
            if (kind == PartKind.FRONT_END) {
                frontEnds.remove(PartKind.FRONT_END.service().cast(part));
            } else {
                choices.get(kind).remove(part);
                parts.gone(part);
            }
            if (kind == PartKind.TRANSPORT) {
                leaveTransport();
            }
        });
    }

    /** Nobody else's kind, and nothing that only says it is a part. */
    private static Optional<PartKind<?>> kind(Object part, Map<String, Object> properties) {
        return PartKind.named(String.valueOf(properties.get(PartFactory.KIND_PROPERTY)))
                .filter(kind -> kind.service().isInstance(part));
    }

    /** Holds the transport up that is about to end: what the gateway has sent through it would be lost. */
    private void leaveTransport() {
        Engine running = engine;
        if (running != null) {
            try {
                running.transportLeft().get(TRANSPORT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("client {} did not leave its transport in time", name, e);
            }
        }
    }
}
