package org.cloakwork.client.session;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.Environment;
import org.cloakwork.client.GatewayPolicy;
import org.cloakwork.spi.runtime.Scheduler.Cancellable;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses a gateway among those of a topology: any, or one of those that connect fastest. Runs on the client's own
 * thread. Source: protocol/5-client, 6.4.
 */
final class GatewayChooser {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayChooser.class);

    private static final int AT_ONCE = 20;
    private static final Duration PATIENCE = Duration.ofMillis(1500);
    /** Chosen among so many of the fastest, so that not every client of a place has the same. */
    private static final int BEST = 3;

    private final Environment environment;
    private final GatewayPolicy.Preference preference;
    private Measurement measurement;

    GatewayChooser(Environment environment, GatewayPolicy.Preference preference) {
        this.environment = environment;
        this.preference = preference;
    }

    /** The outcome. */
    record Chosen(Optional<IdentityKey> gateway, List<GatewayChoice> choices) {
    }

    /** {@return whether a choice is being made} */
    boolean isBusy() {
        return measurement != null;
    }

    /**
     * @param topology  where the candidates are
     * @param unwanted  not chosen
     * @param transport for measuring
     * @param then      told the outcome, perhaps at once
     */
    void choose(Topology topology, Set<IdentityKey> unwanted, GatewayTransport transport, Consumer<Chosen> then) {
        List<GatewayChoice> choices = new ArrayList<>();
        List<Node> candidates = new ArrayList<>();
        for (Node node : topology.nodes().values().stream().sorted(Comparator.comparingLong(Node::id)).toList()) {
            if (!unwanted.contains(node.identity()) && !node.roles().equals(Set.of(Node.Role.MIXNODE))) {
                Optional<String> fault = topology.rejection(node.identity(), Node.Role.ENTRY).or(() -> fault(node));
                fault.ifPresentOrElse(reason -> choices.add(GatewayChoice.rejected(node.identity(), reason)),
                        () -> candidates.add(node));
            }
        }
        for (Topology.Rejected rejected : topology.rejected()) {
            if (rejected.role() == Node.Role.ENTRY && topology.node(rejected.identity()).isEmpty()
                    && !unwanted.contains(rejected.identity())) {
                choices.add(GatewayChoice.rejected(rejected.identity(), rejected.reason()));
            }
        }
        if (preference == GatewayPolicy.Preference.RANDOM || candidates.size() == 1) {
            candidates.forEach(node -> choices.add(GatewayChoice.usable(node.identity(), Optional.empty())));
            then.accept(chosen(choices, candidates.size()));
            return;
        }
        measurement = new Measurement(transport, candidates, choices, then);
        measurement.goOn();
    }

    /** Ends a choice that is being made, without an outcome. */
    void cancel() {
        if (measurement != null) {
            Measurement old = measurement;
            measurement = null;
            List.copyOf(old.probes).forEach(Probe::end);
        }
    }

    private static Optional<String> fault(Node node) {
        if (endpoint(node).isEmpty()) {
            return Optional.of("no client listener");
        }
        return node.roles().contains(Node.Role.ENTRY) ? Optional.empty()
                : Optional.of("no entry gateway in this epoch");
    }

    /** {@return where that node takes clients, if it does} */
    static Optional<GatewayEndpoint> endpoint(Node node) {
        return node.entry().map(entry -> {
            List<URI> uris = new ArrayList<>();
            entry.hostname().ifPresent(name -> entry.securePort().ifPresent(
                    port -> uris.add(URI.create("wss://" + name + ":" + port))));
            Stream<String> hosts = entry.addresses().stream().map(InetAddress::getHostAddress)
                    .map(ip -> ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip);
            Stream.concat(entry.hostname().stream(), hosts)
                    .forEach(host -> uris.add(URI.create("ws://" + host + ":" + entry.websocketPort())));
            return uris;
        }).filter(uris -> !uris.isEmpty()).map(uris -> new GatewayEndpoint(node.identity(), uris));
    }

    private Chosen chosen(List<GatewayChoice> choices, int among) {
        List<GatewayChoice> best = choices.stream().filter(GatewayChoice::isUsable)
                .sorted(Comparator.comparing(choice -> choice.connectTime().orElse(Duration.ZERO)))
                .limit(among).toList();
        Optional<IdentityKey> gateway = best.isEmpty() ? Optional.empty()
                : Optional.of(best.get(environment.randomness().nextInt(best.size())).gateway());
        for (GatewayChoice choice : choices) {
            choice.rejection().ifPresent(reason -> LOG.debug("gateway {} is not chosen: {}", choice.gateway(), reason));
        }
        if (choices.stream().anyMatch(choice -> !choice.isUsable())) {
            LOG.info("gateways that cannot be used: {}", GatewayChoice.rejections(choices));
        }
        return new Chosen(gateway, choices);
    }

    private final class Measurement {

        private final GatewayTransport transport;
        private final Queue<Node> waiting;
        private final List<GatewayChoice> choices;
        private final Consumer<Chosen> then;
        private final List<Probe> probes = new ArrayList<>();

        private Measurement(GatewayTransport transport, List<Node> candidates, List<GatewayChoice> choices,
                            Consumer<Chosen> then) {
            this.transport = transport;
            this.waiting = new ArrayDeque<>(candidates);
            this.choices = choices;
            this.then = then;
        }

        private void goOn() {
            while (measurement == this && probes.size() < AT_ONCE && !waiting.isEmpty()) {
                Probe probe = new Probe(this, waiting.poll());
                probes.add(probe);
                probe.begin();
            }
            if (measurement == this && probes.isEmpty()) {
                measurement = null;
                then.accept(chosen(choices, BEST));
            }
        }

        private void ended(Probe probe, GatewayChoice choice) {
            if (measurement == this && probes.remove(probe)) {
                choices.add(choice);
                probe.end();
                goOn();
            }
        }
    }

    /** One connection, opened and closed again. */
    private final class Probe implements GatewayLink.Handler {

        private final Measurement owner;
        private final Node node;
        private final long begunNanos = environment.clock().nanoTime();
        private GatewayLink link;
        private Cancellable timeout = () -> { };

        private Probe(Measurement owner, Node node) {
            this.owner = owner;
            this.node = node;
        }

        private void begin() {
            try {
                link = owner.transport.connect(endpoint(node).orElseThrow(), this);
            } catch (RuntimeException | LinkageError e) {
                environment.scheduler().execute(() -> rejected("the transport failed: " + e.getMessage()));
                return;
            }
            timeout = environment.scheduler().schedule(PATIENCE,
                    () -> rejected("did not answer within " + PATIENCE.toMillis() + " ms"));
        }

        private void rejected(String reason) {
            owner.ended(this, GatewayChoice.rejected(node.identity(), reason));
        }

        private void end() {
            timeout.cancel();
            if (link != null) {
                link.close();
            }
        }

        @Override
        public void opened() {
            Duration taken = Duration.ofNanos(environment.clock().nanoTime() - begunNanos);
            environment.scheduler().execute(() ->
                    owner.ended(this, GatewayChoice.usable(node.identity(), Optional.of(taken))));
        }

        @Override
        public void text(String text) {
        }

        @Override
        public void binary(byte[] binary) {
        }

        @Override
        public void closed(String reason) {
            environment.scheduler().execute(() -> rejected(reason));
        }
    }
}
