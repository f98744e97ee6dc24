package org.cloakwork.sphinx.fast;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.NodeAddress;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Nym's Sphinx packets with one multiplication a hop, from a table for each node key; a hop that processes one makes
 * what serves both of its multiplications; tables are computed in the
 * background when {@link #prepare} names the keys. Whoever takes any format gets this one, by its ranking.
 * Source: protocol/1-sphinx.
 */
@Component(service = PacketFormat.class, property = "service.ranking:Integer=100")
@Cloakwork(part = "sphinx", name = "fast")
public final class FastSphinx implements PacketFormat, AutoCloseable {

    /** Most packets whose headers are built together; a longer list is cut. */
    private static final int MAX_BATCH = 32;
    /** Most workspaces kept between calls, some 20 kB each. */
    private static final int MAX_IDLE_WORKSPACES = 32;
    /** Most topologies that wait for the thread; then the oldest goes. */
    private static final int MAX_WAITING_TOPOLOGIES = 16;
    private static final String THREAD_NAME = "cloakwork-sphinx-tables";
    private static final long THREAD_IDLE_SECONDS = 1;

    private static final int LEADING_ZEROS = 16;
    private static final byte MARKER = 1;

    private final Tables tables;
    /** Null if the executor is not ours. */
    private final ExecutorService owned;
    private final BlockingQueue<Workspace> idle = new ArrayBlockingQueue<>(MAX_IDLE_WORKSPACES);

    /** Needs no configuration. */
    @Activate
    public FastSphinx() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, THREAD_IDLE_SECONDS, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING_TOPOLOGIES),
                Thread.ofPlatform().name(THREAD_NAME).daemon().factory(), new ThreadPoolExecutor.DiscardOldestPolicy());
        executor.allowCoreThreadTimeOut(true);
        owned = executor;
        tables = new Tables(executor, Tables.MAX_TABLES);
    }

    /** @param executor computes tables, one task at a time; the caller's */
    public FastSphinx(Executor executor) {
        this(executor, Tables.MAX_TABLES);
    }

    /** For tests. */
    FastSphinx(Executor executor, int tableLimit) {
        owned = null;
        tables = new Tables(executor, tableLimit);
    }

    /** Ends the thread that computes tables; what is in use goes on to work. */
    @Override
    @Deactivate
    public void close() {
        if (owned != null) {
            owned.shutdownNow();
        }
        idle.clear();
    }

    @Override
    public void prepare(Collection<EncryptionKey> nodeKeys) {
        tables.prepare(nodeKeys);
    }

    /** {@return for how many keys there is a table, or the knowledge that there can be none} */
    int preparedKeys() {
        return tables.size();
    }

    @Override
    public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
        List<byte[]> packets = new ArrayList<>(requests.size());
        Workspace w = workspace();
        for (int from = 0; from < requests.size(); from += MAX_BATCH) {
            List<SealRequest> batch = requests.subList(from, Math.min(from + MAX_BATCH, requests.size()));
            List<Headers.Draft> drafts = new ArrayList<>(batch.size());
            for (SealRequest request : batch) {
                byte[] packet = new byte[HEADER_LENGTH + request.payloadLength()];
                drafts.add(new Headers.Draft(request.route(), packet, randomness));
            }
            Headers.complete(drafts, tables, w);
            for (int i = 0; i < batch.size(); i++) {
                Headers.Draft draft = drafts.get(i);
                putMessage(draft.target(), batch.get(i).message());
                boolean seeds = Keys.usesSeeds(batch.get(i).route().version());
                for (int hop = draft.hops() - 1; hop >= 0; hop--) {
                    encrypt(draft.target(), draft.expanded()[hop], Keys.PAYLOAD_KEY, seeds, w);
                }
                packets.add(draft.target());
            }
        }
        release(w);
        return packets;
    }

    @Override
    public Surb createSurb(Route route, Randomness randomness) {
        int materialLength = Keys.usesSeeds(route.version()) ? Keys.SEED_LENGTH : Keys.PAYLOAD_KEY_LENGTH;
        int materialFrom = HEADER_LENGTH + NodeAddress.LONG_LENGTH;
        byte[] bytes = new byte[materialFrom + materialLength * route.hops().size()];
        Workspace w = workspace();
        Headers.Draft draft = new Headers.Draft(route, bytes, randomness);
        Headers.complete(List.of(draft), tables, w);
        release(w);
        System.arraycopy(route.hops().getFirst().address().padded(NodeAddress.LONG_LENGTH), 0, bytes, HEADER_LENGTH,
                NodeAddress.LONG_LENGTH);
        for (int hop = 0; hop < draft.hops(); hop++) {
            System.arraycopy(draft.expanded()[hop], Keys.PAYLOAD_KEY, bytes, materialFrom + hop * materialLength,
                    materialLength);
        }
        try {
            return Surb.parse(bytes);
        } catch (SphinxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] seal(Surb surb, byte[] message, int payloadLength) {
        SealRequest.checkLengths(message.length, payloadLength);
        byte[] packet = Arrays.copyOf(surb.header(), HEADER_LENGTH + payloadLength);
        putMessage(packet, message);
        Workspace w = workspace();
        for (int hop = surb.hops() - 1; hop >= 0; hop--) {
            encrypt(packet, surb.keyMaterial(hop), 0, surb.holdsSeeds(), w);
        }
        release(w);
        return packet;
    }

    @Override
    public Processed process(byte[] packet, SphinxPrivateKey key) throws SphinxException {
        if (packet.length < HEADER_LENGTH + PAYLOAD_OVERHEAD) {
            throw new SphinxException(SphinxException.Kind.INVALID_PACKET, "a packet of " + packet.length
                    + " bytes is too short");
        }
        Workspace w = workspace();
        try {
            return process(packet, key, w);
        } finally {
            release(w);
        }
    }

    private static Processed process(byte[] packet, SphinxPrivateKey key, Workspace w) throws SphinxException {
        boolean onCurve = w.multiples.prepare(packet, 0);
        byte[] sharedSecret = key.bytes();
        Ladder.clamp(sharedSecret);
        multiply(onCurve, sharedSecret, packet, sharedSecret, w);
        byte[] expanded = w.keys.expand(sharedSecret, 0, Keys.EXPANDED_LENGTH);
        Arrays.fill(sharedSecret, (byte) 0);
        w.keys.mac(expanded, Keys.MAC_KEY, packet, Headers.BETA_OFFSET, Headers.BETA_LENGTH, w.mac, 0);
        if (!MessageDigest.isEqual(w.mac, Arrays.copyOfRange(packet, Headers.MAC_OFFSET, Headers.BETA_OFFSET))) {
            throw new SphinxException(SphinxException.Kind.INVALID_HEADER, "the MAC does not fit");
        }
        w.ciphers.keystream(expanded, Keys.CIPHER_KEY, w.routing);
        Ciphers.xor(w.routing, 0, packet, Headers.BETA_OFFSET, Headers.BETA_LENGTH);
        ByteBuffer fields = ByteBuffer.wrap(w.routing);
        byte flag = fields.get();
        fields.get(); // always zero, and not looked at upstream
        int version = Short.toUnsignedInt(fields.getShort());
        byte[] replayTag = Arrays.copyOfRange(expanded, Keys.REPLAY_TAG, Keys.EXPANDED_LENGTH);
        return switch (flag) {
            case Headers.FORWARD_HOP -> {
                NodeAddress next = nextAddress(w.routing, fields.position());
                fields.position(fields.position() + NodeAddress.LONG_LENGTH);
                long delayNanos = fields.getLong();
                byte[] forwarded = decryptPayload(packet, expanded, version, w);
                blind(onCurve, packet, expanded, version, forwarded, w);
                fields.get(forwarded, Headers.MAC_OFFSET, Keys.MAC_LENGTH + Headers.BETA_LENGTH);
                yield new Processed.Forward(next, delayNanos, forwarded, replayTag, version);
            }
            case Headers.FINAL_HOP -> {
                byte[] address = new byte[32];
                byte[] identifier = new byte[16];
                fields.get(address).get(identifier);
                byte[] message = recover(decryptPayload(packet, expanded, version, w), HEADER_LENGTH);
                yield new Processed.Final(new Destination(address, identifier), message, replayTag, version);
            }
            default -> throw new SphinxException(SphinxException.Kind.INVALID_ROUTING,
                    "routing flag " + flag + " is neither forward nor final");
        };
    }

    /** The message in a wholly decrypted payload. */
    static byte[] recover(byte[] packet, int from) throws SphinxException {
        if (packet.length - from < PAYLOAD_OVERHEAD) {
            throw new SphinxException(SphinxException.Kind.INVALID_PAYLOAD, "a payload of " + (packet.length - from)
                    + " bytes is too short");
        }
        int start = from + LEADING_ZEROS;
        byte nonZero = 0;
        for (int i = from; i < start; i++) {
            nonZero |= packet[i];
        }
        if (nonZero != 0) {
            throw new SphinxException(SphinxException.Kind.INVALID_PAYLOAD, "the payload was changed on the way");
        }
        int end = packet.length - 1;
        while (end >= start && packet[end] != MARKER) {
            end--;
        }
        if (end < start) {
            throw new SphinxException(SphinxException.Kind.INVALID_PAYLOAD, "the payload has no end marker");
        }
        return Arrays.copyOfRange(packet, start, end);
    }

    private static void putMessage(byte[] packet, byte[] message) {
        System.arraycopy(message, 0, packet, HEADER_LENGTH + LEADING_ZEROS, message.length);
        packet[HEADER_LENGTH + LEADING_ZEROS + message.length] = MARKER;
    }

    private static void encrypt(byte[] packet, byte[] material, int from, boolean seeds, Workspace w) {
        if (seeds) {
            w.ciphers.encrypt(w.keys.payloadKey(material, from), 0, packet, HEADER_LENGTH);
        } else {
            w.ciphers.encrypt(material, from, packet, HEADER_LENGTH);
        }
    }

    /** A copy of the packet with its payload decrypted once. */
    private static byte[] decryptPayload(byte[] packet, byte[] expanded, int version, Workspace w)
            throws SphinxException {
        if (packet.length < HEADER_LENGTH + MIN_PAYLOAD_LENGTH) {
            throw new SphinxException(SphinxException.Kind.INVALID_PAYLOAD,
                    "a payload of " + (packet.length - HEADER_LENGTH) + " bytes cannot be decrypted");
        }
        byte[] copy = packet.clone();
        if (Keys.usesSeeds(version)) {
            w.ciphers.decrypt(w.keys.payloadKey(expanded, Keys.PAYLOAD_KEY), 0, copy, HEADER_LENGTH);
        } else {
            w.ciphers.decrypt(expanded, Keys.PAYLOAD_KEY, copy, HEADER_LENGTH);
        }
        return copy;
    }

    private static void blind(boolean onCurve, byte[] packet, byte[] expanded, int version, byte[] target,
            Workspace w) {
        byte[] factor = Arrays.copyOfRange(expanded, Keys.BLINDING_FACTOR, Keys.REPLAY_TAG);
        if (Keys.isLegacy(version)) {
            long[] scalar = new long[Scalars.LIMBS];
            Scalars.fromBytes(scalar, factor, 0, 0);
            Scalars.reduce(scalar, scalar);
            Scalars.toBytes(factor, scalar);
        } else {
            Ladder.clamp(factor);
        }
        multiply(onCurve, factor, packet, target, w);
    }

    /** The scalar times the packet's point, of which {@link Workspace#multiples} has the rows if it is on the curve. */
    private static void multiply(boolean onCurve, byte[] scalar, byte[] packet, byte[] target, Workspace w) {
        if (onCurve) {
            w.multiples.multiply(scalar, target, 0);
        } else {
            w.ladder.multiply(scalar, packet, 0, target, 0);
        }
    }

    private static NodeAddress nextAddress(byte[] routing, int offset) throws SphinxException {
        try {
            return NodeAddress.fromBytes(routing, offset);
        } catch (IllegalArgumentException e) {
            throw new SphinxException(SphinxException.Kind.INVALID_ROUTING, "bad next address: " + e.getMessage());
        }
    }

    private Workspace workspace() {
        Workspace pooled = idle.poll();
        return pooled == null ? new Workspace() : pooled;
    }

    private void release(Workspace w) {
        w.wipe();
        idle.offer(w);
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<PacketFormat> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(FastSphinx.class, properties -> {
                PartConfiguration.ofProperties(properties).verify();
                return new FastSphinx();
            });
        }
    }
}
