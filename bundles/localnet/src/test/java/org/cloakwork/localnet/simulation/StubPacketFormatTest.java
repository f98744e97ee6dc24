package org.cloakwork.localnet.simulation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.cloakwork.itests.testing.Laws;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat.SealRequest;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.CoverPacket;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.PacketDraft;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.SurbAck;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.crypto.ReplyKey;
import org.junit.jupiter.api.Test;

class StubPacketFormatTest {

    private SimulatedRandomness randomness = new SimulatedRandomness(1);
    private final StubPacketFormat format = new StubPacketFormat();
    private final StubCryptography cryptography = new StubCryptography(format);
    private final List<SphinxPrivateKey> keys = new ArrayList<>();
    private final AckKey ackKey = AckKey.generate(randomness);
    private final EncryptionKeyPair recipient = EncryptionKeyPair.generate(randomness);
    private final Destination destination = Destination.of(IdentityKeyPair.generate(randomness).publicKey());

    private Route route(int hops) {
        keys.clear();
        List<Route.Hop> route = new ArrayList<>();
        for (int i = 0; i < hops; i++) {
            EncryptionKeyPair key = EncryptionKeyPair.generate(randomness);
            keys.add(new SphinxPrivateKey(key.privateBytes()));
            route.add(new Route.Hop(address(i), key.publicKey(), 1_000_000L * i));
        }
        return new Route(StubPacketFormat.VERSION_SEEDS, route, destination);
    }

    private static NodeAddress address(int hop) {
        // Both versions, of the full and the short form.
        return NodeAddress.parse(hop % 2 == 0 ? "10.0.0." + hop + ":" + (1789 + hop) : "[2001:db8::" + hop + "]:65535");
    }

    private Processed.Final walk(byte[] packet) throws SphinxException {
        byte[] layer = packet;
        for (int i = 0; i < keys.size() - 1; i++) {
            Processed.Forward forward = assertInstanceOf(Processed.Forward.class, format.process(layer, keys.get(i)));
            assertEquals(address(i + 1), forward.next());
            assertEquals(1_000_000L * i, forward.delayNanos());
            assertEquals(packet.length, forward.packet().length);
            assertEquals(32, forward.replayTag().length);
            layer = forward.packet();
        }
        return assertInstanceOf(Processed.Final.class, format.process(layer, keys.getLast()));
    }

    @Test
    void packetsHaveTheirSizeAndArrive() {
        Laws.forAll(200, draw -> {
            randomness = new SimulatedRandomness(draw.nextLong());
            int hops = draw.between(1, 5);
            byte[] message = draw.bytesUpTo(2000);
            Route route = route(hops);
            byte[] packet = format.seal(List.of(new SealRequest(route, message, 2065)), randomness).getFirst();
            assertEquals(PacketSize.REGULAR.packetLength(), packet.length);
            Processed.Final arrived = walk(packet);
            assertArrayEquals(message, arrived.message());
            assertEquals(destination, arrived.destination());
            assertEquals(StubPacketFormat.VERSION_SEEDS, arrived.version());
        });
    }

    @Test
    void replyBlocksHaveTheirSizeAndArrive() {
        Laws.forAll(100, draw -> {
            randomness = new SimulatedRandomness(draw.nextLong());
            int hops = draw.between(1, 5);
            byte[] message = draw.bytesUpTo(2000);
            Surb surb = format.createSurb(route(hops), randomness);
            assertEquals(348 + 32 + 16 * hops, surb.length());
            assertEquals(address(0), surb.firstHop());
            Surb parsed = Surb.parse(surb.bytes());
            byte[] packet = format.seal(parsed, message, 2065);
            assertEquals(PacketSize.REGULAR.packetLength(), packet.length);
            assertArrayEquals(message, walk(packet).message());
        });
    }

    @Test
    void replayTagsTellPacketsApartAndReplaysNot() throws SphinxException {
        SealRequest request = new SealRequest(route(3), new byte[10], 100);
        List<byte[]> packets = format.seal(List.of(request, request), randomness);
        byte[] tag = format.process(packets.get(0), keys.getFirst()).replayTag();
        assertArrayEquals(tag, format.process(packets.get(0).clone(), keys.getFirst()).replayTag());
        assertFalse(Arrays.equals(tag, format.process(packets.get(1), keys.getFirst()).replayTag()));
    }

    @Test
    void otherKeysAreRefused() {
        byte[] packet = format.seal(List.of(new SealRequest(route(3), new byte[10], 100)), randomness).getFirst();
        SphinxPrivateKey other = new SphinxPrivateKey(EncryptionKeyPair.generate(randomness).privateBytes());
        assertEquals(SphinxException.Kind.INVALID_HEADER,
                assertThrows(SphinxException.class, () -> format.process(packet, other)).kind());
    }

