package org.cloakwork.laboratory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.cloakwork.api.Simulator;
import org.cloakwork.laboratory.measure.Estimate;
import org.cloakwork.laboratory.network.Chance;
import org.cloakwork.laboratory.network.DrivenClient;
import org.cloakwork.laboratory.network.Ground;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.routes.PacketKind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The laboratory asks parts itself instead of running whole clients. Here whole clients run, in the simulator, with
 * the same parts: they ask as often, and are traced as often. The simulator has three mixes a layer; one of each is
 * hostile.
 */
class EngineAgreesTest {

    private static final int CLIENTS = 60;
    private static final Duration LENGTH = Duration.ofSeconds(40);
    private static final int WIDTH = 3;

    /** What became of the clients. */
    private record Seen(long clients, long traced, Map<PacketKind, Long> packets) {
    }

    @ParameterizedTest
    @ValueSource(strings = {"uniform", "fixed", "subset"})
    void wholeClientsAreTracedAsOften(String part) {
        Seen whole = whole(part);
        Seen driven = driven(part);
        assertEquals(CLIENTS, whole.clients);
        Estimate one = Estimate.share(whole.traced, whole.clients);
        Estimate other = Estimate.share(driven.traced, driven.clients);
        assertTrue(one.meets(other), part + ": whole " + one.text(3) + ", driven " + other.text(3));
        // Covers that are ready to leave are chosen ahead.
        for (PacketKind kind : List.of(PacketKind.COVER, PacketKind.COVER_ACK)) {
            double times = whole.packets.get(kind) * (double) driven.clients / driven.packets.get(kind) / whole.clients;
            assertEquals(1, times, 0.02, part + ": " + kind + " " + whole + " " + driven);
        }
        double data = whole.packets.get(PacketKind.DATA) * (double) driven.clients / driven.packets.get(PacketKind.DATA)
                / whole.clients;
        assertEquals(1, data, 0.35, part + ": data " + whole + " " + driven);
    }

    private static Seen whole(String part) {
        Map<Object, Boolean> clients = new IdentityHashMap<>();
        Map<PacketKind, Long> packets = new EnumMap<>(PacketKind.class);
        // Without those of the time after, in which the last messages end.
        Map<PacketKind, Long> inTime = new EnumMap<>(PacketKind.class);
        WitnessFactory.PART.set(part);
        WitnessFactory.WITNESS.set((client, kind, mixes) -> {
            // Nodes 1 to 9, each in the layer that its number and the epoch give: one of each layer.
            boolean isTraced = mixes.first().id() <= WIDTH && mixes.second().id() <= WIDTH && mixes.third()
                    .id() <= WIDTH;
            clients.merge(client, isTraced, Boolean::logicalOr);
            packets.merge(kind, 1L, Long::sum);
        });
        Simulator.Report report = Simulator.load().run(new Simulator.Options(CLIENTS, LENGTH, 1, 0, "poisson",
                "timeout",
                List.of(), Simulator.Packets.STUB).withRoutes("witness"), passed -> inTime.putAll(packets));
        assertEquals(List.of(), report.violated());
        return new Seen(clients.size(), clients.values().stream().filter(traced -> traced).count(), inTime);
    }

    private static Seen driven(String part) {
        Installed installed = LaboratoryImpl.installed();
        Ground ground = new Ground(WIDTH, 1);
        Map<PacketKind, Long> packets = new EnumMap<>(PacketKind.class);
        int many = 5 * CLIENTS;
        long traced = 0;
        for (int client = 0; client < many; client++) {
            boolean[] isTraced = new boolean[1];
            int[] places = ground.places(new Chance(1, "places" + client));
            new DrivenClient(ground, installed.make(PartKind.ROUTES, Variant.parse(part)),
                    installed.make(PartKind.COVER, Variant.parse("poisson")), new Chance(1, "client" + client),
                    (nanos, kind, mixes) -> {
                        isTraced[0] |= places[(int) mixes.first().id()] == 0 && places[(int) mixes.second().id()] == 0
                                && places[(int) mixes.third().id()] == 0;
                        packets.merge(kind, 1L, Long::sum);
                        return 0;
                    }).run(LENGTH);
            traced += isTraced[0] ? 1 : 0;
        }
        return new Seen(many, traced, packets);
    }
}
