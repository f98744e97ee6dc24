package org.cloakwork.itests.testing.sphinx;

import static org.cloakwork.itests.vectors.Vectors.bytes;
import static org.cloakwork.itests.vectors.Vectors.hex;
import static org.cloakwork.itests.vectors.Vectors.matches;
import static org.cloakwork.itests.vectors.Vectors.sha256;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.PacketFormat.SealRequest;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.NodeAddress;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What every implementation of Nym's Sphinx packets has to keep: the vectors, packet by packet, and the steps inside
 * it, which the methods that a subclass writes give access to.
 */
public abstract class PacketFormatContract {

    private static final int MAC_KEY = 16;
    private static final int PAYLOAD_KEY = 32;
    private static final int SEED_LENGTH = 16;
    private static final int BLINDING_FACTOR = 224;
    private static final int REPLAY_TAG = 256;

    private final PacketFormat format;
    private final Vectors sphinx = Vectors.load("sphinx.json");

    /** @param format to test; nothing was prepared in it */
    protected PacketFormatContract(PacketFormat format) {
        this.format = format;
    }

    /** {@return X25519 of both} */
    protected abstract byte[] sharedSecret(byte[] privateKey, byte[] alpha);

    /** {@return the 288 bytes a hop derives: protocol/1-sphinx, 4} */
    protected abstract byte[] expand(byte[] sharedSecret);

    /** {@return the 192 bytes derived from a seed of 16} */
    protected abstract byte[] payloadKey(byte[] seed);

    /** {@return the 192 bytes that a hop with this secret uses for packets of that version} */
    protected abstract byte[] payloadKey(byte[] sharedSecret, int version);

    /** Encrypts the block in place. */
    protected abstract void encrypt(byte[] payloadKey, byte[] block);

    /** Decrypts the block in place. */
    protected abstract void decrypt(byte[] payloadKey, byte[] block);

    /** {@return the message in a wholly decrypted block} */
    protected abstract byte[] recover(byte[] block) throws SphinxException;

    @TestFactory
    protected Stream<DynamicTest> sphinx() {
        return sphinx.tests(Map.of("build", this::build, "mutation", this::mutation, "wrongKeys", this::wrongKeys,
                "recover", this::recover, "buildRefused", this::buildRefused));
    }

    @TestFactory
    protected Stream<DynamicTest> surbs() {
        return Vectors.load("sphinx_surb.json").tests(Map.of("surb", this::surb, "parse", this::parseSurb,
                "createRefused", this::createRefused, "useRefused", this::buildRefused));
    }

    @TestFactory
    protected Stream<DynamicTest> keyDerivation() {
        return Vectors.load("kdf.json").testsExcept(
                Set.of("blake3", "hmacBlake3", "hkdfBlake3", "packetKeyAgreement", "surbKeyDigest", "aes128ctr",
                        "aes128ctr64"),
                Map.of("sphinxPayloadKey", this::payloadKey, "sphinxExpand", this::expand, "lioness", this::lioness));
    }

    private void build(JsonNode c) throws SphinxException {
        byte[] message = bytes(c.get("plaintext"));
        int payloadLength = c.get("payloadSize").asInt();
        byte[] unprepared = format.seal(List.of(new SealRequest(route(c), message, payloadLength)), randomness(c))
                .getFirst();
        format.prepare(route(c).hops().stream().map(Route.Hop::key).toList());
        byte[] packet = format.seal(List.of(new SealRequest(route(c), message, payloadLength)), randomness(c))
                .getFirst();
        assertArrayEquals(unprepared, packet);
        assertEquals(c.get("alpha").asText(), hex(Arrays.copyOf(packet, 32)));
        assertEquals(c.get("mac").asText(), hex(Arrays.copyOfRange(packet, 32, 48)));
        if (c.has("header")) {
            assertEquals(c.get("header").asText(), hex(Arrays.copyOf(packet, 348)));
        } else {
            assertArrayEquals(bytes(c.get("packet")), packet);
        }
        assertEquals(c.get("packetSha256").asText(), sha256(packet));
        unwrap(c, c.get("unwraps"), packet, message);
    }

