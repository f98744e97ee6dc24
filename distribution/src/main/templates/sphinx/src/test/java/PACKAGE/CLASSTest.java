package @package@;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.NodeAddress;
import org.junit.jupiter.api.Test;

class @class@Test {

    /** Random bytes of the right length; that is all this test needs. */
    private static final class Noise implements PacketFormat {

        @Override
        public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
            return requests.stream().map(request -> randomness.bytes(HEADER_LENGTH + request.payloadLength())).toList();
        }

        @Override
        public Surb createSurb(Route route, Randomness randomness) {
            throw new UnsupportedOperationException();
        }

        @Override
        public byte[] seal(Surb surb, byte[] message, int payloadLength) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Processed process(byte[] packet, SphinxPrivateKey key) throws SphinxException {
            throw new SphinxException(SphinxException.Kind.INVALID_PAYLOAD, "noise");
        }
    }

    @Test
    void packetsAreTheOtherFormatsAndCounted() {
        Route route = new Route(PacketFormat.VERSION_SEEDS, List.of(new Route.Hop(NodeAddress.parse("127.0.0.1:1789"),
                new EncryptionKey(new byte[32]), 0)), Destination.of(new IdentityKey(new byte[32])));
        List<PacketFormat.SealRequest> requests = List.of(new PacketFormat.SealRequest(route, new byte[10], 100),
                new PacketFormat.SealRequest(route, new byte[10], 100));
        @class@ format = new @class@(new Noise(), Map.of());
        List<byte[]> packets = format.seal(requests, new Random(1)::nextBytes);
        List<byte[]> expected = new Noise().seal(requests, new Random(1)::nextBytes);
        for (int i = 0; i < packets.size(); i++) {
            assertArrayEquals(expected.get(i), packets.get(i));
        }
        assertEquals(2, format.sealed());
    }

    @Test
    void unknownKeysAreNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> new @class@(new Noise(), Map.of("colour", "red")));
        assertTrue(e.getMessage().startsWith("sphinx @name@: colour: "), e.getMessage());
    }
}
