package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloakwork.itests.testing.Draw;
import org.cloakwork.itests.testing.Laws;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.wire.Reassembler.Complete;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.ReplyKey;
import org.junit.jupiter.api.Test;

class WireLawsTest {

    private static final AckKey ACK_KEY = new AckKey(new byte[16]);
    private static final ReplyKey REPLY_KEY = new ReplyKey(new byte[16]);
    private static final EncryptionKeyPair KEYS = EncryptionKeyPair.ofPrivate(new byte[32]);

    private interface Reader {
        void read(byte[] bytes) throws WireException;
    }

    private static final List<Reader> READERS = List.of(
            NymMessage::parse, RepliableContent::parse, ReplyContent::parse, Padding::unpad, Fragment::parse,
            FragmentId::parse, MixPacket::parseV1, MixPacket::parseV2, SurbAck::split,
            bytes -> SurbAck.open(bytes, ACK_KEY), bytes -> PayloadEncryption.open(bytes, KEYS),
            bytes -> PayloadEncryption.openReply(bytes, REPLY_KEY), PayloadEncryption::prefix, CoverPacket::isCover,
            bytes -> ReplySurb.parse(bytes, KeyRotation.UNKNOWN),
            bytes -> PacketSize.ofTag(bytes.length), bytes -> PacketType.ofTag(bytes.length),
            bytes -> Pem.ACK_KEY.decode(new String(bytes, StandardCharsets.ISO_8859_1)),
            WireLawsTest::readStream);

    private static void readStream(byte[] bytes) throws WireException {
        MixFrameDecoder decoder = new MixFrameDecoder();
        decoder.feed(bytes, 0, bytes.length);
        while (decoder.next().isPresent()) {
            assertTrue(decoder.buffered() <= bytes.length);
        }
    }

    private static final List<byte[]> STARTS = List.of(
            new byte[0], new byte[] {0}, new byte[] {2, 0}, new byte[] {2, 1}, new byte[] {7, 2, 0},
            new byte[] {8, 2, 0, 1}, new byte[] {0, 4, 6, 7, 1, 2, 3, 4}, new byte[] {0, 1, 6}, new byte[] {4},
            new byte[] {6}, new byte[] {-128, 0, 0, 1, -1, -1, -128}, new byte[] {-128, 0, 0, 1, 9, 1, 0},
            repliable(0, 0, 0, 0, 1), repliable(1, -1, -1, -1, -1), repliable(2, 0, 0, 0, 0),
            repliable(3, 0, 1, 4, 1), repliable(3, 0, 1, 12, 2), repliable(4, 0, 2, 1, 0),
            repliable(5, -1, -1, -1, 1), repliable(3, 0, 1, 0, 0));

    /** Noise, and noise behind what begins well. */
    private static byte[] bytes(Draw draw) {
        return Bytes.concat(STARTS.get(draw.nextInt(STARTS.size())), draw.bytesUpTo(3000));
    }

    private static byte[] repliable(int... rest) {
        byte[] start = new byte[17 + rest.length];
        start[0] = 1;
        for (int i = 0; i < rest.length; i++) {
            start[17 + i] = (byte) rest[i];
        }
        return start;
    }

    @Test
    void bytesFromOutsideGiveAValueOrAWireException() {
        Laws.forAll(2000, draw -> {
            byte[] bytes = bytes(draw);
            for (Reader reader : READERS) {
                try {
                    reader.read(bytes.clone());
                } catch (WireException e) {
                    assertTrue(e.getMessage() != null && e.getStackTrace().length == 0);
                }
            }
        });
    }

    @Test
    void whatIsReadIsWrittenBack() {
        Laws.forAll(500, draw -> {
            byte[] bytes = bytes(draw);
            try {
                assertArrayEquals(bytes, Fragment.parse(bytes).bytes());
            } catch (WireException e) {
                // Noise.
            }
            try {
                NymMessage message = NymMessage.parse(bytes);
                assertArrayEquals(message.bytes(), NymMessage.parse(message.bytes()).bytes());
            } catch (WireException e) {
                // Noise.
            }
        });
    }

    @Test
    void paddingFillsEveryFragmentAndComesOffAgain() {
        Laws.forAll(300, draw -> {
            int length = draw.between(0, 9000);
            int fragmentLength = draw.between(11, 60);
            byte[] message = draw.bytes(length);
            byte[] padded = Padding.pad(message, fragmentLength);
            assertArrayEquals(message, Padding.unpad(padded));
            AtomicInteger ids = new AtomicInteger();
            List<Fragment> fragments = Chunking.split(padded, fragmentLength, ids::incrementAndGet);
            assertEquals(Chunking.requiredFragments(length + 1, fragmentLength).fragments(), fragments.size());
            fragments.forEach(fragment -> assertEquals(fragmentLength, fragment.bytes().length));
        });
    }

