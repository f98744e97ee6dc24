package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.cloakwork.api.Simulator;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.localnet.node.Frames;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;

/** Simulates with the parts that {@link ServiceLoader} finds, where there is no OSGi. */
public final class SimulatorImpl implements Simulator {

    /** For {@link ServiceLoader}. */
    public SimulatorImpl() {
    }

    @Override
    public Report run(Options options, Consumer<Duration> passed) {
        return run(options, passed, parts(PartKind.SPHINX), parts(PartKind.COVER), parts(PartKind.ROUTES),
                parts(PartKind.RETRANSMISSION));
    }

    private static <T> Map<String, T> parts(PartKind<T> kind) {
        Map<String, T> parts = new TreeMap<>();
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class, SimulatorImpl.class.getClassLoader())) {
            if (factory.type() == kind.service()) {
                parts.put(factory.name(), kind.service().cast(factory.create(Map.of())));
            }
        }
        return parts;
    }

    static Report run(Options options, Consumer<Duration> passed, Map<String, PacketFormat> formats,
            Map<String, CoverTrafficStrategy> covers, Map<String, RoutePolicy> routing,
            Map<String, RetransmissionPolicy> retransmissions) {
        CoverTrafficStrategy cover = named(PartKind.COVER, options.cover(), covers);
        RoutePolicy routes = named(PartKind.ROUTES, options.routes(), routing);
        RetransmissionPolicy retransmission = named(PartKind.RETRANSMISSION, options.retransmission(), retransmissions);
        StubPacketFormat stubFormat = new StubPacketFormat();
        StubCryptography stub = new StubCryptography(stubFormat);
        Simulation.SharedParts parts = switch (options.packets()) {
            case REAL -> new Simulation.SharedParts(fastest(formats), Cryptography.NYM, Frames.SEALED, cover, routes,
                    retransmission);
            case STUB -> new Simulation.SharedParts(stubFormat, stub, stub, cover, routes, retransmission);
        };
        return new Simulation(options, parts).run(passed);
    }

    private static <T> T named(PartKind<T> kind, String name, Map<String, T> parts) {
        return Optional.ofNullable(parts.get(name)).orElseThrow(() -> new IllegalArgumentException("there is no " + kind
                + " part called \"" + name + "\"; there are " + parts.keySet()));
    }

    /** The one that is known to be fast, or any. */
    private static PacketFormat fastest(Map<String, PacketFormat> formats) {
        return Optional.ofNullable(formats.get("fast")).or(() -> formats.values().stream().findFirst())
                .orElseThrow(() -> new IllegalArgumentException("there is no " + PartKind.SPHINX + " part"));
    }
}
