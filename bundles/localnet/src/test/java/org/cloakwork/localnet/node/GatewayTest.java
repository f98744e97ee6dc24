package org.cloakwork.localnet.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.sphinx.bouncycastle.BouncyCastleSphinx;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.wire.MixFrame;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.PacketType;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.gateway.AuthenticateV2;
import org.cloakwork.wire.gateway.BinaryRequest;
import org.cloakwork.wire.gateway.BinaryResponse;
import org.cloakwork.wire.gateway.ClientHandshake;
import org.cloakwork.wire.gateway.ClientRequest;
import org.cloakwork.wire.gateway.GatewayProtocol;
import org.cloakwork.wire.gateway.HandshakeStep;
import org.cloakwork.wire.gateway.ServerResponse;
import org.junit.jupiter.api.Test;

class GatewayTest {

    private static final PacketFormat FORMAT = new BouncyCastleSphinx();
    private static final NodeAddress HERE = NodeAddress.parse("127.0.0.1:10004");
    private static final NodeAddress MIX = NodeAddress.parse("127.0.0.1:10001");
    private static final NodeAddress STRANGE = NodeAddress.parse("127.0.0.1:9");

    private final Randomness randomness = VirtualTime.randomness(3);
    private final EncryptionKeyPair key = EncryptionKeyPair.generate(randomness);
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final VirtualTime time = new VirtualTime();
    private final List<Sent> sent = new ArrayList<>();
    private final IdentityKeyPair alice = IdentityKeyPair.generate(randomness);
    private final Gateway gateway = new Gateway(IdentityKeyPair.generate(randomness),
            new Unwrapper(FORMAT, new SphinxPrivateKey(key.privateBytes()), KeyRotation.EVEN,
                    new ReplayFilter(100_000, randomness), counters), Frames.SEALED,
            Set.of(HERE, MIX), (next, frame) -> sent.add(new Sent(next, frame)), time, time, randomness, counters);

    private record Sent(NodeAddress next, MixFrame frame) {
    }

    /** A client's end of a link in memory; it reads when it is told to. */
    private final class Client implements GatewayLink {

        private final List<Object> received = new ArrayList<>();
        private final Handler handler = gateway.accept(this);
        private long pending;
        private boolean reading = true;
        private boolean closed;

        Client() {
            handler.opened();
        }

        @Override
        public void send(String text) {
            frame(text, text.length());
        }

        @Override
        public void send(byte[] binary) {
            frame(binary, binary.length);
        }

        private void frame(Object frame, int length) {
            if (!closed) {
                received.add(frame);
                pending += reading ? 0 : length;
            }
        }

        @Override
        public void ping(byte[] payload) {
            received.add(ByteBuffer.wrap(payload));
        }

        @Override
        public long pendingBytes() {
            return pending;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                handler.closed("closed by the gateway");
            }
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }

        void leave() {
            closed = true;
            handler.closed("gone");
        }

        void read() {
            pending = 0;
            handler.drained();
        }

        ServerResponse last() throws Exception {
            return ServerResponse.parse(assertInstanceOf(String.class, received.getLast()));
        }

        GatewaySharedKey register() {
            ClientHandshake handshake = new ClientHandshake(alice, gateway.identity(), 6, randomness);
            handler.text(handshake.start());
            handler.text(assertInstanceOf(HandshakeStep.Send.class,
                    handshake.receive((String) received.getLast())).text());
            return assertInstanceOf(HandshakeStep.Done.class, handshake.receive((String) received.get(1))).key();
        }

        void authenticate(GatewaySharedKey shared, long secondsFromNow) {
            handler.text(AuthenticateV2.create(alice, shared, 6, randomness.bytes(12),
                    time.now().getEpochSecond() + secondsFromNow).toJson());
        }

