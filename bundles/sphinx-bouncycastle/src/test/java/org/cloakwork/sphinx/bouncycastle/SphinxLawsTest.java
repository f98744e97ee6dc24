package org.cloakwork.sphinx.bouncycastle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.itests.testing.Laws;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.PacketFormat.SealRequest;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxException.Kind;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.NodeAddress;
import org.junit.jupiter.api.Test;

class SphinxLawsTest {

    private static final int[] VERSIONS = {258, 259, 0, 2, 260, 65535, 1, 257};

    private final PacketFormat format = new BouncyCastleSphinx();

    /** A route, its nodes' private keys, and the randomness it was drawn from. */
    private record Setup(Route route, List<SphinxPrivateKey> keys, Randomness randomness, Random random) {

        static Setup of(long seed, int version, int hopCount) {
            Random random = new Random(seed);
            Randomness randomness = random::nextBytes;
            List<SphinxPrivateKey> keys = new ArrayList<>();
            List<Route.Hop> hops = new ArrayList<>();
            for (int i = 0; i < hopCount; i++) {
                byte[] privateKey = randomness.bytes(32);
                keys.add(new SphinxPrivateKey(privateKey));
                hops.add(new Route.Hop(address(randomness, random.nextBoolean()),
                        new EncryptionKey(Curve.x25519Base(privateKey)), random.nextLong()));
            }
            Destination destination = new Destination(randomness.bytes(32), randomness.bytes(16));
            return new Setup(new Route(version, hops, destination), keys, randomness, random);
        }

