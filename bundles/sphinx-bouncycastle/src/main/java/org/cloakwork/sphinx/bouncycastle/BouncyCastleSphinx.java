package org.cloakwork.sphinx.bouncycastle;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
import org.osgi.service.component.annotations.Component;

/**
 * Nym's Sphinx packets step by step as the fact sheet has them: the yardstick for faster implementations.
 * Source: protocol/1-sphinx.
 */
@Component(service = PacketFormat.class)
@Cloakwork(part = "sphinx", name = "bouncycastle")
public final class BouncyCastleSphinx implements PacketFormat {

    private static final int MAC_LENGTH = 16;
    private static final int BETA_LENGTH = 300;
    /** A hop's share of beta: flag, version, address and delay, and the MAC of the layer below. */
    private static final int META_LENGTH = 1 + 3 + NodeAddress.LONG_LENGTH + Long.BYTES;
    private static final int STEP_LENGTH = META_LENGTH + MAC_LENGTH;
    private static final int FINAL_META_LENGTH = 1 + 3 + 32 + 16;
    private static final int KEYSTREAM_LENGTH = BETA_LENGTH + STEP_LENGTH;

    private static final int MAC_OFFSET = Curve.LENGTH;
    private static final int BETA_OFFSET = MAC_OFFSET + MAC_LENGTH;

    private static final byte FORWARD_HOP = 1;
    private static final byte FINAL_HOP = 2;

    private static final int LEADING_ZEROS = 16;
    private static final byte MARKER = 1;

    /** Needs no configuration. */
    public BouncyCastleSphinx() {
    }

