package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.routes.fixed.FixedRoutes;
import org.cloakwork.routes.sticky.StickyRoutes;
import org.cloakwork.routes.subset.SubsetRoutes;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.routes.Mixes;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.routes.Scope;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.NodeAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a routes part is asked and told, what it remembers, and what comes of it. */
class RoutesTest {

    private static final CoverTrafficStrategy LOOPS =
            World.cover(Optional.empty(), Optional.of(Duration.ofMillis(40)));
    private static final CoverTrafficStrategy SLOTS =
            World.cover(Optional.of(Duration.ofMillis(20)), Optional.of(Duration.ofMillis(200)));

    @RegisterExtension
    final Seed seed = new Seed();

    /** Chooses as the default, and writes down what it is asked and told. */
    private static final class Recording implements RoutePolicy {

        private final List<Packet> asked = new ArrayList<>();
        private final List<Mixes> chosen = new ArrayList<>();
        private final List<PacketKind> arrived = new ArrayList<>();
        private final List<Duration> excesses = new ArrayList<>();
        private final List<PacketKind> lost = new ArrayList<>();

        @Override
        public Mixes choose(Packet packet, Randomness randomness) {
            asked.add(packet);
            chosen.add(World.ROUTES.choose(packet, randomness));
            return chosen.getLast();
        }

        @Override
        public void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
            assertTrue(chosen.contains(mixes));
            arrived.add(packet.kind());
            excess.ifPresent(excesses::add);
        }

        @Override
        public void lost(Packet packet, Mixes mixes) {
            assertTrue(chosen.contains(mixes));
            lost.add(packet.kind());
        }

