package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client whose packets leave as they are ready says so, where somebody could watch. */
class WarningsTest {

    private static final CoverTrafficStrategy SLOTS = World.cover(Optional.of(Duration.ofMillis(20)), Optional.empty());
    private static final CoverTrafficStrategy LOOPS = World.cover(Optional.empty(),
            Optional.of(Duration.ofMillis(200)));

    @RegisterExtension
    final Seed seed = new Seed();

    private static List<String> uncovered(TestClient client) {
        return client.engine.warnings().stream().filter(Warnings.UNCOVERED::equals).toList();
    }

    @Test
    void aGatewayElsewhereWithoutCoverIsWarnedOfOnceUntilThereIsCover() {
        try (World world = new World(seed.value())) {
            LogLines.take();
            TestClient client = world.readyClient();
            assertEquals(List.of(Warnings.UNCOVERED), uncovered(client));
            client.parts.set(PartKind.COVER, SLOTS);
            world.runFor(Duration.ofSeconds(1));
            assertEquals(List.of(), uncovered(client));
            client.parts.set(PartKind.COVER, LOOPS);
            world.runFor(Duration.ofSeconds(1));
            assertEquals(List.of(Warnings.UNCOVERED), uncovered(client), "loops hide no message");
            assertEquals(1, LogLines.take().stream().filter(line -> line.startsWith("WARN")
                    && line.endsWith(Warnings.UNCOVERED)).count());
        }
    }

    @Test
    void withCoverThereIsNoWarningAtAnyTime() {
        try (World world = new World(seed.value())) {
            LogLines.take();
            TestClient client = world.client(ClientConfiguration.DEFAULT, SLOTS);
            client.awaitReady();
            assertEquals(List.of(), uncovered(client));
            assertFalse(LogLines.take().stream().anyMatch(line -> line.endsWith(Warnings.UNCOVERED)));
        }
    }

    @Test
    void onlyALoopbackAddressIsOnesOwn() {
        assertFalse(isElsewhere(Optional.empty(), "127.0.0.1", "::1"));
        assertFalse(isElsewhere(Optional.of("localhost"), "127.0.0.1"));
        assertTrue(isElsewhere(Optional.empty(), "10.0.0.1"));
        assertTrue(isElsewhere(Optional.empty(), "127.0.0.1", "192.0.2.1"));
        assertTrue(isElsewhere(Optional.of("gateway.example"), "127.0.0.1"));
    }

    private static boolean isElsewhere(Optional<String> hostname, String... addresses) {
        try (World world = new World(1)) {
            Node node = world.topology().gateways().getFirst();
            List<InetAddress> parsed = List.of(addresses).stream().map(NodeAddress::parseIp).toList();
            return Warnings.isElsewhere(new Node(node.id(), node.mixAddress(),
                    Optional.of(new Node.Entry(parsed, 9000, hostname, OptionalInt.empty())), node.identity(),
                    node.sphinxKey(), node.roles(), OptionalInt.empty()));
        }
    }
}
