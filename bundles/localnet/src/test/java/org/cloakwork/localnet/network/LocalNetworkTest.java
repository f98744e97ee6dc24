package org.cloakwork.localnet.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.localnet.Parts;
import org.cloakwork.localnet.node.KeyRotations;
import org.cloakwork.sphinx.bouncycastle.BouncyCastleSphinx;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayServer;
import org.cloakwork.spi.transport.GatewayTransport;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.PacketDraft;
import org.cloakwork.wire.PacketPreparer;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.PacketType;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.SurbAck;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.AuthenticateV2;
import org.cloakwork.wire.gateway.BinaryRequest;
import org.cloakwork.wire.gateway.BinaryResponse;
import org.cloakwork.wire.gateway.ClientHandshake;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.HandshakeStep;
import org.cloakwork.wire.gateway.ServerResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole network on real sockets, with clients made by hand. */
@Timeout(60)
class LocalNetworkTest {

    private static final Randomness RANDOMNESS = new SecureRandom()::nextBytes;
    private static final PacketFormat FORMAT = new BouncyCastleSphinx();

    /** A client over a real websocket, without any engine. */
    private static final class Client implements GatewayLink.Handler, AutoCloseable {

        private static final Object OPENED = new Object();
        private static final Object CLOSED = new Object();

        private final GatewayTransport transport = Parts.make(GatewayTransport.class, "websocket", Map.of());
        private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
        private final Topology topology;
        private final Node gateway;
        private final IdentityKeyPair identity;
        private final EncryptionKeyPair encryption = EncryptionKeyPair.generate(RANDOMNESS);
        private final AckKey ackKey = new AckKey(RANDOMNESS.bytes(16));
        private final GatewayLink link;
        private GatewaySharedKey shared;

        Client(Topology topology, Node gateway, IdentityKeyPair identity) throws Exception {
            this.topology = topology;
            this.gateway = gateway;
            this.identity = identity;
            Node.Entry entry = gateway.entry().orElseThrow();
            link = transport.connect(new GatewayEndpoint(gateway.identity(), List.of(URI.create(
                    "ws://" + entry.addresses().getFirst().getHostAddress() + ":" + entry.websocketPort()))), this);
            assertEquals(OPENED, next());
        }

        Client(LocalNetwork network) throws Exception {
            this(network.topology(), network.topology().gateways().getFirst(), IdentityKeyPair.generate(RANDOMNESS));
        }

        @Override
        public void opened() {
            received.add(OPENED);
        }

        @Override
        public void text(String text) {
            received.add(text);
        }

        @Override
        public void binary(byte[] binary) {
            received.add(binary);
        }

        @Override
        public void closed(String reason) {
            received.add(CLOSED);
        }

        Object next() throws InterruptedException {
            Object next = received.poll(20, TimeUnit.SECONDS);
            assertNotNull(next, "nothing came");
            return next;
        }

        String nextText() throws InterruptedException {
            return assertInstanceOf(String.class, next());
        }

        byte[] nextMessage() throws Exception {
            return BinaryResponse.open(assertInstanceOf(byte[].class, next()), shared).message();
        }

        void register(int version) throws Exception {
            link.send(new ClientRequest.SupportedProtocol().toJson());
            assertEquals(new ServerResponse.SupportedProtocol(6), ServerResponse.parse(nextText()));
            ClientHandshake handshake = new ClientHandshake(identity, gateway.identity(), version, RANDOMNESS);
            link.send(handshake.start());
            link.send(assertInstanceOf(HandshakeStep.Send.class, handshake.receive(nextText())).text());
            shared = assertInstanceOf(HandshakeStep.Done.class, handshake.receive(nextText())).key();
            assertEquals(new ServerResponse.Register(version, true, false), ServerResponse.parse(nextText()));
        }

        void claim() throws Exception {
            link.send(new ClientRequest.ClaimFreeTestnetBandwidth().toJson());
            assertEquals(new ServerResponse.Bandwidth(64L << 30, false), ServerResponse.parse(nextText()));
        }

