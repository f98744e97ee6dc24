package org.cloakwork.laboratory;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Topology;

/** A routes part that is another one, and tells of each way of which client it is. */
public final class WitnessFactory implements PartFactory<RoutePolicy> {

    /** Told of ways. */
    interface Witness {

        void goes(Object client, PacketKind kind, Mixes mixes);
    }

    /** Which part it is, and who is told. */
    static final AtomicReference<String> PART = new AtomicReference<>("uniform");
    static final AtomicReference<Witness> WITNESS = new AtomicReference<>((client, kind, mixes) -> { });

    /** For {@link ServiceLoader}. */
    public WitnessFactory() {
    }

    @Override
    public Class<RoutePolicy> type() {
        return RoutePolicy.class;
    }

    @Override
    public String name() {
        return "witness";
    }

    @Override
    public RoutePolicy create(Map<String, String> configuration) {
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class)) {
            if (factory.type() == RoutePolicy.class && factory.name().equals(PART.get())) {
                return new Watched((RoutePolicy) factory.create(Map.of()));
            }
        }
        throw new AssertionError(PART.get());
    }

    /** What the part remembers; there is one for each client, which tells them apart. */
    private static final class Memory {

        private Object of;
    }

    private record Watched(RoutePolicy part) implements RoutePolicy {

        @Override
        public Mixes choose(Packet packet, Randomness randomness) {
            Mixes mixes = part.choose(new Passed(packet), randomness);
            WITNESS.get().goes(packet.remembered(Scope.CLIENT, Memory::new), packet.kind(), mixes);
            return mixes;
        }

        @Override
        public void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
            part.arrived(new Passed(packet), mixes, excess);
        }

        @Override
        public void lost(Packet packet, Mixes mixes) {
            part.lost(new Passed(packet), mixes);
        }
    }

    private record Passed(RoutePolicy.Packet packet) implements RoutePolicy.Packet {

        @Override
        public PacketKind kind() {
            return packet.kind();
        }

        @Override
        public long conversation() {
            return packet.conversation();
        }

        @Override
        public IdentityKey own() {
            return packet.own();
        }

        @Override
        public IdentityKey target() {
            return packet.target();
        }

        @Override
        public Topology topology() {
            return packet.topology();
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> T remembered(Scope scope, Supplier<T> first) {
            Memory memory = packet.remembered(scope, Memory::new);
            if (memory.of == null) {
                memory.of = first.get();
            }
            return (T) memory.of;
        }
    }
}
