package org.cloakwork.benchmarks;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.util.ArrayList;
import java.util.List;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.client.encode.Sealing;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.PacketFormat.SealRequest;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * What is measured of a packet format, the same as in {@code reference/src/main.rs}: routes of four hops over 240
 * nodes, data packets with a payload of 2065 bytes and SURB-acks of 38. For one thread.
 */
public final class SphinxLoad {

    /** Of the network. */
    public static final int NODES = 240;
    /** Packets that a client seals with one call, when there are so many: half of those it seals ahead. */
    public static final int AHEAD = Sealing.MOST_AHEAD / 2;
    private static final int HOPS = 4;
    private static final int ROUTES = 512;
    private static final int DATA_PAYLOAD = 2065;
    private static final int ACK_PAYLOAD = 38;

    private final PacketFormat format;
    private final Randomness randomness = new SecureRandom()::nextBytes;
    private final List<EncryptionKey> nodeKeys = new ArrayList<>();
    private final List<SealRequest> data = new ArrayList<>();
    private final List<SealRequest> acks = new ArrayList<>();
    private final List<byte[]> incoming;
    private final SphinxPrivateKey firstHop;
    private int next;

    /** @param format prepared with the keys of the network */
    public SphinxLoad(PacketFormat format) {
        this.format = format;
        List<SphinxPrivateKey> privateKeys = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            KeyPair pair = keyPair();
            nodeKeys.add(new EncryptionKey(littleEndian(((XECPublicKey) pair.getPublic()).getU().toByteArray())));
            privateKeys.add(new SphinxPrivateKey(((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow()));
        }
        format.prepare(nodeKeys);
        Destination destination = new Destination(new byte[32], new byte[16]);
        for (int i = 0; i < ROUTES; i++) {
            List<Route.Hop> hops = new ArrayList<>();
            for (int hop = 0; hop < HOPS; hop++) {
                int node = (i * 7 + hop * 50 + 7) % NODES;
                hops.add(new Route.Hop(address(node), nodeKeys.get(node), 50_000_000));
            }
            Route route = new Route(PacketFormat.VERSION_SEEDS, hops, destination);
            data.add(request(route, DATA_PAYLOAD));
            acks.add(request(route, ACK_PAYLOAD));
        }
        firstHop = privateKeys.get(7);
        incoming = new ArrayList<>();
        for (int i = 0; i < ROUTES; i++) {
            incoming.addAll(format.seal(List.of(data.getFirst()), randomness));
        }
    }

    private static SealRequest request(Route route, int payloadLength) {
        return new SealRequest(route, new byte[payloadLength - PacketFormat.PAYLOAD_OVERHEAD], payloadLength);
    }

    private static KeyPair keyPair() {
        try {
            return KeyPairGenerator.getInstance("X25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] littleEndian(byte[] bigEndian) {
        byte[] bytes = new byte[EncryptionKey.LENGTH];
        for (int i = 0; i < Math.min(bigEndian.length, bytes.length); i++) {
            bytes[i] = bigEndian[bigEndian.length - 1 - i];
        }
        return bytes;
    }

    private static NodeAddress address(int node) {
        try {
            return new NodeAddress(InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) node}), 1789);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private int next() {
        return next++ % ROUTES;
    }

    /** {@return a data packet} */
    public List<byte[]> data() {
        return format.seal(List.of(data.get(next())), randomness);
    }

    /** {@return a SURB-ack} */
    public List<byte[]> ack() {
        return format.seal(List.of(acks.get(next())), randomness);
    }

    /** {@return a data packet, after its SURB-ack, as one goes into the other} */
    public List<byte[]> pair() {
        ack();
        return data();
    }

    /** {@return a SURB-ack and a data packet, sealed with one call} */
    public List<byte[]> pairAtOnce() {
        return format.seal(List.of(acks.get(next()), data.get(next())), randomness);
    }

    /** {@return as many data packets as a client seals ahead, after as many SURB-acks, with one call each} */
    public List<byte[]> pairsAhead() {
        int from = next % (ROUTES / AHEAD) * AHEAD;
        next++;
        format.seal(acks.subList(from, from + AHEAD), randomness);
        return format.seal(data.subList(from, from + AHEAD), randomness);
    }

    /** {@return a data packet as it leaves its first hop} */
    public Processed process() {
        try {
            return format.process(incoming.get(next()), firstHop);
        } catch (SphinxException e) {
            throw new IllegalStateException(e);
        }
    }
}