        private Route route(long delayNanos) {
            List<Route.Hop> hops = new ArrayList<>();
            for (int layer = 1; layer <= 3; layer++) {
                List<Node> nodes = topology.layer(layer);
                Node node = nodes.get(RANDOMNESS.nextInt(nodes.size()));
                hops.add(new Route.Hop(node.mixAddress(), node.sphinxKey(), delayNanos));
            }
            hops.add(new Route.Hop(gateway.mixAddress(), gateway.sphinxKey(), 0));
            return new Route(PacketFormat.VERSION_SEEDS, hops, Destination.of(identity.publicKey()));
        }

        /** A packet to itself, with an acknowledgement to itself. */
        MixPacket loop(PacketSize size, long delayNanos) {
            PreparedPacket packet = new PacketPreparer(FORMAT, ackKey, RANDOMNESS,
                    () -> EncryptionKeyPair.generate(RANDOMNESS)).prepare(List.of(new PacketDraft.Cover(size,
                            encryption.publicKey(), route(delayNanos), route(delayNanos), topology.keyRotation())))
                    .getFirst();
            return new MixPacket(PacketType.MIX, packet.rotation(), packet.firstHop(), packet.packet());
        }

        void send(MixPacket packet, int version) {
            link.send(BinaryRequest.of(packet, version).seal(shared, RANDOMNESS));
        }

        @Override
        public void close() throws Exception {
            link.close();
            while (next() != CLOSED) {
                // what was on its way
            }
            ((AutoCloseable) transport).close();
        }
    }

