package org.cloakwork.localnet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloakwork.sphinx.bouncycastle.BouncyCastleSphinx;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.MixFrame;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.PacketType;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.junit.jupiter.api.Test;

class MixNodeTest {

    private static final PacketFormat FORMAT = new BouncyCastleSphinx();
    private static final NodeAddress HERE = NodeAddress.parse("127.0.0.1:10001");
    private static final NodeAddress NEXT = NodeAddress.parse("127.0.0.1:10002");
    private static final NodeAddress STRANGE = NodeAddress.parse("127.0.0.1:10003");

    private final Randomness randomness = VirtualTime.randomness(1);
    private final EncryptionKeyPair key = EncryptionKeyPair.generate(randomness);
    private final EncryptionKeyPair nextKey = EncryptionKeyPair.generate(randomness);
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final VirtualTime time = new VirtualTime();
    private final List<Sent> sent = new ArrayList<>();
    private final Unwrapper unwrapper = new Unwrapper(FORMAT, new SphinxPrivateKey(key.privateBytes()),
            KeyRotation.EVEN, new ReplayFilter(1000, randomness), counters);
    private final MixNode mix = new MixNode(unwrapper,
            Set.of(HERE, NEXT), (next, frame) -> sent.add(new Sent(next, frame, time.nanoTime())), time, counters);

    private record Sent(NodeAddress next, MixFrame frame, long atNanos) {
    }

    private MixFrame frame(NodeAddress next, long delayNanos, KeyRotation rotation, PacketSize size) {
        return frame(key, next, delayNanos, rotation, size);
    }

    private MixFrame frame(EncryptionKeyPair here, NodeAddress next, long delayNanos, KeyRotation rotation,
            PacketSize size) {
        Route route = new Route(PacketFormat.VERSION_SEEDS, List.of(
                new Route.Hop(HERE, here.publicKey(), delayNanos), new Route.Hop(next, nextKey.publicKey(), 0)),
                new Destination(new byte[32], new byte[16]));
        byte[] packet = FORMAT.seal(List.of(new PacketFormat.SealRequest(route, new byte[size.plaintextLength()],
                size.payloadLength())), randomness).getFirst();
        return new MixFrame(size, PacketType.MIX, rotation, packet);
    }

    private MixFrame frame(long delayNanos) {
        return frame(NEXT, delayNanos, KeyRotation.EVEN, PacketSize.REGULAR);
    }

    /** Every packet that came in is counted once, under what became of it. */
    private void assertCounted(Map<Counter, Long> expected) {
        for (Counter counter : Counter.values()) {
            assertEquals(expected.getOrDefault(counter, 0L), counters.get(counter), counter.key());
        }
    }

    @Test
    void holdsAPacketForAsLongAsItAsks() {
        mix.receive(frame(Duration.ofMillis(15).toNanos()));
        time.advance(Duration.ofMillis(15).minusNanos(1));
        assertEquals(List.of(), sent);
        time.advance(Duration.ofNanos(1));
        assertEquals(1, sent.size());
        assertEquals(NEXT, sent.getFirst().next);
        assertEquals(KeyRotation.EVEN, sent.getFirst().frame.rotation());
        assertEquals(PacketSize.REGULAR, sent.getFirst().frame.size());
        assertCounted(Map.of(Counter.PACKETS_FORWARDED, 1L));
    }

    @Test
    void packetsOvertakeEachOther() {
        mix.receive(frame(3_000_000));
        mix.receive(frame(1_000_000));
        mix.receive(frame(2_000_000));
        mix.receive(frame(0));
        time.advance(Duration.ofMillis(3));
        assertEquals(List.of(0L, 1_000_000L, 2_000_000L, 3_000_000L), sent.stream().map(Sent::atNanos).toList());
    }

    @Test
    void noDelayIsLongerThanTenSeconds() {
        mix.receive(frame(Duration.ofSeconds(11).toNanos()));
        mix.receive(frame(Long.MAX_VALUE));
        mix.receive(frame(-1));
        time.advance(Duration.ofSeconds(10).minusNanos(1));
        assertEquals(0, sent.size());
        time.advance(Duration.ofNanos(1));
        assertEquals(3, sent.size());
    }