        private static NodeAddress address(Randomness randomness, boolean v4) {
            try {
                return new NodeAddress(InetAddress.getByAddress(randomness.bytes(v4 ? 4 : 16)),
                        randomness.nextInt(65536));
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void whatIsSealedArrives() {
        Laws.forAll(60, draw -> {
            long seed = draw.nextLong();
            int hops = draw.between(1, 5);
            int version = draw.between(0, 7);
            int length = draw.between(0, 300);
            int room = draw.between(0, 40);
            Setup setup = Setup.of(seed, VERSIONS[version], hops);
            byte[] message = setup.randomness().bytes(length);
            int payloadLength = Math.max(PacketFormat.MIN_PAYLOAD_LENGTH, length + 17 + room);
            byte[] packet = format.seal(List.of(new SealRequest(setup.route(), message, payloadLength)),
                    setup.randomness()).getFirst();
            assertEquals(PacketFormat.HEADER_LENGTH + payloadLength, packet.length);
            assertArrives(setup, packet, message);
        });
    }

    @Test
    void whatIsSealedWithAReplyBlockArrives() {
        Laws.forAll(30, draw -> {
            long seed = draw.nextLong();
            int hops = draw.between(1, 5);
            int version = draw.between(0, 7);
            int length = draw.between(0, 300);
            Setup setup = Setup.of(seed, VERSIONS[version], hops);
            byte[] message = setup.randomness().bytes(length);
            Surb surb = Surb.parse(format.createSurb(setup.route(), setup.randomness()).bytes());
            assertEquals(setup.route().hops().getFirst().address(), surb.firstHop());
            assertEquals(hops, surb.hops());
            assertArrives(setup, format.seal(surb, message, length + 33), message);
        });
    }

    private void assertArrives(Setup setup, byte[] sealed, byte[] message) throws SphinxException {
        byte[] packet = sealed;
        List<Route.Hop> hops = setup.route().hops();
        Set<ByteBuffer> tags = new HashSet<>();
        for (int i = 0; i < hops.size(); i++) {
            Processed processed = format.process(packet, setup.keys().get(i));
            assertEquals(setup.route().version(), processed.version());
            assertTrue(tags.add(ByteBuffer.wrap(processed.replayTag())));
            assertArrayEquals(processed.replayTag(), format.process(packet, setup.keys().get(i)).replayTag());
            if (i < hops.size() - 1) {
                Processed.Forward forward = assertInstanceOf(Processed.Forward.class, processed);
                assertEquals(hops.get(i + 1).address(), forward.next());
                assertEquals(hops.get(i).delayNanos(), forward.delayNanos());
                assertEquals(packet.length, forward.packet().length);
                packet = forward.packet();
            } else {
                Processed.Final last = assertInstanceOf(Processed.Final.class, processed);
                assertEquals(setup.route().destination(), last.destination());
                assertArrayEquals(message, last.message());
            }
        }
    }

    /** Every bit of alpha, MAC and beta but bit 255 of alpha, which X25519 does not look at. */
    @Test
    void anyChangedBitOfTheHeaderIsRefused() throws SphinxException {
        Setup setup = Setup.of(7, PacketFormat.VERSION_SEEDS, 3);
        byte[] packet = format.seal(List.of(new SealRequest(setup.route(), new byte[16], 33)), setup.randomness())
                .getFirst();
        for (int bit = 0; bit < 8 * PacketFormat.HEADER_LENGTH; bit++) {
            byte[] changed = packet.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            if (bit == 255) {
                assertInstanceOf(Processed.Forward.class, format.process(changed, setup.keys().getFirst()));
            } else {
                assertRefused(Kind.INVALID_HEADER, changed, setup.keys().getFirst());
            }
        }
    }

    @Test
    void aChangedPayloadIsRefusedByTheLastHop() {
        Laws.forAll(40, draw -> {
            long seed = draw.nextLong();
            int bit = draw.between(0, 38 * 8 - 1);
            Setup setup = Setup.of(seed, PacketFormat.VERSION_SEEDS, 2);
            byte[] packet = format.seal(List.of(new SealRequest(setup.route(), new byte[3], 38)), setup.randomness())
                    .getFirst();
            packet[PacketFormat.HEADER_LENGTH + bit / 8] ^= (byte) (1 << bit % 8);
            Processed.Forward forward = assertInstanceOf(Processed.Forward.class,
                    format.process(packet, setup.keys().getFirst()));
            assertRefused(Kind.INVALID_PAYLOAD, forward.packet(), setup.keys().get(1));
        });
    }

    @Test
    void arbitraryBytesAreRefused() {
        Laws.forAll(200, draw -> {
            byte[] bytes = draw.bytesUpTo(600);
            byte[] key = draw.bytes(32);
            assertRefused(bytes.length < 365 ? Kind.INVALID_PACKET : Kind.INVALID_HEADER, bytes,
                    new SphinxPrivateKey(key));
        });
    }

    /** Behind a right MAC anything may follow: whoever knows a node's public key can make one. */
    @Test
    void arbitraryRoutingBehindARightMacIsHandled() {
        Laws.forAll(300, draw -> {
            long seed = draw.nextLong();
            int flag = draw.between(0, 3);
            int addressType = draw.between(0, 7);
            int payloadLength = draw.between(17, 40);
            Setup setup = Setup.of(seed, PacketFormat.VERSION_SEEDS, 1);
            byte[] secret = setup.randomness().bytes(32);
            HopKeys keys = HopKeys.expand(Curve.x25519(secret, setup.route().hops().getFirst().key().bytes()));
            byte[] beta = setup.randomness().bytes(300);
            beta[0] = (byte) flag;
            beta[4] = (byte) addressType;
            Primitives.xorInto(beta, 0, Primitives.aesKeystream(keys.cipherKey(), 300), 0, 300);
            byte[] packet = ByteBuffer.allocate(PacketFormat.HEADER_LENGTH + payloadLength)
                    .put(Curve.x25519Base(secret)).put(Primitives.hmacSha256(keys.macKey(), beta), 0, 16).put(beta)
                    .put(setup.randomness().bytes(payloadLength)).array();
            boolean address = addressType == 4 || addressType == 6;
            SphinxPrivateKey key = setup.keys().getFirst();
            if (flag == 1 && address && payloadLength >= PacketFormat.MIN_PAYLOAD_LENGTH) {
                try {
                    assertInstanceOf(Processed.Forward.class, format.process(packet, key));
                } catch (SphinxException e) {
                    throw new AssertionError(e);
                }
            } else {
                assertRefused(flag == 2 || flag == 1 && address ? Kind.INVALID_PAYLOAD : Kind.INVALID_ROUTING, packet,
                        key);
            }
        });
    }

    /** No contributory check upstream: points of small order work, all of them giving the same shared secret. */
    @Test
    void pointsOfSmallOrderAreNotAnError() {
        Laws.forAll(10, draw -> {
            byte[] key = draw.bytes(32);
            for (int u = 0; u <= 1; u++) {
                byte[] alpha = new byte[32];
                alpha[0] = (byte) u;
                byte[] packet = Arrays.copyOf(alpha, 400);
                HopKeys keys = HopKeys.expand(new byte[32]);
                byte[] beta = Primitives.aesKeystream(keys.cipherKey(), 300);
                beta[0] ^= 1;
                beta[4] ^= 4;
                System.arraycopy(Primitives.hmacSha256(keys.macKey(), beta), 0, packet, 32, 16);
                System.arraycopy(beta, 0, packet, 48, 300);
                assertInstanceOf(Processed.Forward.class, format.process(packet, new SphinxPrivateKey(key)));
            }
        });
    }

    @Test
    void randomnessIsDrawnInTheOrderOfTheRequests() {
        Setup setup = Setup.of(3, PacketFormat.VERSION_SEEDS, 4);
        SealRequest small = new SealRequest(setup.route(), new byte[0], 33);
        SealRequest large = new SealRequest(setup.route(), new byte[100], 200);
        Random together = new Random(1);
        List<byte[]> packets = format.seal(List.of(small, large), together::nextBytes);
        Random apart = new Random(1);
        assertArrayEquals(format.seal(List.of(small), apart::nextBytes).getFirst(), packets.get(0));
        assertArrayEquals(format.seal(List.of(large), apart::nextBytes).getFirst(), packets.get(1));
        assertEquals(together.nextLong(), apart.nextLong());
        assertFalse(Arrays.equals(Arrays.copyOf(packets.get(0), 32), Arrays.copyOf(packets.get(1), 32)));
    }

    @Test
    void theServiceLoaderFindsThePart() {
        PartFactory<?> factory = ServiceLoader.load(PartFactory.class).stream().map(ServiceLoader.Provider::get)
                .filter(f -> f.type() == PacketFormat.class).findFirst().orElseThrow();
        assertEquals("bouncycastle", factory.name());
        assertInstanceOf(BouncyCastleSphinx.class, factory.create(Map.of()));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> factory.create(Map.of("threads", "2")));
        assertTrue(e.getMessage().contains("threads"));
    }

    private void assertRefused(Kind kind, byte[] packet, SphinxPrivateKey key) {
        assertEquals(kind, assertThrows(SphinxException.class, () -> format.process(packet, key)).kind());
    }
}