    private void unwrap(JsonNode c, JsonNode unwraps, byte[] sealed, byte[] message) throws SphinxException {
        byte[] packet = sealed;
        for (int hop = 0; hop < unwraps.size(); hop++) {
            JsonNode unwrap = unwraps.get(hop);
            byte[] privateKey = bytes(c.get("nodes").get(hop).get("privateKey"));
            if (unwrap.has("sharedSecret")) {
                byte[] sharedSecret = sharedSecret(privateKey, Arrays.copyOf(packet, 32));
                assertEquals(unwrap.get("sharedSecret").asText(), hex(sharedSecret));
                checkKeys(unwrap, expand(sharedSecret));
                assertEquals(unwrap.get("payloadKey").asText(),
                        hex(payloadKey(sharedSecret, unwrap.get("version").asInt())));
            }
            byte[] before = packet.clone();
            Processed processed = format.process(packet, new SphinxPrivateKey(privateKey));
            assertArrayEquals(before, packet);
            assertEquals(unwrap.get("version").asInt(), processed.version());
            assertEquals(unwrap.get("replayTag").asText(), hex(processed.replayTag()));
            switch (processed) {
                case Processed.Forward forward -> {
                    assertEquals("forward", unwrap.get("kind").asText());
                    assertEquals(unwrap.get("nextAddress").asText(), hex(forward.next().padded(32)));
                    assertEquals(unwrap.get("delayNanos").bigIntegerValue().longValue(), forward.delayNanos());
                    packet = forward.packet();
                    if (unwrap.has("nextPacket")) {
                        assertTrue(matches(unwrap.get("nextPacket"), packet));
                    } else {
                        assertEquals(unwrap.get("nextHeader").asText(), hex(Arrays.copyOf(packet, 348)));
                        assertEquals(unwrap.get("nextPayloadSha256").asText(),
                                sha256(Arrays.copyOfRange(packet, 348, packet.length)));
                        assertEquals(unwrap.get("nextPacketSha256").asText(), sha256(packet));
                    }
                }
                case Processed.Final last -> {
                    assertEquals("final", unwrap.get("kind").asText());
                    assertEquals(unwraps.size() - 1, hop);
                    assertEquals(unwrap.get("destination").asText(), hex(last.destination().address()));
                    assertEquals(unwrap.get("identifier").asText(), hex(last.destination().identifier()));
                    assertArrayEquals(message, last.message());
                    byte[] block = ByteBuffer.allocate(unwrap.get("payloadLength").asInt())
                            .put(new byte[16]).put(last.message()).put((byte) 1).array();
                    assertEquals(unwrap.get("decryptedPayloadSha256").asText(), sha256(block));
                    return;
                }
            }
        }
        fail("never arrived");
    }

    private static void checkKeys(JsonNode expected, byte[] expanded) {
        assertEquals(expected.get("streamCipherKey").asText(), hex(Arrays.copyOf(expanded, MAC_KEY)));
        assertEquals(expected.get("macKey").asText(),
                hex(Arrays.copyOfRange(expanded, MAC_KEY, PAYLOAD_KEY)));
        assertEquals(expected.get("payloadKeySeed").asText(),
                hex(Arrays.copyOfRange(expanded, PAYLOAD_KEY, PAYLOAD_KEY + SEED_LENGTH)));
        assertEquals(expected.get("blindingFactor").asText(),
                hex(Arrays.copyOfRange(expanded, BLINDING_FACTOR, REPLAY_TAG)));
        assertEquals(expected.get("replayTag").asText(),
                hex(Arrays.copyOfRange(expanded, REPLAY_TAG, expanded.length)));
    }

    private static byte[] payloadKeyPart(byte[] expanded) {
        return Arrays.copyOfRange(expanded, PAYLOAD_KEY, BLINDING_FACTOR);
    }

    private void mutation(JsonNode c) {
        JsonNode base = sphinx.named(c.get("base").asText());
        byte[] packet = bytes(base.get("packet"));
        JsonNode mutation = c.get("mutation");
        assertEquals(1, mutation.size());
        if (mutation.has("xor")) {
            packet[mutation.get("xor").get("offset").asInt()] ^= (byte) mutation.get("xor").get("mask").asInt();
        } else if (mutation.has("truncateTo")) {
            packet = Arrays.copyOf(packet, mutation.get("truncateTo").asInt());
        } else {
            byte[] appended = bytes(mutation.get("append"));
            byte[] longer = Arrays.copyOf(packet, packet.length + appended.length);
            System.arraycopy(appended, 0, longer, packet.length, appended.length);
            packet = longer;
        }
        List<SphinxPrivateKey> keys = new ArrayList<>();
        base.get("nodes").forEach(node -> keys.add(new SphinxPrivateKey(bytes(node.get("privateKey")))));
        send(packet, keys, c.get("expect"));
    }