        Set<Long> labels(PacketKind... kinds) {
            return asked.stream().filter(packet -> List.of(kinds).contains(packet.kind())).map(Packet::conversation)
                    .collect(Collectors.toSet());
        }
    }

    private static Set<Long> labelsOf(Recording part, Runnable sending) {
        part.asked.clear();
        sending.run();
        return part.labels(PacketKind.DATA, PacketKind.ACK, PacketKind.REPLY_BLOCK);
    }

    @Test
    void aLabelIsOfOneConversationAndOfNoOther() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            TestClient carol = world.readyClient();
            Recording part = new Recording();
            alice.parts.set(PartKind.ROUTES, part);
            SendOptions anonymous = SendOptions.DEFAULT.withReplySurbs(3);
            List<Set<Long>> labels = new ArrayList<>();
            labels.add(labelsOf(part, () -> alice.awaitAcknowledged(alice.send(bob.address(), new byte[9000],
                    anonymous))));
            assertEquals(EnumSet.of(PacketKind.DATA, PacketKind.ACK, PacketKind.REPLY_BLOCK),
                    part.asked.stream().map(RoutePolicy.Packet::kind).collect(Collectors.toSet()));
            assertEquals(labels.getFirst(),
                    labelsOf(part, () -> alice.awaitAcknowledged(alice.send(bob.address(), new byte[5], anonymous))));
            labels.add(labelsOf(part, () -> alice.awaitAcknowledged(alice.send(bob.address(), new byte[5],
                    anonymous.withIsolation("other")))));
            labels.add(labelsOf(part, () -> alice.awaitAcknowledged(alice.send(carol.address(), new byte[5],
                    anonymous))));
            // Nothing else says that these two are of one sender.
            labels.add(labelsOf(part, () -> alice.awaitAcknowledged(alice.send(bob.address(), new byte[9000]))));
            labels.add(labelsOf(part, () -> alice.awaitAcknowledged(alice.send(bob.address(), new byte[9000]))));
            carol.send(alice.address(), new byte[5], anonymous);
            alice.awaitReceived(1);
            SenderTag tag = alice.received.getFirst().sender().orElseThrow();
            labels.add(labelsOf(part, () -> alice.awaitAcknowledged(alice.reply(tag, new byte[50]))));
            assertEquals(Set.of(PacketKind.ACK), Set.copyOf(part.asked.stream().map(RoutePolicy.Packet::kind)
                    .toList()), "the other one chose the way of the answer");
            labels.forEach(each -> assertEquals(1, each.size(), labels::toString));
            assertEquals(labels.size(), Set.copyOf(labels).size(), labels::toString);
        }
    }

    @Test
    void itIsToldWhatIsKnownOfAPacket() {
        try (World world = new World(seed.value(), new ClearFormat(), 2)) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, LOOPS);
            alice.awaitReady();
            TestClient bob = world.readyClient();
            Recording part = new Recording();
            alice.parts.set(PartKind.ROUTES, part);
            alice.awaitAcknowledged(alice.send(bob.address(), new byte[5000], SendOptions.DEFAULT.withReplySurbs(2)));
            world.runFor(Duration.ofSeconds(2));
            assertEquals(EnumSet.allOf(PacketKind.class),
                    part.asked.stream().map(RoutePolicy.Packet::kind).collect(Collectors.toSet()));
            for (RoutePolicy.Packet packet : part.asked) {
                assertEquals(alice.address().gateway(), packet.own());
                assertEquals(packet.kind() == PacketKind.DATA ? bob.address().gateway() : alice.address().gateway(),
                        packet.target());
                assertEquals(packet.kind().isCover(), packet.conversation() == 0);
                assertEquals(world.epoch, packet.topology().epochId());
            }
        }
    }

    @Test
    void itIsToldWhichRoutesWereAcknowledgedAndWhichNot() {
        try (World world = new World(seed.value())) {
            Recording part = new Recording();
            TestClient alice = world.client(ClientConfiguration.DEFAULT, LOOPS);
            alice.awaitReady();
            alice.parts.set(PartKind.ROUTES, part);
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[5000]));
            world.runFor(Duration.ofSeconds(2));
            assertEquals(EnumSet.of(PacketKind.DATA, PacketKind.ACK, PacketKind.COVER), EnumSet.copyOf(part.arrived));
            assertEquals(part.arrived.stream().filter(kind -> kind == PacketKind.DATA).count(),
                    part.arrived.stream().filter(kind -> kind == PacketKind.ACK).count());
            assertTrue(part.excesses.size() > 10 && part.excesses.stream().noneMatch(Duration::isNegative));
            assertEquals(List.of(), part.lost);
            world.loss = 1;
            Delivery delivery = alice.send(alice.address(), new byte[5000]);
            part.arrived.clear();
            world.runFor(Duration.ofSeconds(8));
            assertEquals(EnumSet.of(PacketKind.DATA, PacketKind.ACK, PacketKind.COVER), EnumSet.copyOf(part.lost));
            assertTrue(part.arrived.size() < 20, part.arrived::toString);
            world.loss = 0;
            alice.awaitAcknowledged(delivery);
        }
    }

    @Test
    void withoutAGatewayNothingIsCalledLost() {
        try (World world = new World(seed.value())) {
            Recording part = new Recording();
            TestClient alice = world.client(ClientConfiguration.DEFAULT, LOOPS);
            alice.awaitReady();
            alice.parts.set(PartKind.ROUTES, part);
            world.runFor(Duration.ofSeconds(2));
            Delivery delivery = alice.send(alice.address(), new byte[5000]);
            world.gateway().unreachable = true;
            ((FakeTransport) alice.parts.chosen(PartKind.TRANSPORT)).link().breakOff("cut");
            world.runFor(Duration.ofSeconds(30));
            assertTrue(alice.engine.state() instanceof ClientState.Degraded);
            assertEquals(List.of(), part.lost);
            world.gateway().unreachable = false;
            alice.awaitAcknowledged(delivery);
        }
    }

    /** Counts what it remembers. */
    private static final class Remembering implements RoutePolicy {

        private int clients;
        private final Set<Long> conversations = new HashSet<>();
        private int made;

        @Override
        public Mixes choose(Packet packet, Randomness randomness) {
            packet.remembered(Scope.CLIENT, () -> ++clients);
            if (!packet.kind().isCover()) {
                conversations.add(packet.conversation());
                packet.remembered(Scope.CONVERSATION, () -> ++made);
            }
            return World.ROUTES.choose(packet, randomness);
        }
    }

    @Test
    void whatItRemembersEndsWithTheEpochAndWithThePart() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            Remembering part = new Remembering();
            alice.parts.set(PartKind.ROUTES, part);
            SendOptions anonymous = SendOptions.DEFAULT.withReplySurbs(1);
            for (int i = 0; i < 3; i++) {
                alice.awaitAcknowledged(alice.send(alice.address(), new byte[5000], anonymous));
            }
            assertEquals(List.of(1, 1, 1), List.of(part.clients, part.made, part.conversations.size()));
            // The same epoch, asked for again.
            refresh(world, alice);
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[5000], anonymous));
            assertEquals(List.of(1, 1), List.of(part.clients, part.made));
            world.epoch++;
            refresh(world, alice);
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[5000], anonymous));
            assertEquals(List.of(2, 2), List.of(part.clients, part.made));
            alice.parts.set(PartKind.ROUTES, World.ROUTES);
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[5000], anonymous));
            alice.parts.set(PartKind.ROUTES, part);
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[5000], anonymous));
            assertEquals(List.of(3, 3, 1), List.of(part.clients, part.made, part.conversations.size()));
        }
    }

    private static void refresh(World world, TestClient client) {
        long refreshes = client.counter(Counter.TOPOLOGY_REFRESHES);
        client.parts.set(PartKind.TOPOLOGY, world.topologyProvider());
        assertTrue(world.time.runUntil(() -> client.counter(Counter.TOPOLOGY_REFRESHES) > refreshes,
                Duration.ofMinutes(1)));
    }

    /** One that serves several clients keeps their mixes apart. */
    @Test
    void aPartOfSeveralClientsRemembersEachByItself() {
        try (World world = new World(seed.value())) {
            Remembering part = new Remembering();
            for (int i = 0; i < 4; i++) {
                TestClient client = world.readyClient();
                client.parts.set(PartKind.ROUTES, part);
                client.awaitAcknowledged(client.send(client.address(), new byte[100]));
            }
            assertEquals(4, part.clients);
        }
    }

    @Test
    void theMemoryOfConversationsIsLimited() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            Remembering part = new Remembering();
            alice.parts.set(PartKind.ROUTES, part);
            SendOptions first = SendOptions.DEFAULT.withReplySurbs(0).withIsolation("first");
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[1], first));
            assertEquals(1, part.made);
            // Messages that are conversations of their own take nobody's place once they have ended.
            for (int i = 0; i < RoutePolicy.MOST_CONVERSATIONS; i++) {
                alice.awaitAcknowledged(alice.send(alice.address(), new byte[1]));
            }
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[1], first));
            assertEquals(1 + RoutePolicy.MOST_CONVERSATIONS, part.made);
            for (int i = 0; i < RoutePolicy.MOST_CONVERSATIONS; i++) {
                alice.awaitAcknowledged(alice.send(alice.address(), new byte[1],
                        SendOptions.DEFAULT.withReplySurbs(0).withIsolation("other " + i)));
            }
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[1], first));
            assertEquals(2 + 2 * RoutePolicy.MOST_CONVERSATIONS, part.made);
        }
    }

    /** What it answers is no route of this topology. */
    @Test
    void aPartThatNamesOtherMixesIsNamedAndTheOneBeforeGoesOn() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            alice.parts.want(PartKind.ROUTES, "astray");
            alice.parts.set(PartKind.ROUTES, (packet, randomness) -> {
                Mixes right = World.ROUTES.choose(packet, randomness);
                return new Mixes(right.first(), right.first(), right.third());
            });
            alice.awaitAcknowledged(alice.send(alice.address(), new byte[5000]));
            assertTrue(alice.engine.state() instanceof ClientState.Degraded(String reason)
                    && reason.startsWith("routes part \"astray\" failed: choose returned ")
                    && reason.contains(" for layer 2; allowed is a mix of that layer of the topology"),
                    alice.engine.state()::toString);
        }
    }

    private static RoutePolicy keeping(String name) {
        return switch (name) {
            case "fixed" -> new FixedRoutes.Factory().create(Map.of());
            case "subset" -> new SubsetRoutes.Factory().create(Map.of("mixes", "1"));
            case "sticky" -> new StickyRoutes.Factory().create(Map.of("alpha", "0.99"));
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** With the network of a test every second mix is taken, so one of the middle ones is dead from the start. */
    @ParameterizedTest
    @ValueSource(strings = {"fixed", "subset", "sticky"})
    void aDeadMixIsLeftWithinSeconds(String name) {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, SLOTS);
            alice.awaitReady();
            List<Mixes> chosen = new ArrayList<>();
            RoutePolicy part = keeping(name);
            alice.parts.set(PartKind.ROUTES, new RoutePolicy() {

                @Override
                public Mixes choose(Packet packet, Randomness randomness) {
                    chosen.add(part.choose(packet, randomness));
                    return chosen.getLast();
                }

                @Override
                public void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
                    part.arrived(packet, mixes, excess);
                }

                @Override
                public void lost(Packet packet, Mixes mixes) {
                    part.lost(packet, mixes);
                }
            });
            world.runFor(Duration.ofSeconds(5));
            NodeAddress dead = chosen.getLast().second().mixAddress();
            world.dead.add(dead);
            long start = world.time.nanoTime();
            Delivery delivery = alice.send(alice.address(), new byte[20_000]);
            alice.awaitAcknowledged(delivery);
            Duration took = Duration.ofNanos(world.time.nanoTime() - start);
            System.out.println("a middle mix died, routes " + name + ": 20 kB acknowledged after " + took);
            assertTrue(took.compareTo(Duration.ofSeconds(15)) < 0, took::toString);
            if (!name.equals("sticky")) {
                chosen.clear();
                world.runFor(Duration.ofSeconds(2));
                assertFalse(chosen.isEmpty());
                assertTrue(chosen.stream().noneMatch(mixes -> mixes.second().mixAddress().equals(dead)));
            }
        }
    }
}
