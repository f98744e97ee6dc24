package org.cloakwork.sphinx.fast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.itests.testing.Laws;
import org.cloakwork.sphinx.bouncycastle.BouncyCastleSphinx;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.PacketFormat.SealRequest;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.NodeAddress;
import org.junit.jupiter.api.Test;

/** Byte for byte what the yardstick does, also with keys that no honest node has. */
class SameBytesTest {

    private static final int[] VERSIONS = {259, 258, 1, 257, 0, 260};

    private final PacketFormat yardstick = new BouncyCastleSphinx();
    private final PacketFormat ladders = new FastSphinx(Runnable::run, 8);
    private final FastSphinx tables = new FastSphinx(Runnable::run, 8);

    private enum KeyKind { HONEST, ARBITRARY, LOW_ORDER, NOT_CANONICAL, ALL_ONES }

    /** Half of the arbitrary ones are on the twist; any may have its top bit set. */
    private static byte[] key(Random random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        switch (KeyKind.values()[random.nextInt(KeyKind.values().length)]) {
            case HONEST -> X25519.scalarMultBase(bytes.clone(), 0, bytes, 0);
            case ARBITRARY -> { }
            case LOW_ORDER -> bytes = ArithmeticTest.bytes(
                    ArithmeticTest.LOW_ORDER.get(random.nextInt(ArithmeticTest.LOW_ORDER.size())));
            case NOT_CANONICAL -> bytes = ArithmeticTest.bytes(Field.P.add(BigInteger.valueOf(random.nextInt(19))));
            case ALL_ONES -> Arrays.fill(bytes, (byte) 0xff);
        }
        if (random.nextInt(4) == 0) {
            bytes[31] |= (byte) 0x80;
        }
        return bytes;
    }

    private static Route route(Random random, int version, int hopCount) {
        List<Route.Hop> hops = new ArrayList<>();
        for (int i = 0; i < hopCount; i++) {
            hops.add(new Route.Hop(address(random), new EncryptionKey(key(random)), random.nextLong()));
        }
        return new Route(version, hops, new Destination(bytes(random, 32), bytes(random, 16)));
    }

