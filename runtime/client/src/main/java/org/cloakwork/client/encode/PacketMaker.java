package org.cloakwork.client.encode;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.Insight;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.Leg;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.client.base.PartFailure;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.base.Stages;
import org.cloakwork.client.base.Watch;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.spi.routes.RoutePolicy;
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
    private final Conversations conversations;
    /** For the topology and the routes part that were the present ones when it was last asked for. */
    private Routes prepared;
    /** For the last topology with other keys than the present one. */
    private Routes previous;

    /**
     * @param environment  of the client
     * @param parts        where packet format and routes are looked up for each packet
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
        conversations = new Conversations(environment.randomness());
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
        RoutePolicy part = parts.routes();
        if (part == null) {
            return Optional.empty();
        }
        if (current != null && (prepared == null || prepared.topology() != current)) {
            if (prepared != null && prepared.topology().keyRotationId() != current.keyRotationId()) {
                previous = prepared;
            }
            prepared = routes(current, part);
            drawn.keySet().retainAll(current.nodes().values().stream().map(Node::identity).toList());
        }
        if (prepared != null && prepared.memory().part() != part) {
            prepared = routes(prepared.topology(), part);
        }
        if (previous != null && previous.memory().part() != part) {
            previous = routes(previous.topology(), part);
        }
        return own.get().filter(address -> prepared != null && prepared.lead(address.gateway()))
                .map(address -> prepared);
    }

    private Routes routes(Topology of, RoutePolicy part) {
        RouteMemory memory = Stream.of(prepared, previous).filter(Objects::nonNull).map(Routes::memory)
                .filter(known -> known.isOf(part, of.epochId())).findFirst()
                .orElseGet(() -> new RouteMemory(part, of.epochId()));
        return new Routes(of, meanDelay, environment.randomness(), memory,
                mix -> drawn.computeIfAbsent(mix.identity(), added -> new LongAdder()).increment());
    }

    /**
     * Says which conversation a message belongs to, before anything is made of it.
     *
     * @param message that begins its way
     * @param content of it; empty if it is cut already
     */
    public void label(OutgoingMessage message, Optional<Content> content) {
        message.setConversation(content.map(said -> conversations.of(message.target(), said))
                .orElseGet(() -> conversations.of(message.target())), message.target() instanceof Target.ToAddress
                        && content.filter(said -> !(said instanceof Content.Plain)).isEmpty());
    }

    /**
     * @param ownTag of ours
     * @return the label of what we say under it
     */
    public long conversationUnder(SenderTag ownTag) {
        return conversations.under(ownTag);
    }

    /**
     * @param sender somebody else
     * @return the label of what we answer
     */
    public long conversationWith(SenderTag sender) {
        return conversations.of(new Target.ToSender(sender, false));
    }

    /** @param message has ended; without a tag it was a conversation of its own */
    public void ended(OutgoingMessage message) {
        for (Routes routes : new Routes[] {prepared, previous}) {
            if (routes != null && message.isOwnConversation()) {
                routes.memory().forget(message.conversation());
            }
        }
    }

    /**
     * Tells the routes part that packets arrived, if it is the one that chose their ways.
     *
     * @param legs   that they took
     * @param excess of cover: by how much it took longer than the delays of its mixes; negative counts as none
     */
    public void arrived(List<Leg> legs, Optional<Duration> excess) {
        tell(legs, leg -> leg.part().arrived(leg.packet(), leg.mixes(),
                excess.map(over -> over.isNegative() ? Duration.ZERO : over)));
    }

    /**
     * Tells the routes part that packets are taken for lost, if it is the one that chose their ways.
     *
     * @param legs that they took
     */
    public void lost(List<Leg> legs) {
        tell(legs, leg -> leg.part().lost(leg.packet(), leg.mixes()));
    }

    private void tell(List<Leg> legs, Consumer<Leg> what) {
        for (Leg leg : legs) {
            if (leg.part() == parts.routes()) {
                try {
                    what.accept(leg);
                } catch (PartFailure e) {
                    LOG.debug("known already", e);
                }
            }
        }
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