    private void wrongKeys(JsonNode c) {
        List<SphinxPrivateKey> keys = new ArrayList<>();
        c.get("privateKeys").forEach(key -> keys.add(new SphinxPrivateKey(bytes(key))));
        send(bytes(sphinx.named(c.get("base").asText()).get("packet")), keys, c.get("expect"));
    }

    private void send(byte[] sealed, List<SphinxPrivateKey> keys, JsonNode expect) {
        byte[] packet = sealed;
        int hop = 0;
        try {
            for (SphinxPrivateKey key : keys) {
                switch (format.process(packet, key)) {
                    case Processed.Forward forward -> packet = forward.packet();
                    case Processed.Final last -> {
                        assertTrue(expect.get("ok").asBoolean());
                        assertEquals(expect.get("plaintextLength").asInt(), last.message().length);
                        assertEquals(expect.get("plaintextSha256").asText(), sha256(last.message()));
                        assertEquals(expect.get("hop").asInt(), hop);
                        return;
                    }
                }
                hop++;
            }
            fail("never arrived");
        } catch (SphinxException e) {
            assertFalse(expect.get("ok").asBoolean(), e.getMessage());
            assertEquals(kind(expect.get("error")), e.kind());
            assertEquals(expect.get("hop").asInt(), hop);
        }
    }

    private void recover(JsonNode c) throws SphinxException {
        byte[] block = bytes(c.get("block"));
        if (c.get("expect").get("ok").asBoolean()) {
            assertArrayEquals(bytes(c.get("expect").get("plaintext")), recover(block));
        } else {
            SphinxException e = assertThrows(SphinxException.class, () -> recover(block));
            assertEquals(kind(c.get("expect").get("error")), e.kind());
        }
    }

    /** Our own lengths are a matter of the caller, not of the network. */
    private void buildRefused(JsonNode c) throws SphinxException {
        byte[] message = new byte[c.get("plaintextLength").asInt()];
        int payloadLength = c.get("payloadSize").asInt();
        JsonNode base = sphinx.named("v259-h4-regular");
        assertThrows(IllegalArgumentException.class, () -> new SealRequest(route(base), message, payloadLength));
        Surb surb = format.createSurb(route(base), randomness(base));
        assertThrows(IllegalArgumentException.class, () -> format.seal(surb, message, payloadLength));
    }

    private void surb(JsonNode c) throws SphinxException {
        format.prepare(route(c).hops().stream().map(Route.Hop::key).toList());
        Surb surb = format.createSurb(route(c), randomness(c));
        assertEquals(c.get("surb").asText(), hex(surb.bytes()));
        assertEquals(c.get("keyForm").asText().equals("seeds"), surb.holdsSeeds());
        assertEquals(c.get("hops").asInt(), surb.hops());
        for (int hop = 0; hop < surb.hops(); hop++) {
            assertEquals(c.get("keyMaterial").get(hop).asText(), hex(surb.keyMaterial(hop)));
        }
        Surb parsed = Surb.parse(bytes(c.get("surb")));
        for (JsonNode use : c.get("uses")) {
            byte[] message = bytes(use.get("plaintext"));
            byte[] packet = format.seal(parsed, message, use.get("payloadSize").asInt());
            assertEquals(use.get("firstHop").asText(), hex(parsed.firstHop().padded(32)));
            assertTrue(matches(use.get("packet"), packet));
            assertEquals(use.get("packetSha256").asText(), sha256(packet));
            unwrap(c, use.get("unwraps"), packet, message);
        }
    }

