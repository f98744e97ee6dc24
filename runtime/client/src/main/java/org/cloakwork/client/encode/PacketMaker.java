package org.cloakwork.client.encode;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.Insight;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.client.base.PartFailure;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.base.Stages;
import org.cloakwork.client.base.Watch;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.crypto.AckKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What it takes to make packets at this moment, and the workers who make them. */
public final class PacketMaker {

    private static final int LAYERS = 3;
    private static final int NAME_LETTERS = 8;
    private static final Logger LOG = LoggerFactory.getLogger(PacketMaker.class);

    private final Environment environment;
    private final Parts parts;
    private final Cryptography cryptography;
    private final Counters<Counter> counters;
    private final AckKey ackKey;
    private final Duration meanDelay;
    private final PacketSizes sizes;
    private final Supplier<Optional<Topology>> topology;
    private final Supplier<Optional<MixnetAddress>> own;
    /** How often each mix was drawn, by its identity. */
    private final Map<IdentityKey, LongAdder> drawn = new ConcurrentHashMap<>();
    /** For the topology that was the present one when it was last asked for. */
    private Routes prepared;
    /** For the last topology with other keys than the present one. */
    private Routes previous;

    /**
     * @param environment  of the client
     * @param parts        where the packet format is looked up for each packet
     * @param cryptography of packets
     * @param counters     of the client
     * @param ackKey       of the client
     * @param meanDelay    at each mix
     * @param sizes        of packets
     * @param topology     the present one
     * @param own          our address
     */
    public PacketMaker(Environment environment, Parts parts, Cryptography cryptography, Counters<Counter> counters,
                       AckKey ackKey, Duration meanDelay, PacketSizes sizes,
                       Supplier<Optional<Topology>> topology, Supplier<Optional<MixnetAddress>> own) {
        this.environment = environment;
        this.parts = parts;
        this.cryptography = cryptography;
        this.counters = counters;
        this.ackKey = ackKey;
        this.meanDelay = meanDelay;
        this.sizes = sizes;
        this.topology = topology;
        this.own = own;
    }

    /** {@return whether there are ways through the network; each packet's acknowledgement, too, needs one to us} */
    public boolean hasRoutes() {
        return routes().isPresent();
    }

    /** {@return the mixes of the present topology} */
    public List<Insight.Mix> mixes() {
        return topology.get().stream().flatMap(present -> IntStream.rangeClosed(1, LAYERS).boxed()
                .flatMap(layer -> present.layer(layer).stream().map(mix -> new Insight.Mix(layer,
                        mix.identity().toString().substring(0, NAME_LETTERS),
                        Optional.ofNullable(drawn.get(mix.identity())).map(LongAdder::sum).orElse(0L))))).toList();
    }

    private Optional<Routes> routes() {
        Topology current = topology.get().orElse(null);
        if (current != null && (prepared == null || prepared.topology() != current)) {
            if (prepared != null && prepared.topology().keyRotationId() != current.keyRotationId()) {
                previous = prepared;
            }
            prepared = new Routes(current, meanDelay, environment.randomness(),
                    mix -> drawn.computeIfAbsent(mix.identity(), added -> new LongAdder()).increment());
            drawn.keySet().retainAll(current.nodes().values().stream().map(Node::identity).toList());
        }
        return own.get().filter(address -> prepared != null && prepared.lead(address.gateway()))
                .map(address -> prepared);
    }

    /** {@return empty as long as no packet can be made} */
    public Optional<Encoder> encoder() {
        return Optional.ofNullable(parts.sphinx()).flatMap(format -> routes().map(routes ->
                new Encoder(format, routes, own.get().orElseThrow(), sizes, environment.randomness())));
    }

    /** {@return empty as long as no packet can be made} */
    public Optional<Sealer> sealer() {
        return Optional.ofNullable(parts.sphinx()).flatMap(format -> routes().map(routes ->
                new Sealer(cryptography.packets(format, ackKey, environment.randomness()), routes,
                        Optional.ofNullable(previous), own.get().orElseThrow(), sizes, environment.randomness())));
    }

    /**
     * Has a worker do something.
     *
     * @param what    it is
     * @param packets that are to come of it
     * @param task    to do
     * @param result  told on the client's own thread; empty if a part failed
     */
    public <T> void work(Stages.Work what, int packets, Supplier<T> task, Consumer<Optional<T>> result) {
        environment.workers().execute(new Work<>(what, packets, task, result));
    }

    private final class Work<T> implements Watch.Awaited {

        private final Stages.Work what;
        private final int packets;
        private final Supplier<T> task;
        private final Consumer<Optional<T>> result;
        /** On the client's own thread. */
        private boolean told;

        private Work(Stages.Work what, int packets, Supplier<T> task, Consumer<Optional<T>> result) {
            this.what = what;
            this.packets = packets;
            this.task = task;
            this.result = result;
        }

        @Override
        public void run() {
            Optional<T> done = Optional.empty();
            try (Stages.Span ignored = environment.stages().begin(what, packets)) {
                done = Optional.of(task.get());
            } catch (PartFailure e) {
                LOG.debug("known already", e);
            } catch (RuntimeException e) {
                LOG.error("packets cannot be made", e);
            }
            tell(done);
        }

        @Override
        public void abandoned() {
            tell(Optional.empty());
        }

        private void tell(Optional<T> done) {
            environment.scheduler().execute(() -> {
                if (!told) {
                    told = true;
                    result.accept(done);
                }
            });
        }
    }
}