    @Test
    void unknownRotationIsTriedAndTheOtherOneIsNot() {
        mix.receive(frame(NEXT, 0, KeyRotation.UNKNOWN, PacketSize.REGULAR));
        mix.receive(frame(NEXT, 0, KeyRotation.ODD, PacketSize.REGULAR));
        assertEquals(1, sent.size());
        assertEquals(KeyRotation.UNKNOWN, sent.getFirst().frame.rotation());
        assertCounted(Map.of(Counter.PACKETS_FORWARDED, 1L, Counter.DROPPED_UNKNOWN_ROTATION, 1L));
    }

    /**
     * What is taken at one stage: packets for the first or the second key, under a label of their own or under none.
     */
    private String taken(EncryptionKeyPair second) {
        StringBuilder taken = new StringBuilder();
        for (EncryptionKeyPair made : List.of(key, second)) {
            KeyRotation label = made == key ? KeyRotation.EVEN : KeyRotation.ODD;
            for (KeyRotation told : List.of(label, KeyRotation.UNKNOWN)) {
                int before = sent.size();
                mix.receive(frame(made, NEXT, 0, told, PacketSize.REGULAR));
                taken.append(sent.size() > before ? '+' : '-');
            }
        }
        return taken.toString();
    }

    @Test
    void theNextKeyIsTakenFromItsAnnouncementAndTheOneBeforeUntilItIsForgotten() {
        EncryptionKeyPair second = EncryptionKeyPair.generate(randomness);
        assertEquals("++--", taken(second));
        unwrapper.announce(new SphinxPrivateKey(second.privateBytes()), KeyRotation.ODD);
        assertEquals("++++", taken(second));
        unwrapper.rotate();
        assertEquals("++++", taken(second));
        unwrapper.forgetPrevious();
        assertEquals("--++", taken(second));
        assertCounted(Map.of(Counter.PACKETS_FORWARDED, 12L, Counter.DROPPED_UNKNOWN_ROTATION, 2L,
                Counter.DROPPED_BAD_PACKET, 2L));
    }

    @Test
    void dropsWhatItMayNotForward() {
        mix.receive(frame(STRANGE, 0, KeyRotation.EVEN, PacketSize.REGULAR));
        MixFrame good = frame(0);
        byte[] changed = good.packet().clone();
        changed[100] ^= 1;
        mix.receive(new MixFrame(good.size(), good.type(), good.rotation(), changed));
        mix.receive(new MixFrame(good.size(), PacketType.OUTFOX, good.rotation(), good.packet()));
        mix.receive(new MixFrame(PacketSize.OUTFOX_ACK, PacketType.MIX, good.rotation(), new byte[377]));
        Route here = new Route(PacketFormat.VERSION_SEEDS, List.of(new Route.Hop(HERE, key.publicKey(), 0)),
                new Destination(new byte[32], new byte[16]));
        mix.receive(new MixFrame(PacketSize.ACK, PacketType.MIX, KeyRotation.EVEN, FORMAT.seal(
                List.of(new PacketFormat.SealRequest(here, new byte[21], 38)), randomness).getFirst()));
        assertEquals(0, sent.size());
        assertCounted(Map.of(Counter.DROPPED_UNKNOWN_NEXT_HOP, 1L, Counter.DROPPED_BAD_PACKET, 2L,
                Counter.DROPPED_UNSUPPORTED_TYPE, 1L, Counter.DROPPED_FINAL_AT_MIX, 1L));
        mix.receive(good);
        assertEquals(1, sent.size());
    }

    @Test
    void dropsReplays() {
        MixFrame frame = frame(0);
        for (int i = 0; i < 3; i++) {
            mix.receive(frame);
        }
        assertCounted(Map.of(Counter.PACKETS_FORWARDED, 1L, Counter.DROPPED_REPLAY, 2L));
    }

    @Test
    void holdsNoMoreThanItsLimitOfBytes() {
        int fitting = (int) (MixNode.MAX_HELD_BYTES / PacketSize.EXTENDED_32.packetLength());
        for (int i = 0; i < fitting + 3; i++) {
            mix.receive(frame(NEXT, 1, KeyRotation.EVEN, PacketSize.EXTENDED_32));
        }
        assertEquals(3, counters.get(Counter.DROPPED_DELAY_FULL));
        time.advance(Duration.ofNanos(1));
        assertEquals(fitting, sent.size());
        mix.receive(frame(1));
        time.advance(Duration.ofNanos(1));
        assertEquals(fitting + 1, sent.size(), "there is room again");
    }
}