    private static NodeAddress address(Random random) {
        try {
            return new NodeAddress(InetAddress.getByAddress(bytes(random, random.nextBoolean() ? 4 : 16)),
                    random.nextInt(65536));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static List<EncryptionKey> keys(Route route) {
        return route.hops().stream().map(Route.Hop::key).toList();
    }

    @Test
    void sealed() {
        Laws.forAll(120, draw -> {
            long seed = draw.nextLong();
            int hops = draw.between(1, 5);
            int version = draw.between(0, 5);
            int length = draw.between(0, 300);
            Random random = new Random(seed);
            Route route = route(random, VERSIONS[version], hops);
            byte[] message = bytes(random, length);
            List<SealRequest> request = List.of(new SealRequest(route, message, Math.max(33, length + 17)));
            byte[] expected = yardstick.seal(request, new Random(seed)::nextBytes).getFirst();
            assertArrayEquals(expected, ladders.seal(request, new Random(seed)::nextBytes).getFirst());
            tables.prepare(keys(route));
            assertArrayEquals(expected, tables.seal(request, new Random(seed)::nextBytes).getFirst());
        });
    }

    /** More than a batch, some of the nodes with tables, routes of all lengths. */
    @Test
    void sealedTogether() {
        Laws.forAll(5, draw -> {
            long seed = draw.nextLong();
            Random random = new Random(seed);
            List<SealRequest> requests = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Route route = route(random, VERSIONS[random.nextInt(2)], random.nextInt(1, 6));
                requests.add(new SealRequest(route, bytes(random, random.nextInt(50)), 70));
                if (i % 10 == 0) {
                    tables.prepare(keys(route));
                }
            }
            Random expectedDraws = new Random(seed);
            Random draws = new Random(seed);
            List<byte[]> expected = yardstick.seal(requests, expectedDraws::nextBytes);
            List<byte[]> actual = tables.seal(requests, draws::nextBytes);
            assertEquals(expected.size(), actual.size());
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), actual.get(i));
            }
            assertEquals(expectedDraws.nextLong(), draws.nextLong());
        });
    }

    @Test
    void replyBlocks() {
        Laws.forAll(60, draw -> {
            long seed = draw.nextLong();
            int hops = draw.between(1, 5);
            int version = draw.between(0, 5);
            int length = draw.between(0, 300);
            Random random = new Random(seed);
            Route route = route(random, VERSIONS[version], hops);
            tables.prepare(keys(route));
            Surb expected = yardstick.createSurb(route, new Random(seed)::nextBytes);
            Surb actual = tables.createSurb(route, new Random(seed)::nextBytes);
            assertArrayEquals(expected.bytes(), actual.bytes());
            byte[] message = bytes(random, length);
            assertArrayEquals(yardstick.seal(expected, message, length + 40),
                    tables.seal(actual, message, length + 40));
        });
    }

    @Test
    void processed() {
        Laws.forAll(80, draw -> {
            int hopCount = draw.between(1, 5);
            int version = draw.between(0, 5);
            List<SphinxPrivateKey> privateKeys = new ArrayList<>();
            List<Route.Hop> hops = new ArrayList<>();
            for (int i = 0; i < hopCount; i++) {
                byte[] privateKey = bytes(draw, 32);
                byte[] publicKey = new byte[32];
                X25519.scalarMultBase(privateKey, 0, publicKey, 0);
                privateKeys.add(new SphinxPrivateKey(privateKey));
                hops.add(new Route.Hop(address(draw), new EncryptionKey(publicKey), draw.nextLong()));
            }
            Route route = new Route(VERSIONS[version], hops, new Destination(bytes(draw, 32), bytes(draw, 16)));
            byte[] packet = tables.seal(List.of(new SealRequest(route, bytes(draw, 20), 60)), draw::nextBytes)
                    .getFirst();
            for (SphinxPrivateKey key : privateKeys) {
                if (draw.nextBoolean()) {
                    packet[31] ^= (byte) 0x80; // the one bit of a header nobody looks at
                }
                byte[] before = packet.clone();
                Processed actual = tables.process(packet, key);
                assertArrayEquals(before, packet);
                assertSame(yardstick.process(packet, key), actual);
                if (actual instanceof Processed.Forward forward) {
                    packet = forward.packet();
                }
            }
        });
    }

    private static void assertSame(Processed expected, Processed actual) {
        assertEquals(expected.version(), actual.version());
        assertArrayEquals(expected.replayTag(), actual.replayTag());
        switch (expected) {
            case Processed.Forward forward -> {
                Processed.Forward other = assertInstanceOf(Processed.Forward.class, actual);
                assertEquals(forward.next(), other.next());
                assertEquals(forward.delayNanos(), other.delayNanos());
                assertArrayEquals(forward.packet(), other.packet());
            }
            case Processed.Final last -> {
                Processed.Final other = assertInstanceOf(Processed.Final.class, actual);
                assertEquals(last.destination(), other.destination());
                assertArrayEquals(last.message(), other.message());
            }
        }
    }

    @Test
    void arbitraryBytesAreRefusedAlike() {
        Laws.forAll(200, draw -> {
            byte[] packet = draw.bytesUpTo(600);
            byte[] key = draw.bytes(32);
            assertSameOutcome(packet, new SphinxPrivateKey(key));
        });
    }

    /** Behind a right MAC anything may follow: whoever knows a node's public key can make one. */
    @Test
    void arbitraryRoutingBehindARightMacIsTreatedAlike() {
        Laws.forAll(200, draw -> {
            int flag = draw.between(0, 3);
            int addressType = draw.between(0, 7);
            int version = draw.between(0, 5);
            int payloadLength = draw.between(17, 40);
            byte[] alpha = key(draw);
            byte[] privateKey = bytes(draw, 32);
            byte[] sharedSecret = new byte[32];
            new Ladder().x25519(privateKey, 0, alpha, 0, sharedSecret, 0);
            Keys keys = new Keys();
            byte[] expanded = keys.expand(sharedSecret, 0, Keys.EXPANDED_LENGTH);
            byte[] packet = bytes(draw, PacketFormat.HEADER_LENGTH + payloadLength);
            System.arraycopy(alpha, 0, packet, 0, 32);
            packet[48] = (byte) flag;
            packet[50] = (byte) (VERSIONS[version] >> 8);
            packet[51] = (byte) VERSIONS[version];
            packet[52] = (byte) addressType;
            byte[] keystream = new byte[360];
            new Ciphers().keystream(expanded, Keys.CIPHER_KEY, keystream);
            Ciphers.xor(packet, 48, keystream, 0, 300);
            keys.mac(expanded, Keys.MAC_KEY, packet, 48, 300, packet, 32);
            assertSameOutcome(packet, new SphinxPrivateKey(privateKey));
        });
    }

    private void assertSameOutcome(byte[] packet, SphinxPrivateKey key) {
        try {
            Processed expected = yardstick.process(packet, key);
            assertSame(expected, tables.process(packet, key));
        } catch (SphinxException e) {
            assertEquals(e.kind(), assertThrows(SphinxException.class, () -> tables.process(packet, key)).kind());
        }
    }

    /** One format, eight threads; each has its own requests and compares with what the yardstick made of them. */
    @Test
    void manyThreads() throws Exception {
        Random random = new Random(5);
        try (FastSphinx shared = new FastSphinx(); ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                long seed = i;
                Route route = route(random, 259, 4);
                SealRequest request = new SealRequest(route, bytes(random, 100), 200);
                byte[] expected = yardstick.seal(List.of(request), new Random(seed)::nextBytes).getFirst();
                work.add(() -> {
                    for (int j = 0; j < 4; j++) {
                        shared.prepare(keys(route));
                        assertArrayEquals(expected,
                                shared.seal(List.of(request), new Random(seed)::nextBytes).getFirst());
                        assertThrows(SphinxException.class, () -> shared.process(expected,
                                new SphinxPrivateKey(new byte[32])));
                    }
                    return null;
                });
            }
            for (Future<Void> future : threads.invokeAll(work)) {
                future.get();
            }
        }
    }

    @Test
    void tablesStayWithinTheirLimitAndTheLeastRecentlyPreparedGo() {
        Random random = new Random(9);
        List<EncryptionKey> keys = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            keys.add(new EncryptionKey(bytes(random, 32)));
        }
        Tables limited = new Tables(Runnable::run, 8);
        limited.prepare(keys.subList(0, 8));
        assertEquals(8, limited.size());
        limited.prepare(keys.subList(0, 4));
        limited.prepare(keys.subList(8, 12));
        assertEquals(8, limited.size());
        for (EncryptionKey key : keys) {
            boolean kept = keys.indexOf(key) < 4 || keys.indexOf(key) >= 8;
            assertEquals(kept && FixedBaseTable.of(key.bytes()) != null, limited.of(key) != null);
        }
        limited.prepare(keys);
        assertEquals(8, limited.size());
        assertTrue(Tables.MAX_TABLES * (long) FixedBaseTable.BYTES <= Tables.MAX_BYTES);
        assertTrue(Tables.MAX_TABLES > 700);
    }

    @Test
    void afterItsEndAFormatStillWorks() {
        Route route = route(new Random(2), 259, 3);
        List<SealRequest> request = List.of(new SealRequest(route, new byte[5], 40));
        FastSphinx closed = new FastSphinx();
        closed.close();
        closed.prepare(keys(route));
        assertArrayEquals(yardstick.seal(request, new Random(1)::nextBytes).getFirst(),
                closed.seal(request, new Random(1)::nextBytes).getFirst());
    }

    @Test
    void theServiceLoaderFindsThePart() {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).stream().map(ServiceLoader.Provider::get)
                .filter(f -> f.type() == PacketFormat.class && f.name().equals("fast")).findFirst().orElseThrow();
        try (FastSphinx made = assertInstanceOf(FastSphinx.class, factory.create(Map.of()))) {
            assertEquals(0, made.preparedKeys());
        }
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> factory.create(Map.of("threads", "2")));
        assertTrue(e.getMessage().contains("threads"));
    }
}