    private void parseSurb(JsonNode c) throws SphinxException {
        byte[] bytes = new byte[c.get("length").asInt()];
        if (bytes.length > 348) {
            bytes[348] = 4; // our Surb also wants a first hop that is an address
        }
        JsonNode expect = c.get("expect");
        if (expect.get("ok").asBoolean()) {
            Surb surb = Surb.parse(bytes);
            assertEquals(expect.get("count").asInt(), surb.hops());
            assertEquals(expect.get("keyForm").asText().equals("seeds"), surb.holdsSeeds());
        } else {
            SphinxException e = assertThrows(SphinxException.class, () -> Surb.parse(bytes));
            assertEquals(kind(expect.get("error")), e.kind());
        }
    }

    /** Neither can be said with our types: a route has a hop, and each hop its delay. */
    private void createRefused(JsonNode c) {
        Destination destination = new Destination(new byte[32], new byte[16]);
        switch (c.get("name").asText()) {
            case "create-empty-route" -> assertThrows(IllegalArgumentException.class,
                    () -> new Route(PacketFormat.VERSION_SEEDS, List.of(), destination));
            case "create-two-hops-one-delay" -> assertEquals(7, new Route.Hop(NodeAddress.parse("1.2.3.4:5"),
                    new EncryptionKey(new byte[EncryptionKey.LENGTH]), 7).delayNanos());
            default -> fail("unknown case");
        }
    }

    private void payloadKey(JsonNode c) {
        assertEquals(c.get("output").asText(), hex(payloadKey(bytes(c.get("seed")))));
    }

    private void expand(JsonNode c) {
        byte[] sharedSecret = sharedSecret(bytes(c.get("nodePrivateKey")), bytes(c.get("alpha")));
        assertEquals(c.get("sharedSecret").asText(), hex(sharedSecret));
        byte[] expanded = expand(sharedSecret);
        checkKeys(c, expanded);
        assertEquals(c.get("payloadKey").asText(), hex(payloadKeyPart(expanded)));
        assertEquals(c.get("expanded").asText(), hex(expanded));
    }

    private void lioness(JsonNode c) throws SphinxException {
        byte[] key = bytes(c.get("key"));
        byte[] block = bytes(c.get("block"));
        byte[] encrypted = block.clone();
        encrypt(key, encrypted);
        assertTrue(matches(c.get("encrypted"), encrypted));
        assertEquals(c.get("encryptedSha256").asText(), sha256(encrypted));
        decrypt(key, encrypted);
        assertArrayEquals(block, encrypted);
        assertArrayEquals(bytes(c.get("message")), recover(block));
        byte[] arbitrary = bytes(c.get("arbitrary"));
        decrypt(key, arbitrary);
        assertTrue(matches(c.get("arbitraryDecrypted"), arbitrary));
        assertEquals(c.get("arbitraryDecryptedSha256").asText(), sha256(arbitrary));
    }

    private static SphinxException.Kind kind(JsonNode error) {
        return switch (error.asText()) {
            case "InvalidPacket" -> SphinxException.Kind.INVALID_PACKET;
            case "InvalidHeader" -> SphinxException.Kind.INVALID_HEADER;
            case "InvalidRouting" -> SphinxException.Kind.INVALID_ROUTING;
            case "InvalidPayload" -> SphinxException.Kind.INVALID_PAYLOAD;
            case "InvalidSURB" -> SphinxException.Kind.INVALID_SURB;
            default -> throw new AssertionError("unknown error " + error);
        };
    }

    private static Route route(JsonNode c) {
        List<Route.Hop> hops = new ArrayList<>();
        for (JsonNode node : c.get("nodes")) {
            byte[] address = bytes(node.get("address"));
            NodeAddress parsed = NodeAddress.fromBytes(address, 0);
            assertArrayEquals(address, parsed.padded(32));
            hops.add(new Route.Hop(parsed, new EncryptionKey(bytes(node.get("publicKey"))),
                    node.get("delayNanos").bigIntegerValue().longValue()));
        }
        return new Route(c.get("version").asInt(), hops,
                new Destination(bytes(c.get("destination")), bytes(c.get("identifier"))));
    }

    /** Gives the initial secret, then the padding, and nothing more. */
    private static Randomness randomness(JsonNode c) {
        byte[] padding = bytes(c.get("lastHopPadding"));
        ByteBuffer draws = ByteBuffer.allocate(32 + padding.length);
        draws.put(bytes(c.get("initialSecret"))).put(padding).flip();
        return draws::get;
    }
}
