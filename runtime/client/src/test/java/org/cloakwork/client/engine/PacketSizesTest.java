package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.wire.PacketSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PacketSizesTest {

    private static final PacketSizes TWO = new PacketSizes(PacketSize.REGULAR, Optional.of(PacketSize.EXTENDED_32),
            0.7);
    private static final PacketSizes LARGE = new PacketSizes(PacketSize.EXTENDED_32, Optional.empty(), 0.7);
    private static final CoverTrafficStrategy COVER =
            World.cover(Optional.of(Duration.ofMillis(20)), Optional.of(Duration.ofMillis(200)));

    @RegisterExtension
    final Seed seed = new Seed();

    private static TestClient client(World world, PacketSizes sizes, CoverTrafficStrategy cover) {
        TestClient client = world.client(ClientConfiguration.DEFAULT.withPacketSizes(sizes), cover);
        client.awaitReady();
        world.gateway().forwarded.clear();
        return client;
    }

    /** {@return how many packets of each length were sent} */
    private static Map<Integer, Long> lengths(World world) {
        return world.gateway().forwarded.stream().map(sent -> sent.packet().packet().length)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    @Test
    void theSecondarySizeIsUsedWhereItNeedsFewerPackets() {
        // One regular packet is estimated to hold 1610 - 7 bytes.
        assertEquals(PacketSize.REGULAR, TWO.forMessage(0));
        assertEquals(PacketSize.REGULAR, TWO.forMessage(1603));
        assertEquals(PacketSize.EXTENDED_32, TWO.forMessage(1604));
        PacketSizes other = new PacketSizes(PacketSize.EXTENDED_32, Optional.of(PacketSize.EXTENDED_8), 0.7);
        assertEquals(PacketSize.EXTENDED_32, other.forMessage(5_000_000));
        assertEquals(PacketSize.EXTENDED_32, LARGE.forMessage(1));
    }

    @Test
    void namesOfTheConfiguration() {
        assertEquals(PacketSizes.REGULAR, PacketSizes.of(new PartConfiguration("client", Map.of())));
        PartConfiguration two = new PartConfiguration("client", Map.of("primary-packet-size", "extended8",
                "secondary-packet-size", "extended16", "primary-cover-ratio", "0.25"));
        assertEquals(new PacketSizes(PacketSize.EXTENDED_8, Optional.of(PacketSize.EXTENDED_16), 0.25),
                PacketSizes.of(two));
        two.verify();
        for (Map<String, String> wrong : List.of(Map.of("primary-packet-size", "none"),
                Map.of("secondary-packet-size", "ack"), Map.of("primary-cover-ratio", "1.5"))) {
            assertTrue(assertThrows(IllegalArgumentException.class,
                    () -> PacketSizes.of(new PartConfiguration("client", wrong))).getMessage()
                    .contains(wrong.keySet().iterator().next()));
        }
    }

    @Test
    void coverHasThePrimarySizeSevenTimesInTen() {
        try (World world = new World(seed.value())) {
            TestClient alice = client(world, TWO, COVER);
            world.runFor(Duration.ofMinutes(1));
            Map<Integer, Long> lengths = lengths(world);
            long all = lengths.values().stream().mapToLong(Long::longValue).sum();
            assertEquals(2, lengths.size());
            assertEquals(0.7, lengths.get(PacketSize.REGULAR.packetLength()) / (double) all, 0.04);
            assertTrue(lengths.containsKey(PacketSize.EXTENDED_32.packetLength()));
            assertEquals(0, alice.inFlight());
        }
    }

    @Test
    void withOneSizeEveryPacketHasItCoverOrNot() {
        try (World world = new World(seed.value())) {
            TestClient alice = client(world, LARGE, COVER);
            byte[] large = world.randomness.bytes(1_000_000);
            alice.awaitAcknowledged(alice.send(alice.address(), large));
            alice.awaitReceived(1);
            assertArrayEquals(large, alice.received.getFirst().payload());
            alice.awaitAcknowledged(alice.send(alice.address(), "small"));
            assertEquals(List.of(PacketSize.EXTENDED_32.packetLength()), List.copyOf(lengths(world).keySet()));
        }
    }

    @Test
    void messagesAnswersAndCopiesGoInTheSizeThatSuitsThem() {
        try (World world = new World(seed.value())) {
            TestClient alice = client(world, TWO, World.NO_COVER);
            TestClient bob = client(world, PacketSizes.REGULAR, World.NO_COVER);
            world.loss = 0.1;
            byte[] large = world.randomness.bytes(500_000);
            assertEquals(16, alice.awaitAcknowledged(alice.send(bob.address(), large,
                    SendOptions.DEFAULT.withReplySurbs(20))).packets());
            bob.awaitReceived(1);
            assertArrayEquals(large, bob.received.getFirst().payload());
            assertTrue(lengths(world).get(PacketSize.EXTENDED_32.packetLength()) >= 16);
            // The one who answers chooses the size, too.
            assertEquals(4, bob.awaitAcknowledged(bob.reply(bob.received.getFirst().sender().orElseThrow(),
                    new byte[5000])).packets());
            alice.awaitReceived(1);
            assertEquals(5000, alice.received.getFirst().payload().length);
        }
    }
}