        List<byte[]> messages(GatewaySharedKey shared) throws Exception {
            List<byte[]> messages = new ArrayList<>();
            for (Object frame : received) {
                if (frame instanceof byte[] binary) {
                    messages.add(BinaryResponse.open(binary, shared).message());
                }
            }
            return messages;
        }
    }

    private MixFrame arriving(IdentityKey client, byte[] plaintext, PacketSize size, KeyRotation rotation) {
        Route route = new Route(PacketFormat.VERSION_SEEDS, List.of(new Route.Hop(HERE, key.publicKey(), 0)),
                Destination.of(client));
        byte[] packet = FORMAT.seal(
                List.of(new PacketFormat.SealRequest(route, plaintext, size.payloadLength())), randomness).getFirst();
        return new MixFrame(size, PacketType.MIX, rotation, packet);
    }

    private static byte[] withAck(NodeAddress ackHop, byte[] ack, int content, PacketSize size) {
        byte[] message = new byte[size.deliveredLength()];
        Arrays.fill(message, (byte) content);
        return ByteBuffer.allocate(size.plaintextLength()).put(ackHop.padded(19)).put(ack).put(message).array();
    }

    private void arrive(int content) {
        gateway.receive(arriving(alice.publicKey(), withAck(MIX, new byte[386], content, PacketSize.REGULAR),
                PacketSize.REGULAR, KeyRotation.EVEN));
    }

    @Test
    void deliversTheMessageAndForwardsTheAckUnderTheRotationOfItsCarrier() throws Exception {
        Client client = new Client();
        GatewaySharedKey shared = client.register();
        byte[] ack = randomness.bytes(386);
        for (KeyRotation rotation : new KeyRotation[] {KeyRotation.EVEN, KeyRotation.UNKNOWN}) {
            gateway.receive(arriving(alice.publicKey(), withAck(MIX, ack, 7, PacketSize.REGULAR), PacketSize.REGULAR,
                    rotation));
            Sent forwarded = sent.removeFirst();
            assertEquals(MIX, forwarded.next);
            assertEquals(PacketSize.ACK, forwarded.frame.size());
            assertEquals(rotation, forwarded.frame.rotation());
            assertArrayEquals(ack, forwarded.frame.packet());
        }
        byte[] message = client.messages(shared).getFirst();
        assertEquals(1643, message.length);
        assertEquals(7, message[0]);
        assertEquals(1673, ((byte[]) client.received.getLast()).length);
        assertEquals(2, counters.get(Counter.MESSAGES_DELIVERED));
        assertEquals(2, counters.get(Counter.ACKS_FORWARDED));
    }

    @Test
    void deliversAcksWholeAndForwardsNothing() throws Exception {
        Client client = new Client();
        GatewaySharedKey shared = client.register();
        byte[] ack = randomness.bytes(21);
        gateway.receive(arriving(alice.publicKey(), ack, PacketSize.ACK, KeyRotation.EVEN));
        assertArrayEquals(ack, client.messages(shared).getFirst());
        assertEquals(List.of(), sent);
    }

    @Test
    void everySizeIsSplitAlike() throws Exception {
        Client client = new Client();
        GatewaySharedKey shared = client.register();
        for (PacketSize size : new PacketSize[] {PacketSize.EXTENDED_8, PacketSize.EXTENDED_16,
                PacketSize.EXTENDED_32}) {
            gateway.receive(arriving(alice.publicKey(), withAck(MIX, new byte[386], 1, size), size, KeyRotation.EVEN));
        }
        assertEquals(List.of(7787, 15979, 32363), client.messages(shared).stream().map(m -> m.length).toList());
        assertEquals(3, sent.size());
    }

    @Test
    void dropsWhatHasNoAckAndWhatIsNotFinal() {
        gateway.receive(arriving(alice.publicKey(), new byte[404], PacketSize.REGULAR, KeyRotation.EVEN));
        gateway.receive(arriving(alice.publicKey(), new byte[2048], PacketSize.REGULAR, KeyRotation.EVEN));
        assertEquals(2, counters.get(Counter.DROPPED_BAD_ACK));
        gateway.receive(arriving(alice.publicKey(), withAck(STRANGE, new byte[386], 1, PacketSize.REGULAR),
                PacketSize.REGULAR, KeyRotation.EVEN));
        assertEquals(1, counters.get(Counter.DROPPED_UNKNOWN_NEXT_HOP));
        assertEquals(1, counters.get(Counter.MESSAGES_STORED), "the message is kept although its ack is lost");
        Route through = new Route(PacketFormat.VERSION_SEEDS, List.of(new Route.Hop(HERE, key.publicKey(), 0),
                new Route.Hop(MIX, key.publicKey(), 0)), Destination.of(alice.publicKey()));
        gateway.receive(new MixFrame(PacketSize.ACK, PacketType.MIX, KeyRotation.EVEN, FORMAT.seal(
                List.of(new PacketFormat.SealRequest(through, new byte[21], 38)), randomness).getFirst()));
        assertEquals(1, counters.get(Counter.DROPPED_FORWARD_AT_GATEWAY));
        assertEquals(List.of(), sent);
    }

    @Test
    void keepsMessagesForAnAbsentClientAndHandsThemOverBeforeTheAnswer() throws Exception {
        Client first = new Client();
        GatewaySharedKey shared = first.register();
        first.leave();
        for (int i = 0; i < 250; i++) {
            arrive(i);
        }
        assertEquals(250, sent.size(), "acknowledged although absent");
        Client second = new Client();
        second.authenticate(shared, 1);
        assertEquals(251, second.received.size());
        assertInstanceOf(ServerResponse.Authenticate.class, second.last());
        List<byte[]> messages = second.messages(shared);
        for (int i = 0; i < 250; i++) {
            assertEquals((byte) i, messages.get(i)[0], "the oldest first");
        }
        second.leave();
        Client third = new Client();
        third.authenticate(shared, 2);
        assertEquals(1, third.received.size(), "nothing twice");
    }

    @Test
    void nothingIsHandedToALinkThatHasEndedAndWasNotToldYet() throws Exception {
        Client first = new Client();
        GatewaySharedKey shared = first.register();
        first.closed = true;
        arrive(1);
        first.leave();
        Client second = new Client();
        second.authenticate(shared, 1);
        assertEquals(1, second.messages(shared).size());
    }

    @Test
    void keepsMessagesForWhomItNeverSawAndAnswersTheRegistrationFirst() throws Exception {
        arrive(1);
        arrive(2);
        Client client = new Client();
        GatewaySharedKey shared = client.register();
        assertInstanceOf(ServerResponse.Register.class,
                ServerResponse.parse((String) client.received.get(2)));
        assertEquals(5, client.received.size());
        assertEquals(2, client.messages(shared).size());
    }

    @Test
    void forgetsAfterADay() throws Exception {
        arrive(1);
        time.advance(Duration.ofHours(25));
        Client client = new Client();
        GatewaySharedKey shared = client.register();
        assertEquals(List.of(), client.messages(shared));
        assertEquals(1, counters.get(Counter.DROPPED_INBOX_EXPIRED));
    }

    @Test
    void aSlowReaderGetsTheRestWhenItReads() throws Exception {
        Client client = new Client();
        GatewaySharedKey shared = client.register();
        client.reading = false;
        int limit = (int) (Gateway.MAX_PUSHED_BYTES / 1673) + 1;
        for (int i = 0; i < limit + 10; i++) {
            arrive(i);
        }
        assertEquals(limit, client.messages(shared).size());
        client.read();
        assertEquals(limit + 10, client.messages(shared).size());
        assertEquals((byte) (limit + 9), client.messages(shared).getLast()[0]);
        assertEquals(0, counters.get(Counter.DROPPED_INBOX_FULL));
    }

    @Test
    void whoNeverReadsIsLimitedAndCutOff() {
        Client client = new Client();
        GatewaySharedKey shared = client.register();
        client.reading = false;
        int messages = (int) (Inbox.MAX_BYTES_PER_CLIENT / (1643 + Inbox.MESSAGE_OVERHEAD));
        int pushed = (int) (Gateway.MAX_PUSHED_BYTES / 1673) + 1;
        byte[] message = withAck(MIX, new byte[386], 1, PacketSize.EXTENDED_32);
        int large = (int) (Inbox.MAX_BYTES_PER_CLIENT / (32363 + Inbox.MESSAGE_OVERHEAD));
        int largePushed = (int) (Gateway.MAX_PUSHED_BYTES / 32393) + 1;
        assertTrue(messages > large && pushed > largePushed);
        for (int i = 0; i < large + largePushed + 5; i++) {
            gateway.receive(arriving(alice.publicKey(), message, PacketSize.EXTENDED_32, KeyRotation.EVEN));
        }
        assertEquals(5, counters.get(Counter.DROPPED_INBOX_FULL));
        int sends = 0;
        while (!client.closed && sends < 1_000_000) {
            client.handler.text(new ClientRequest.SupportedProtocol().toJson());
            sends++;
        }
        assertTrue(client.closed);
        assertEquals(1, counters.get(Counter.CLIENTS_TOO_SLOW));
        assertTrue(client.pending <= Gateway.MAX_PENDING_BYTES + 1000);
        client.reading = true;
        Client again = new Client();
        again.authenticate(shared, 1);
        assertTrue(again.received.size() > large, "what waited was not lost");
    }

    @Test
    void forwardsToNodesOfTheNetworkOnly() throws Exception {
        Client client = new Client();
        GatewaySharedKey shared = client.register();
        client.handler.text(new ClientRequest.ClaimFreeTestnetBandwidth().toJson());
        byte[] packet = randomness.bytes(2413);
        for (NodeAddress hop : new NodeAddress[] {MIX, STRANGE}) {
            client.handler.binary(BinaryRequest.of(new MixPacket(PacketType.MIX, KeyRotation.EVEN, hop, packet), 6)
                    .seal(shared, randomness));
            assertInstanceOf(ServerResponse.Send.class, client.last());
        }
        assertEquals(1, sent.size());
        assertEquals(KeyRotation.EVEN, sent.getFirst().frame.rotation());
        assertArrayEquals(packet, sent.getFirst().frame.packet());
        assertEquals(1, counters.get(Counter.DROPPED_UNKNOWN_NEXT_HOP));
        assertEquals(1, counters.get(Counter.PACKETS_FROM_CLIENTS));
    }

    @Test
    void anAnsweringSessionStays() throws Exception {
        Client older = new Client();
        GatewaySharedKey shared = older.register();
        Client newer = new Client();
        newer.authenticate(shared, 1);
        time.settle();
        byte[] ping = assertInstanceOf(ByteBuffer.class, older.received.getLast()).array();
        older.handler.pong(ping);
        time.settle();
        assertInstanceOf(ServerResponse.Error.class, newer.last());
        assertTrue(newer.closed);
        assertFalse(older.closed);
        arrive(1);
        assertEquals(1, older.messages(shared).size());
    }

    @Test
    void aSilentSessionIsReplacedWithinASecond() throws Exception {
        Client older = new Client();
        GatewaySharedKey shared = older.register();
        Client newer = new Client();
        newer.authenticate(shared, 1);
        time.advance(Duration.ofMillis(999));
        assertEquals(List.of(), newer.received);
        time.advance(Duration.ofMillis(1));
        assertInstanceOf(ServerResponse.Authenticate.class, newer.last());
        assertTrue(older.closed);
        arrive(1);
        assertEquals(1, newer.messages(shared).size());
        assertEquals(1, counters.get(Counter.SESSIONS_REPLACED));
    }

    @Test
    void aClientThatSaysNothingIsClosedAfterTenSeconds() throws Exception {
        Client client = new Client();
        time.advance(Duration.ofSeconds(10).minusNanos(1));
        assertFalse(client.closed);
        time.advance(Duration.ofNanos(1));
        assertInstanceOf(ServerResponse.Error.class, client.last());
        assertTrue(client.closed);
    }

    @Test
    void aRefusedClientMayReadWhyBeforeTheLinkIsClosed() throws Exception {
        Client client = new Client();
        client.reading = false;
        client.handler.text("junk");
        assertInstanceOf(ServerResponse.Error.class, client.last());
        assertFalse(client.closed);
        client.read();
        assertTrue(client.closed);

        Client deaf = new Client();
        deaf.reading = false;
        deaf.handler.text("junk");
        time.advance(Duration.ofSeconds(1));
        assertTrue(deaf.closed);
    }

    @Test
    void acceptsNoMoreLinksThanItsLimit() {
        List<Client> open = new ArrayList<>();
        for (int i = 0; i < GatewayProtocol.MAX_CONNECTIONS; i++) {
            open.add(new Client());
        }
        assertTrue(new Client().closed);
        assertEquals(1, counters.get(Counter.CONNECTIONS_REFUSED));
        assertTrue(open.stream().noneMatch(client -> client.closed));
        open.getLast().leave();
        assertFalse(new Client().closed);
    }
}
