package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloakwork.sphinx.bouncycastle.BouncyCastleSphinx;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.ReplyKey;
import org.junit.jupiter.api.Test;

/** Packets made together; what each is made of, the vectors test. */
class PacketPreparerTest {

    private static final int FRAGMENT_PAYLOAD = PacketSize.REGULAR.fragmentLength() - Fragment.HEADER_LENGTH;

    private final Randomness randomness = new SecureRandom()::nextBytes;
    private final PacketFormat format = new BouncyCastleSphinx();
    private final EncryptionKeyPair node = EncryptionKeyPair.generate(randomness);
    private final EncryptionKeyPair recipient = EncryptionKeyPair.generate(randomness);
    private final AckKey ackKey = AckKey.generate(randomness);

    private Route route(int port) {
        List<Route.Hop> hops = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            hops.add(new Route.Hop(NodeAddress.parse("10.0.0." + i + ":" + port), node.publicKey(), 1_000_000));
        }
        return new Route(PacketFormat.VERSION_SEEDS, hops, new Destination(randomness.bytes(32), new byte[16]));
    }

    private Fragment fragment(int number) {
        return new Fragment(7, 5, number, OptionalInt.empty(), OptionalInt.empty(), randomness.bytes(FRAGMENT_PAYLOAD));
    }

    private byte[] walk(byte[] packet) throws SphinxException {
        SphinxPrivateKey key = new SphinxPrivateKey(node.privateBytes());
        Processed.Forward forward = (Processed.Forward) format.process(packet, key);
        return ((Processed.Final) format.process(forward.packet(), key)).message();
    }

    @Test
    void packetsOfOneCallAreInTheOrderOfTheirDraftsEachWithItsOwnAcknowledgement() throws Exception {
        ReplySurb surb = new ReplySurb(ReplyKey.generate(randomness), format.createSurb(route(3), randomness),
                KeyRotation.ODD);
        List<PacketDraft> drafts = List.of(
                new PacketDraft.Forward(fragment(1), recipient.publicKey(), route(1), route(11), KeyRotation.EVEN),
                new PacketDraft.Reply(fragment(2), surb, route(12), Duration.ofMillis(5)),
                new PacketDraft.Cover(PacketSize.REGULAR, recipient.publicKey(), route(2), route(13), KeyRotation.EVEN),
                new PacketDraft.Forward(fragment(4), recipient.publicKey(), route(4), route(14), KeyRotation.EVEN),
                new PacketDraft.Pull(new PacketDraft.Forward(fragment(5), recipient.publicKey(), route(5), route(15),
                        KeyRotation.EVEN)),
                new PacketDraft.Filler(PacketSize.REGULAR, surb, route(16), Duration.ofMillis(5)));
        List<EncryptionKeyPair> ephemerals = new ArrayList<>();
        List<PreparedPacket> packets = new PacketPreparer(format, ackKey, randomness, () -> {
            ephemerals.add(EncryptionKeyPair.generate(randomness));
            return ephemerals.getLast();
        }).prepare(drafts);
        assertEquals(List.of(1, 3, 2, 4, 5, 3), packets.stream().map(packet -> packet.firstHop().port()).toList());
        assertEquals(List.of(KeyRotation.EVEN, KeyRotation.ODD, KeyRotation.EVEN, KeyRotation.EVEN, KeyRotation.EVEN,
                        KeyRotation.ODD),
                packets.stream().map(PreparedPacket::rotation).toList());
        assertEquals(List.of(2_000_000L, 16_000_000L, 2_000_000L, 2_000_000L, 2_000_000L, 16_000_000L),
                packets.stream().map(PreparedPacket::expectedRoundTripNanos).toList());
        assertEquals(List.of(Optional.empty(), Optional.empty(), Optional.of(ephemerals.get(1).publicKey()),
                Optional.empty(), Optional.empty(), Optional.empty()),
                packets.stream().map(PreparedPacket::coverKey).toList());
        assertEquals(4, ephemerals.size(), "one for each packet that is no reply");
        for (int i = 0; i < packets.size(); i++) {
            SurbAck.FinalHop parts = SurbAck.split(walk(packets.get(i).packet()));
            assertEquals(11 + i, parts.ackFirstHop().port());
            assertEquals(drafts.get(i).id(), SurbAck.open(walk(parts.ackPacket()), ackKey));
            switch (drafts.get(i)) {
                case PacketDraft.Forward forward -> assertArrayEquals(forward.fragment().bytes(),
                        PayloadEncryption.open(parts.message(), recipient));
                case PacketDraft.Cover ignored ->
                        assertTrue(CoverPacket.isCover(PayloadEncryption.open(parts.message(), recipient)));
                case PacketDraft.Reply reply -> assertArrayEquals(reply.fragment().bytes(),
                        PayloadEncryption.openReply(parts.message(), surb.key()));
                case PacketDraft.Pull(PacketDraft.Forward forward) -> assertArrayEquals(forward.fragment().bytes(),
                        PayloadEncryption.open(parts.message(), recipient));
                case PacketDraft.Filler ignored ->
                        assertTrue(CoverPacket.isCover(PayloadEncryption.openReply(parts.message(), surb.key())));
            }
        }
    }
}