    private static void awaitCounter(LocalNetwork network, String name, long value) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (network.counters().get(name) < value) {
            assertTrue(System.nanoTime() < deadline, () -> name + " stays at " + network.counters());
            Thread.sleep(5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6})
    void aPacketGoesThroughThreeMixesBackToItsSenderAndIsAcknowledged(int version) throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start(); Client client = new Client(network)) {
            client.register(version);
            client.claim();
            long delayNanos = Duration.ofMillis(20).toNanos();
            for (PacketSize size : List.of(PacketSize.REGULAR, PacketSize.EXTENDED_8, PacketSize.EXTENDED_32)) {
                long start = System.nanoTime();
                client.send(client.loop(size, delayNanos), version);
                assertInstanceOf(ServerResponse.Send.class, ServerResponse.parse(client.nextText()));
                byte[] message = client.nextMessage();
                long arrived = System.nanoTime();
                byte[] ack = client.nextMessage();
                assertEquals(size.deliveredLength(), message.length);
                assertEquals(FragmentId.COVER, SurbAck.open(ack, client.ackKey));
                assertTrue(arrived - start >= 3 * delayNanos, "delays are kept");
                assertTrue(System.nanoTime() - start >= 6 * delayNanos, "delays of the acknowledgement, too");
            }
            Map<String, Long> counters = network.counters();
            assertEquals(3, counters.get("packets-from-clients"));
            assertEquals(18, counters.get("packets-forwarded"));
            assertEquals(3, counters.get("acks-forwarded"));
            assertEquals(6, counters.get("messages-delivered"));
            assertEquals(24, counters.get("frames-received"));
            assertEquals(0, counters.entrySet().stream().filter(entry -> entry.getKey().startsWith("dropped"))
                    .mapToLong(Map.Entry::getValue).sum());
        }
    }

    @Test
    void aReplayedPacketIsDroppedAtTheFirstMix() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start(); Client client = new Client(network)) {
            client.register(6);
            client.claim();
            MixPacket packet = client.loop(PacketSize.REGULAR, 0);
            client.send(packet, 6);
            client.send(packet, 6);
            awaitCounter(network, "dropped-replay", 1);
            awaitCounter(network, "messages-delivered", 2);
            assertEquals(7, network.counters().get("packets-forwarded") + network.counters().get("dropped-replay"));
        }
    }

    @Test
    void anAbsentClientFindsItsMessagesWhenItComesBack() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().mixesPerLayer(2).start()) {
            IdentityKeyPair identity = IdentityKeyPair.generate(RANDOMNESS);
            Node gateway = network.topology().gateways().getLast();
            GatewaySharedKey shared;
            List<byte[]> acks = new ArrayList<>();
            AckKey ackKey;
            try (Client client = new Client(network.topology(), gateway, identity)) {
                client.register(6);
                client.claim();
                shared = client.shared;
                ackKey = client.ackKey;
                for (int i = 0; i < 20; i++) {
                    client.send(client.loop(PacketSize.REGULAR, Duration.ofSeconds(1).toNanos()), 6);
                    client.nextText();
                }
            }
            awaitCounter(network, "messages-stored", 40);
            assertEquals(0, network.counters().get("messages-delivered"));
            try (Client client = new Client(network.topology(), gateway, identity)) {
                client.shared = shared;
                // The gateway counts the session of a registration as one second old.
                client.link.send(AuthenticateV2.create(identity, shared, 6, RANDOMNESS.bytes(12),
                        System.currentTimeMillis() / 1000).toJson());
                int messages = 0;
                for (int i = 0; i < 40; i++) {
                    byte[] message = client.nextMessage();
                    if (message.length == SurbAck.DELIVERED_LENGTH) {
                        acks.add(message);
                    } else {
                        messages++;
                    }
                }
                assertInstanceOf(ServerResponse.Authenticate.class, ServerResponse.parse(client.nextText()));
                assertEquals(20, messages);
                for (byte[] ack : acks) {
                    assertEquals(FragmentId.COVER, SurbAck.open(ack, ackKey));
                }
            }
        }
    }

    @Test
    void aSecondSessionIsRefusedWhileTheFirstAnswers() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start(); Client first = new Client(network)) {
            first.register(6);
            try (Client second = new Client(network.topology(), first.gateway, first.identity)) {
                second.link.send(AuthenticateV2.create(first.identity, first.shared, 6, RANDOMNESS.bytes(12),
                        System.currentTimeMillis() / 1000 + 1).toJson());
                assertInstanceOf(ServerResponse.Error.class, ServerResponse.parse(second.nextText()));
                assertEquals(Client.CLOSED, second.next());
                second.received.add(Client.CLOSED);
            }
            first.claim();
        }
    }

    @Test
    void manyPacketsAtOnceAllArrive() throws Exception {
        int packets = 400;
        try (LocalNetwork network = LocalNetwork.builder().mixesPerLayer(2).gateways(1).start();
                Client client = new Client(network)) {
            client.register(6);
            client.claim();
            for (int i = 0; i < packets; i++) {
                client.send(client.loop(PacketSize.REGULAR, Duration.ofMillis(i % 50).toNanos()), 6);
            }
            int sends = 0;
            int messages = 0;
            int acks = 0;
            while (sends + messages + acks < 3 * packets) {
                Object next = client.next();
                if (next instanceof String text) {
                    long left = assertInstanceOf(ServerResponse.Send.class, ServerResponse.parse(text))
                            .remainingBandwidth();
                    sends++;
                    assertEquals((64L << 30) - 2413L * sends, left, "replies come in order");
                } else if (BinaryResponse.open((byte[]) next, client.shared).message().length == 21) {
                    acks++;
                } else {
                    messages++;
                }
            }
            assertEquals(List.of(packets, packets, packets), List.of(sends, messages, acks));
            assertEquals(0, network.counters().entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith("dropped")).mapToLong(Map.Entry::getValue).sum());
        }
    }

    @Test
    void junkOnEveryPortEndsNothing() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start(); Client client = new Client(network)) {
            client.register(6);
            client.claim();
            List<InetSocketAddress> ports = new ArrayList<>();
            ports.add(new InetSocketAddress(network.directory().getHost(), network.directory().getPort()));
            for (Node node : network.topology().nodes().values()) {
                ports.add(new InetSocketAddress(node.mixAddress().ip(), node.mixAddress().port()));
                node.entry().ifPresent(entry ->
                        ports.add(new InetSocketAddress(entry.addresses().getFirst(), entry.websocketPort())));
            }
            assertEquals(1 + 5 + 2, ports.size());
            byte[] zeros = new byte[5000];
            byte[] random = RANDOMNESS.bytes(5000);
            // A frame of version 8 whose packet is junk: that must not even end the connection.
            byte[] frame = new byte[4 + 2413 + 4 + 386];
            System.arraycopy(new byte[] {8, 1, 0, 2}, 0, frame, 0, 4);
            System.arraycopy(new byte[] {7, 2, 0}, 0, frame, 4 + 2413, 3);
            byte[] half = Arrays.copyOf(new byte[] {8, 1, 0, 2}, 100);
            for (InetSocketAddress port : ports) {
                for (byte[] junk : List.of(zeros, random, frame, half, new byte[0])) {
                    try (Socket socket = new Socket(port.getAddress(), port.getPort())) {
                        socket.getOutputStream().write(junk);
                        socket.shutdownOutput();
                        socket.setSoTimeout(20_000);
                        socket.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        // reset: as good
                    }
                }
            }
            // At the five mix ports: zeros and, but for the lucky, random bytes are no frames.
            awaitCounter(network, "connections-malformed", 5);
            // Two junk packets at each, of which one is an ack of unknown rotation.
            awaitCounter(network, "dropped-bad-packet", 10);
            assertEquals(0, network.counters().get("internal-errors"));

            for (String text : List.of("", "junk", "{\"type\":\"authenticateV2\"}", "x".repeat(100_000))) {
                try (Client stranger = new Client(network)) {
                    stranger.link.send(text);
                    assertInstanceOf(ServerResponse.Error.class, ServerResponse.parse(stranger.nextText()));
                    assertEquals(Client.CLOSED, stranger.next());
                    stranger.received.add(Client.CLOSED);
                }
            }
            client.send(client.loop(PacketSize.REGULAR, 0), 6);
            client.nextText();
            assertEquals(1643, client.nextMessage().length);
            assertEquals(FragmentId.COVER, SurbAck.open(client.nextMessage(), client.ackKey));
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().contains("localnet")
                || thread.getName().equals("HTTP-Dispatcher")).collect(Collectors.toSet());
    }

    /** The last of them ends just after the network closed. */
    private static void assertThreadsEnd() throws InterruptedException {
        for (Thread thread : threads()) {
            assertTrue(thread.join(Duration.ofSeconds(10)), thread.getName());
        }
    }

    @Test
    void closingGivesBackPortsAndThreads() throws Exception {
        LocalNetwork network = LocalNetwork.builder().gateways(1).start();
        try (Client client = new Client(network)) {
            client.register(6);
            client.claim();
            client.send(client.loop(PacketSize.REGULAR, Duration.ofSeconds(9).toNanos()), 6);
            client.nextText();
            assertFalse(threads().isEmpty());
            network.close();
            network.close();
            assertEquals(Client.CLOSED, client.next());
            client.received.add(Client.CLOSED);
        }
        List<Integer> ports = new ArrayList<>(List.of(network.directory().getPort()));
        for (Node node : network.topology().nodes().values()) {
            ports.add(node.mixAddress().port());
            node.entry().ifPresent(entry -> ports.add(entry.websocketPort()));
        }
        assertEquals(1 + 4 + 1, ports.size());
        for (int port : ports) {
            try (ServerSocket free = new ServerSocket()) {
                free.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
            }
        }
        assertThreadsEnd();
    }

    @Test
    void aPortInUseIsNamedAndNothingIsLeftRunning() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            IOException directory = assertThrows(IOException.class,
                    () -> LocalNetwork.builder().directoryPort(port).start());
            assertTrue(directory.getMessage().contains("directory port " + port), directory.getMessage());
            IOException gateway = assertThrows(IOException.class,
                    () -> LocalNetwork.builder().gateways(1).gatewayPort(port).start());
            assertTrue(gateway.getMessage().contains("gateway port " + port), gateway.getMessage());
            IOException second = assertThrows(IOException.class,
                    () -> LocalNetwork.builder().gateways(2).gatewayPort(port - 1).start());
            assertTrue(second.getMessage().contains("gateway port"), second.getMessage());
        }
        assertThreadsEnd();
    }

    @Test
    void fixedPortsAreUsedAndGivenBack() throws Exception {
        int[] ports = new int[3];
        for (int i = 0; i < 3; i++) {
            try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
                ports[i] = probe.getLocalPort();
            }
        }
        for (int round = 0; round < 2; round++) {
            try (LocalNetwork network = LocalNetwork.builder().gateways(1).directoryPort(ports[0])
                    .gatewayPort(ports[1]).start()) {
                assertEquals(ports[0], network.directory().getPort());
                assertEquals(ports[1],
                        network.topology().gateways().getFirst().entry().orElseThrow().websocketPort());
            }
        }
    }

    @Test
    void sizesAndPortsAreChecked() {
        LocalNetwork.Builder builder = LocalNetwork.builder();
        for (int wrong : new int[] {-1, 0, 81}) {
            assertThrows(IllegalArgumentException.class, () -> builder.mixesPerLayer(wrong));
            assertThrows(IllegalArgumentException.class, () -> builder.gateways(wrong));
        }
        for (int wrong : new int[] {-1, 65536}) {
            assertThrows(IllegalArgumentException.class, () -> builder.directoryPort(wrong));
            assertThrows(IllegalArgumentException.class, () -> builder.gatewayPort(wrong));
        }
        builder.gateways(80);
        assertThrows(IllegalArgumentException.class, () -> builder.gatewayPort(65_500));
    }

    @Test
    void writesTheNetworkFileWhereItIsConfigured(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("made").resolve("network.json");
        GatewayServer transport = Parts.make(GatewayServer.class, "websocket", Map.of());
        NetworkConfiguration configuration = new NetworkConfiguration(1, 1, 0, 0, 0, NodeAddress.parseIp("127.0.0.1"),
                Optional.of(file), Optional.empty());
        try (LocalNetwork network =
                new LocalNetworkImpl(configuration, AnnouncedPorts.AS_THEY_ARE, FORMAT, transport,
                        List.of((AutoCloseable) transport))) {
            assertArrayEquals(network.networkFile().getBytes(), Files.readAllBytes(file));
        }
        try (var files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList());
        }
        Path impossible = file.resolve("below-a-file").resolve("network.json");
        assertThrows(IOException.class, () -> new LocalNetworkImpl(new NetworkConfiguration(1, 1, 0, 0, 0,
                NodeAddress.parseIp("127.0.0.1"), Optional.of(impossible), Optional.empty()),
                AnnouncedPorts.AS_THEY_ARE, FORMAT, transport, List.of()).close());
        assertThreadsEnd();
    }

    @Test
    void keysRotateAndAfterAnEpochNodesRefuseTheOldOnes(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("network.json");
        GatewayServer transport = Parts.make(GatewayServer.class, "websocket", Map.of());
        NetworkConfiguration configuration = new NetworkConfiguration(1, 1, 0, 0, 0, NodeAddress.parseIp("127.0.0.1"),
                Optional.of(file), Optional.of(NetworkConfiguration.LEAST_ROTATION));
        try (LocalNetwork network =
                new LocalNetworkImpl(configuration, AnnouncedPorts.AS_THEY_ARE, FORMAT, transport,
                        List.of((AutoCloseable) transport));
                Client client = new Client(network)) {
            Topology before = network.topology();
            assertEquals(10, before.keyRotationId());
            assertEquals(Duration.ofSeconds(1), before.epochLength());
            client.register(6);
            client.claim();
            client.send(client.loop(PacketSize.REGULAR, 0), 6);
            client.nextText();
            client.nextMessage();
            client.nextMessage();
            awaitCounter(network, "key-rotations", 1);
            client.send(client.loop(PacketSize.REGULAR, 0), 6);
            client.nextText();
            client.nextMessage();
            assertEquals(FragmentId.COVER, SurbAck.open(client.nextMessage(), client.ackKey));
            Topology after = network.topology();
            assertEquals(11, after.keyRotationId());
            before.nodes().forEach((id, node) -> {
                assertEquals(node.identity(), after.nodes().get(id).identity());
                assertFalse(node.sphinxKey().equals(after.nodes().get(id).sphinxKey()));
            });
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (network.topology().epochId() < before.epochId() + KeyRotations.EPOCHS + 1) {
                assertTrue(System.nanoTime() < deadline);
                Thread.onSpinWait();
            }
            client.send(client.loop(PacketSize.REGULAR, 0), 6);
            awaitCounter(network, "dropped-unknown-rotation", 1);
            assertTrue(Files.readString(file).contains("\"key_rotation_id\":11"), Files.readString(file));
        }
    }

    @Test
    void theLargestNetworkStartsAndWorks() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().mixesPerLayer(80).gateways(80).start();
                Client client = new Client(network)) {
            assertEquals(320, network.topology().nodes().size());
            client.register(6);
            client.claim();
            client.send(client.loop(PacketSize.REGULAR, 0), 6);
            client.nextText();
            assertEquals(1643, client.nextMessage().length);
            assertEquals(FragmentId.COVER, SurbAck.open(client.nextMessage(), client.ackKey));
        }
    }
}