    @Test
    void fragmentsInAnyOrderAndWithDuplicatesGiveTheMessageOnce() {
        Laws.forAll(300, draw -> {
            int length = draw.between(1, 9000);
            int fragmentLength = draw.between(17, 40);
            byte[] message = draw.bytes(length);
            List<Fragment> fragments = Chunking.split(Padding.pad(message, fragmentLength), fragmentLength,
                    () -> 1 + draw.nextInt(Integer.MAX_VALUE - 1));
            List<Fragment> arriving = new ArrayList<>(fragments);
            fragments.stream().filter(fragment -> draw.nextInt(3) == 0).forEach(arriving::add);
            Collections.shuffle(arriving, draw);
            Reassembler<String> reassembler = new Reassembler<>(1 << 20, 100, Duration.ofMinutes(30), 100);
            List<byte[]> complete = new ArrayList<>();
            for (Fragment fragment : arriving) {
                if (reassembler.add("", Fragment.parse(fragment.bytes()), 0)
                        instanceof Complete(byte[] padded, var ignored)) {
                    complete.add(padded);
                }
            }
            assertEquals(1, complete.size());
            assertArrayEquals(message, Padding.unpad(complete.getFirst()));
            assertEquals(0, reassembler.bytesHeld());
            assertEquals(0, reassembler.setsHeld());
        });
    }

    @Test
    void theReassemblerStaysWithinItsLimitsAndItsBooksBalance() {
        Laws.forAll(200, draw -> {
            int maxBytes = draw.between(1, 30_000);
            int maxSets = draw.between(1, 8);
            Reassembler<String> reassembler = new Reassembler<>(maxBytes, maxSets, Duration.ofNanos(200), 5);
            long kept = 0;
            long delivered = 0;
            for (int i = 0; i < 1000; i++) {
                Fragment fragment = randomFragment(draw);
                Reassembler.Result result = reassembler.add("", fragment, i);
                assertTrue(reassembler.bytesHeld() >= 0 && reassembler.bytesHeld() <= maxBytes);
                assertTrue(reassembler.setsHeld() <= maxSets);
                if (!(result instanceof Reassembler.Dropped)) {
                    kept++;
                }
                if (result instanceof Complete) {
                    delivered += fragment.total();
                }
            }
            reassembler.dropStale(5000);
            assertEquals(kept, delivered + reassembler.evictedFragments() + reassembler.staleFragments());
            assertEquals(0, reassembler.bytesHeld());
            assertEquals(0, reassembler.setsHeld());
        });
    }

    /** Few ids, totals and positions, so that everything collides; links lead nowhere. */
    private static Fragment randomFragment(Random random) {
        int total = random.nextInt(4) == 0 ? Fragment.MAX_PER_SET : 1 + random.nextInt(3);
        int position = random.nextInt(3) == 0 ? total : 1 + random.nextInt(total);
        int id = 1 + random.nextInt(6);
        OptionalInt link = random.nextInt(2) == 0 ? OptionalInt.of(7 + random.nextInt(3)) : OptionalInt.empty();
        return new Fragment(id, total, position, position == 1 ? link : OptionalInt.empty(),
                position == Fragment.MAX_PER_SET ? link : OptionalInt.empty(), new byte[random.nextInt(2000)]);
    }

    @Test
    void framesSurviveAnyCut() {
        Laws.forAll(100, draw -> {
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            List<byte[]> packets = new ArrayList<>();
            for (int i = draw.between(0, 6); i > 0; i--) {
                PacketSize packetSize = PacketSize.values()[draw.between(0, 6)];
                byte[] packet = draw.bytes(packetSize.packetLength());
                packets.add(packet);
                stream.writeBytes(new MixFrame(packetSize, PacketType.MIX, KeyRotation.EVEN, packet)
                        .encode(draw.nextBoolean()));
            }
            byte[] all = stream.toByteArray();
            MixFrameDecoder decoder = new MixFrameDecoder();
            List<byte[]> decoded = new ArrayList<>();
            for (int from = 0; from < all.length;) {
                int length = Math.min(all.length - from, 1 + draw.nextInt(20_000));
                decoder.feed(all, from, length);
                from += length;
                for (Optional<MixFrame> next = decoder.next(); next.isPresent(); next = decoder.next()) {
                    decoded.add(next.get().packet());
                }
            }
            assertEquals(packets.size(), decoded.size());
            for (int i = 0; i < packets.size(); i++) {
                assertTrue(Arrays.equals(packets.get(i), decoded.get(i)));
            }
            assertEquals(0, decoder.buffered());
        });
    }
}
