package org.cloakwork.localnet.simulation;

import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.cloakwork.api.Simulator;
import org.cloakwork.client.Cryptography;
import org.cloakwork.localnet.node.Frames;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;

/** Simulates with the parts that {@link ServiceLoader} finds, where there is no OSGi. */
public final class SimulatorImpl implements Simulator {

    /** For {@link ServiceLoader}. */
    public SimulatorImpl() {
    }

    @Override
    public Report run(Options options) {
        return run(options, parts(PacketFormat.class), parts(CoverTrafficStrategy.class),
                parts(RetransmissionPolicy.class));
    }

    private static <T> Map<String, T> parts(Class<T> type) {
        Map<String, T> parts = new TreeMap<>();
        for (PartFactory<?> factory : ServiceLoader.load(PartFactory.class, SimulatorImpl.class.getClassLoader())) {
            if (factory.type() == type) {
                parts.put(factory.name(), type.cast(factory.create(Map.of())));
            }
        }
        return parts;
    }

    static Report run(Options options, Map<String, PacketFormat> formats, Map<String, CoverTrafficStrategy> covers,
            Map<String, RetransmissionPolicy> retransmissions) {
        CoverTrafficStrategy cover = named("cover", options.cover(), covers);
        RetransmissionPolicy retransmission = named("retransmission", options.retransmission(), retransmissions);
        StubPacketFormat stubFormat = new StubPacketFormat();
        StubCryptography stub = new StubCryptography(stubFormat);
        Simulation.SharedParts parts = switch (options.packets()) {
            case REAL -> new Simulation.SharedParts(fastest(formats), Cryptography.NYM, Frames.SEALED, cover,
                    retransmission);
            case STUB -> new Simulation.SharedParts(stubFormat, stub, stub, cover, retransmission);
        };
        return new Simulation(options, parts).run();
    }

    private static <T> T named(String kind, String name, Map<String, T> parts) {
        return Optional.ofNullable(parts.get(name)).orElseThrow(() -> new IllegalArgumentException("there is no " + kind
                + " part called \"" + name + "\"; there are " + parts.keySet()));
    }

    /** The one that is known to be fast, or any. */
    private static PacketFormat fastest(Map<String, PacketFormat> formats) {
        return Optional.ofNullable(formats.get("fast")).or(() -> formats.values().stream().findFirst())
                .orElseThrow(() -> new IllegalArgumentException("there is no sphinx part"));
    }
}