    @Test
    void junkIsRefusedOrReadButNeverThrowsAnythingElse() {
        Laws.forAll(2000, draw -> {
            randomness = new SimulatedRandomness(draw.nextLong());
            byte[] junk = draw.bytesUpTo(500);
            int where = draw.between(0, 420);
            byte what = (byte) draw.nextInt();
            byte[] damaged = format.seal(List.of(new SealRequest(route(4), new byte[10], 100)), randomness).getFirst();
            damaged[where] = what;
            for (byte[] packet : List.of(junk, damaged)) {
                for (SphinxPrivateKey key : keys) {
                    try {
                        format.process(packet, key);
                    } catch (SphinxException e) {
                        // what is asked for
                    }
                }
            }
        });
    }

    // ------------------------------------------------------------------ what clients make of it

    private PreparedPacket prepare(PacketDraft draft) {
        return cryptography.packets(format, ackKey, randomness).prepare(List.of(draft)).getFirst();
    }

    private byte[] delivered(PreparedPacket packet, Route ackRoute, FragmentId id) throws Exception {
        assertEquals(PacketSize.REGULAR.packetLength(), packet.packet().length);
        byte[] frame = cryptography.sealFrame(packet.mixPacket(), 6, null, randomness);
        MixPacket taken = cryptography.openPacket(frame, null);
        assertEquals(packet.firstHop(), taken.firstHop());
        assertEquals(packet.rotation(), taken.rotation());
        byte[] plaintext = walk(taken.packet()).message();
        assertEquals(PacketSize.REGULAR.plaintextLength(), plaintext.length);
        SurbAck.FinalHop parts = SurbAck.split(plaintext);
        assertEquals(ackRoute.hops().getFirst().address(), parts.ackFirstHop());
        assertEquals(PacketSize.ACK.packetLength(), parts.ackPacket().length);
        byte[] ack = walk(parts.ackPacket()).message();
        assertEquals(SurbAck.DELIVERED_LENGTH, ack.length);
        assertEquals(id, cryptography.openAck(ack, ackKey));
        assertThrows(WireException.class, () -> cryptography.openAck(ack, AckKey.generate(randomness)));
        return cryptography.openFrame(cryptography.sealMessage(parts.message(), null, randomness), null);
    }

    private Fragment fragment() {
        return new Fragment(7, 3, 2, OptionalInt.empty(), OptionalInt.empty(),
                randomness.bytes(PacketSize.REGULAR.fragmentLength() - Fragment.HEADER_LENGTH));
    }

    @Test
    void aMessageAndItsAcknowledgement() throws Exception {
        Route route = route(4);
        Fragment fragment = fragment();
        PreparedPacket packet = prepare(
                new PacketDraft.Forward(fragment, recipient.publicKey(), route, route, KeyRotation.ODD));
        assertEquals(2 * 3_000_000L, packet.expectedRoundTripNanos());
        byte[] delivered = delivered(packet, route, fragment.id());
        assertArrayEquals(fragment.bytes(), cryptography.open(delivered, recipient));
        assertThrows(WireException.class, () -> cryptography.open(delivered, EncryptionKeyPair.generate(randomness)));
    }

    @Test
    void coverComesBackAsCover() throws Exception {
        Route route = route(4);
        byte[] delivered = delivered(prepare(new PacketDraft.Cover(PacketSize.REGULAR, recipient.publicKey(), route,
                route, KeyRotation.EVEN)), route, FragmentId.COVER);
        assertTrue(CoverPacket.isCover(cryptography.open(delivered, recipient)));
    }

    @Test
    void aReplyBeginsWithTheDigestOfItsKey() throws Exception {
        Route route = route(4);
        ReplySurb surb = new ReplySurb(ReplyKey.generate(randomness), format.createSurb(route, randomness),
                KeyRotation.EVEN);
        Fragment fragment = fragment();
        byte[] delivered = delivered(prepare(new PacketDraft.Reply(fragment, surb, route, Duration.ofMillis(15))),
                route, fragment.id());
        assertArrayEquals(surb.key().digest(), Arrays.copyOf(delivered, 32));
        assertArrayEquals(fragment.bytes(), cryptography.openReply(delivered, surb.key()));
    }

    @Test
    void framesThatHoldNoPacketAreRefused() {
        assertThrows(WireException.class, () -> cryptography.openPacket(new byte[100], null));
        assertThrows(WireException.class, () -> cryptography.openPacket(new byte[2413], null));
    }
}
