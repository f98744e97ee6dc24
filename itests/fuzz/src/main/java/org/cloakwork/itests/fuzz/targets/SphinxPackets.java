package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Slices;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.sphinx.bouncycastle.BouncyCastleSphinx;
import org.cloakwork.sphinx.fast.FastSphinx;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.NodeAddress;

/** Sphinx packets: both parts say the same of any bytes, and open what either of them has sealed. */
public final class SphinxPackets implements Target {

    private static final JsonNode CASE = Vectors.load("sphinx.json").named("v258-h1-ack");
    private static final SphinxPrivateKey KEY =
            new SphinxPrivateKey(Vectors.bytes(CASE.get("nodes").get(0).get("privateKey")));
    private static final EncryptionKey PUBLIC =
            new EncryptionKey(Vectors.bytes(CASE.get("nodes").get(0).get("publicKey")));
    private static final byte[] HEADER =
            Arrays.copyOf(Vectors.bytes(CASE.get("packet")), PacketFormat.HEADER_LENGTH);
    private static final Destination DESTINATION = new Destination(new byte[32], new byte[16]);

    private final PacketFormat fast = new FastSphinx(Runnable::run);
    private final PacketFormat plain = new BouncyCastleSphinx();

    @Override
    public String name() {
        return "sphinx";
    }

    @Override
    public Stream<byte[]> seeds() {
        byte[] noise = new byte[64];
        return Stream.concat(Seeds.bytes("sphinx.json", "packet").filter(packet -> packet.length < 1000).limit(10),
                Stream.of(noise, new byte[] {3, 0, 40, 4, 1, 2, 3, 4, 5, 6, 7, 8}));
    }

    @Override
    public int maxInputBytes() {
        return 1024;
    }

    @Override
    public long maxAllocatedBytes(int inputBytes) {
        return 4 * 1024 * 1024 + 256L * inputBytes;
    }

    @Override
    public void check(byte[] input) throws SphinxException {
        process(input);
        byte[] packet = Arrays.copyOf(HEADER, HEADER.length + input.length);
        System.arraycopy(input, 0, packet, HEADER.length, input.length);
        process(packet);
        seal(new Slices(input));
    }

    private void process(byte[] packet) throws SphinxException {
        Processed expected;
        try {
            expected = plain.process(packet, KEY);
        } catch (SphinxException e) {
            try {
                fast.process(packet, KEY);
            } catch (SphinxException same) {
                require(same.kind() == e.kind(), "refused as " + e.kind() + " and as " + same.kind());
                return;
            }
            throw new AssertionError("refused by one alone: " + e.getMessage(), e);
        }
        requireSame(expected, fast.process(packet, KEY));
    }

    /** Hops 1, version 1, payload 1, kinds of addresses 1, and the message. */
    private void seal(Slices in) throws SphinxException {
        int hops = 1 + in.u8() % PacketFormat.MAX_HOPS;
        int version = in.u8() % 2 == 0 ? PacketFormat.VERSION_SEEDS : PacketFormat.VERSION_EXPLICIT_KEYS;
        int payload = PacketFormat.MIN_PAYLOAD_LENGTH + 8 * in.u8();
        boolean sixes = in.u8() % 2 == 1;
        List<Route.Hop> route = new ArrayList<>();
        for (int i = 0; i < hops; i++) {
            NodeAddress address = new NodeAddress(NodeAddress.parseIp(sixes ? "2001:db8::" + i : "192.0.2." + i),
                    in.u16());
            route.add(new Route.Hop(address, PUBLIC, (long) in.u16() << 48 | in.u16()));
        }
        byte[] message = in.upTo(payload - PacketFormat.PAYLOAD_OVERHEAD);
        byte[] random = in.exactly(32);
        Randomness randomness = target -> {
            for (int i = 0; i < target.length; i++) {
                target[i] = (byte) (random[i % random.length] + i);
            }
        };
        List<PacketFormat.SealRequest> requests = List.of(new PacketFormat.SealRequest(
                new Route(version, route, DESTINATION), message, payload));
        byte[] packet = fast.seal(requests, randomness).getFirst();
        requireSame(packet, plain.seal(requests, randomness).getFirst());
        for (int i = 0; i < hops - 1; i++) {
            Processed.Forward forward = (Processed.Forward) plain.process(packet, KEY);
            requireSame(forward, fast.process(packet, KEY));
            require(forward.next().equals(route.get(i + 1).address())
                    && forward.delayNanos() == route.get(i).delayNanos(), "another way");
            packet = forward.packet();
        }
        Processed.Final last = (Processed.Final) plain.process(packet, KEY);
        requireSame(last, fast.process(packet, KEY));
        requireSame(message, last.message());
    }
}