    @Override
    public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
        List<byte[]> packets = new ArrayList<>(requests.size());
        for (SealRequest request : requests) {
            int version = request.route().version();
            Header header = buildHeader(request.route(), randomness);
            List<byte[]> payloadKeys = header.keys().stream().map(keys -> keys.payloadKey(version)).toList();
            packets.add(buildPacket(header.bytes(), payloadKeys, request.message(), request.payloadLength()));
        }
        return packets;
    }

    @Override
    public Surb createSurb(Route route, Randomness randomness) {
        Header header = buildHeader(route, randomness);
        List<byte[]> material = header.keys().stream().map(keys -> keys.surbMaterial(route.version())).toList();
        ByteBuffer bytes = ByteBuffer.allocate(
                HEADER_LENGTH + NodeAddress.LONG_LENGTH + material.size() * material.getFirst().length);
        bytes.put(header.bytes()).put(route.hops().getFirst().address().padded(NodeAddress.LONG_LENGTH));
        material.forEach(bytes::put);
        try {
            return Surb.parse(bytes.array());
        } catch (SphinxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] seal(Surb surb, byte[] message, int payloadLength) {
        SealRequest.checkLengths(message.length, payloadLength);
        List<byte[]> payloadKeys = new ArrayList<>(surb.hops());
        for (int hop = 0; hop < surb.hops(); hop++) {
            byte[] material = surb.keyMaterial(hop);
            payloadKeys.add(surb.holdsSeeds() ? HopKeys.payloadKey(material) : material);
        }
        return buildPacket(surb.header(), payloadKeys, message, payloadLength);
    }

    @Override
    public Processed process(byte[] packet, SphinxPrivateKey key) throws SphinxException {
        if (packet.length < HEADER_LENGTH + PAYLOAD_OVERHEAD) {
            throw new SphinxException(SphinxException.Kind.INVALID_PACKET, "a packet of " + packet.length
                    + " bytes is too short");
        }
        byte[] alpha = Arrays.copyOf(packet, Curve.LENGTH);
        HopKeys keys = HopKeys.expand(Curve.x25519(key.bytes(), alpha));
        byte[] beta = Arrays.copyOfRange(packet, BETA_OFFSET, HEADER_LENGTH);
        if (!MessageDigest.isEqual(mac(keys, beta), Arrays.copyOfRange(packet, MAC_OFFSET, BETA_OFFSET))) {
            throw new SphinxException(SphinxException.Kind.INVALID_HEADER, "the MAC does not fit");
        }
        byte[] routing = Primitives.xor(Arrays.copyOf(beta, KEYSTREAM_LENGTH), keystream(keys));
        ByteBuffer fields = ByteBuffer.wrap(routing);
        byte flag = fields.get();
        fields.get(); // always zero, and not looked at upstream
        int version = Short.toUnsignedInt(fields.getShort());
        return switch (flag) {
            case FORWARD_HOP -> {
                NodeAddress next = nextAddress(routing, fields.position());
                fields.position(fields.position() + NodeAddress.LONG_LENGTH);
                long delayNanos = fields.getLong();
                byte[] forwarded = decryptPayload(packet, keys.payloadKey(version));
                System.arraycopy(blind(alpha, keys.blindingFactor(), version), 0, forwarded, 0, Curve.LENGTH);
                fields.get(forwarded, MAC_OFFSET, MAC_LENGTH + BETA_LENGTH);
                yield new Processed.Forward(next, delayNanos, forwarded, keys.replayTag(), version);
            }
            case FINAL_HOP -> {
                byte[] address = new byte[32];
                byte[] identifier = new byte[16];
                fields.get(address).get(identifier);
                byte[] decrypted = decryptPayload(packet, keys.payloadKey(version));
                byte[] message = recover(Arrays.copyOfRange(decrypted, HEADER_LENGTH, decrypted.length));
                yield new Processed.Final(new Destination(address, identifier), message, keys.replayTag(), version);
            }
            default -> throw new SphinxException(SphinxException.Kind.INVALID_ROUTING,
                    "routing flag " + flag + " is neither forward nor final");
        };
    }

    /** The message in a wholly decrypted payload. */
    static byte[] recover(byte[] payload) throws SphinxException {
        if (payload.length < PAYLOAD_OVERHEAD) {
            throw new SphinxException(SphinxException.Kind.INVALID_PAYLOAD, "a payload of " + payload.length
                    + " bytes is too short");
        }
        byte nonZero = 0;
        for (int i = 0; i < LEADING_ZEROS; i++) {
            nonZero |= payload[i];
        }
        if (nonZero != 0) {
            throw new SphinxException(SphinxException.Kind.INVALID_PAYLOAD, "the payload was changed on the way");
        }
        int end = payload.length - 1;
        while (end >= LEADING_ZEROS && payload[end] != MARKER) {
            end--;
        }
        if (end < LEADING_ZEROS) {
            throw new SphinxException(SphinxException.Kind.INVALID_PAYLOAD, "the payload has no end marker");
        }
        return Arrays.copyOfRange(payload, LEADING_ZEROS, end);
    }

    private record Header(byte[] bytes, List<HopKeys> keys) {
    }

    private static Header buildHeader(Route route, Randomness randomness) {
        List<Route.Hop> hops = route.hops();
        int last = hops.size() - 1;
        byte[] secret = randomness.bytes(Curve.LENGTH);
        byte[] padding = randomness.bytes(BETA_LENGTH - last * STEP_LENGTH - FINAL_META_LENGTH);

        boolean legacy = Versions.isLegacy(route.version());
        byte[] alpha = legacy ? legacyPublicKey(secret) : Curve.x25519Base(secret);
        List<HopKeys> keys = legacy ? legacyHopKeys(secret, hops) : hopKeys(secret, hops);
        List<byte[]> keystreams = keys.stream().map(BouncyCastleSphinx::keystream).toList();
        byte[] filler = filler(keystreams.subList(0, last));

        ByteBuffer innermost = ByteBuffer.allocate(BETA_LENGTH);
        putFlagAndVersion(innermost, FINAL_HOP, route.version());
        innermost.put(route.destination().address()).put(route.destination().identifier()).put(padding);
        Primitives.xorInto(innermost.array(), 0, keystreams.get(last), 0, innermost.position());
        byte[] beta = innermost.put(filler).array();
        byte[] mac = mac(keys.get(last), beta);
        for (int i = last - 1; i >= 0; i--) {
            ByteBuffer layer = ByteBuffer.allocate(BETA_LENGTH);
            putFlagAndVersion(layer, FORWARD_HOP, route.version());
            layer.put(hops.get(i + 1).address().padded(NodeAddress.LONG_LENGTH)).putLong(hops.get(i).delayNanos());
            layer.put(mac).put(beta, 0, BETA_LENGTH - STEP_LENGTH);
            beta = layer.array();
            Primitives.xorInto(beta, 0, keystreams.get(i), 0, BETA_LENGTH);
            mac = mac(keys.get(i), beta);
        }
        return new Header(ByteBuffer.allocate(HEADER_LENGTH).put(alpha).put(mac).put(beta).array(), keys);
    }

    private static void putFlagAndVersion(ByteBuffer target, byte flag, int version) {
        target.put(flag).put((byte) 0).putShort((short) version);
    }

    private static List<HopKeys> hopKeys(byte[] secret, List<Route.Hop> hops) {
        // Each factor is clamped when it is used, so factors cannot be multiplied with one another first.
        List<byte[]> factors = new ArrayList<>(hops.size() + 1);
        factors.add(secret);
        List<HopKeys> keys = new ArrayList<>(hops.size());
        for (Route.Hop hop : hops) {
            byte[] point = hop.key().bytes();
            for (byte[] factor : factors) {
                point = Curve.x25519(factor, point);
            }
            HopKeys hopKeys = HopKeys.expand(point);
            keys.add(hopKeys);
            factors.add(hopKeys.blindingFactor());
        }
        return keys;
    }

    private static byte[] legacyPublicKey(byte[] secret) {
        byte[] basePoint = new byte[Curve.LENGTH];
        basePoint[0] = 9;
        return Curve.unclamped(Curve.reducedScalar(secret), basePoint);
    }

    private static List<HopKeys> legacyHopKeys(byte[] secret, List<Route.Hop> hops) {
        BigInteger scalar = Curve.reducedScalar(secret);
        List<HopKeys> keys = new ArrayList<>(hops.size());
        for (Route.Hop hop : hops) {
            HopKeys hopKeys = HopKeys.expand(Curve.unclamped(scalar, hop.key().bytes()));
            keys.add(hopKeys);
            scalar = Curve.multiplyScalars(scalar, Curve.reducedScalar(hopKeys.blindingFactor()));
        }
        return keys;
    }

    private static byte[] blind(byte[] alpha, byte[] blindingFactor, int version) {
        return Versions.isLegacy(version) ? Curve.unclamped(Curve.reducedScalar(blindingFactor), alpha)
                : Curve.x25519(blindingFactor, alpha);
    }

    /** What the last hop will find behind its own share, after every earlier hop appended zeros and decrypted. */
    private static byte[] filler(List<byte[]> earlierKeystreams) {
        byte[] filler = new byte[0];
        for (byte[] keystream : earlierKeystreams) {
            filler = Arrays.copyOf(filler, filler.length + STEP_LENGTH);
            Primitives.xorInto(filler, 0, keystream, KEYSTREAM_LENGTH - filler.length, filler.length);
        }
        return filler;
    }

    private static byte[] buildPacket(byte[] header, List<byte[]> payloadKeys, byte[] message, int payloadLength) {
        byte[] packet = Arrays.copyOf(header, HEADER_LENGTH + payloadLength);
        System.arraycopy(message, 0, packet, HEADER_LENGTH + LEADING_ZEROS, message.length);
        packet[HEADER_LENGTH + LEADING_ZEROS + message.length] = MARKER;
        for (byte[] key : payloadKeys.reversed()) {
            Lioness.encrypt(key, packet, HEADER_LENGTH);
        }
        return packet;
    }

    /** A copy of the packet with its payload decrypted once. */
    private static byte[] decryptPayload(byte[] packet, byte[] payloadKey) throws SphinxException {
        if (packet.length < HEADER_LENGTH + MIN_PAYLOAD_LENGTH) {
            throw new SphinxException(SphinxException.Kind.INVALID_PAYLOAD,
                    "a payload of " + (packet.length - HEADER_LENGTH) + " bytes cannot be decrypted");
        }
        byte[] copy = packet.clone();
        Lioness.decrypt(payloadKey, copy, HEADER_LENGTH);
        return copy;
    }

    private static NodeAddress nextAddress(byte[] routing, int offset) throws SphinxException {
        try {
            return NodeAddress.fromBytes(routing, offset);
        } catch (IllegalArgumentException e) {
            throw new SphinxException(SphinxException.Kind.INVALID_ROUTING, "bad next address: " + e.getMessage());
        }
    }

    private static byte[] keystream(HopKeys keys) {
        return Primitives.aesKeystream(keys.cipherKey(), KEYSTREAM_LENGTH);
    }

    private static byte[] mac(HopKeys keys, byte[] beta) {
        return Arrays.copyOf(Primitives.hmacSha256(keys.macKey(), beta), MAC_LENGTH);
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<PacketFormat> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(BouncyCastleSphinx.class, properties -> {
                PartConfiguration.ofProperties(properties).verify();
                return new BouncyCastleSphinx();
            });
        }
    }
}
