package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.sphinx.bouncycastle.BouncyCastleSphinx;
import org.cloakwork.spi.sphinx.Destination;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;

/** The network in a vector file: its nodes, its clients, and packets on their way through it. */
final class VectorNetwork {

    final PacketFormat format = new BouncyCastleSphinx();
    private final JsonNode network;

    VectorNetwork(Vectors vectors) {
        network = vectors.root().get("network");
    }

    record Client(MixnetAddress address, EncryptionKeyPair encryption, AckKey ackKey) {
    }

    Client client(String name) {
        JsonNode client = named("clients", name);
        MixnetAddress address = MixnetAddress.parse(client.get("address").asText());
        assertArrayEquals(Vectors.bytes(client.get("addressBytes")), address.bytes());
        EncryptionKeyPair encryption = EncryptionKeyPair.ofPrivate(Vectors.bytes(client.get("encryptionPrivateKey")));
        assertEquals(address.encryption(), encryption.publicKey());
        return new Client(address, encryption, new AckKey(Vectors.bytes(client.get("ackKey"))));
    }

    Route route(JsonNode build, Client to) {
        List<Route.Hop> hops = new ArrayList<>();
        JsonNode delays = build.get("delaysNanos");
        for (JsonNode name : build.get("route")) {
            JsonNode node = named("nodes", name.asText());
            long delay = hops.size() < delays.size() ? delays.get(hops.size()).asLong() : 0;
            hops.add(new Route.Hop(NodeAddress.parse(node.get("mixHost").asText()),
                    new EncryptionKey(Vectors.bytes(node.get("sphinxPublicKey"))), delay));
        }
        return new Route(build.get("version").asInt(), hops, Destination.of(to.address().identity()));
    }

    SphinxPrivateKey nodeKey(String name) {
        return new SphinxPrivateKey(Vectors.bytes(named("nodes", name).get("sphinxPrivateKey")));
    }

    /** Pushes a packet through the recorded hops and gives what the last one gets. */
    Processed.Final walk(byte[] packet, JsonNode hops) throws SphinxException {
        for (JsonNode hop : hops) {
            Processed processed = format.process(packet, nodeKey(hop.get("node").asText()));
            assertEquals(hop.get("version").asText(), "sphinx-" + processed.version());
            if (hop.get("kind").asText().equals("final")) {
                Processed.Final last = assertInstanceOf(Processed.Final.class, processed);
                assertArrayEquals(Vectors.bytes(hop.get("destination")), last.destination().address());
                return last;
            }
            Processed.Forward forward = assertInstanceOf(Processed.Forward.class, processed);
            assertEquals(hop.get("nextHop").asText(), forward.next().toString());
            assertEquals(hop.get("delayNanos").asLong(), forward.delayNanos());
            packet = forward.packet();
            assertArrayEquals(Vectors.bytes(hop.get("nextHeader")),
                    Arrays.copyOf(packet, PacketFormat.HEADER_LENGTH));
            assertEquals(hop.get("nextPacketSha256").asText(), Vectors.sha256(packet));
        }
        throw new AssertionError("no final hop");
    }

    /** Checks a finished packet and its acknowledgement all the way; gives what is delivered to the client. */
    byte[] checkPacket(JsonNode expected, PreparedPacket packet, AckKey ackKey) throws SphinxException, WireException {
        assertTrue(Vectors.matches(expected.get("packet"), packet.packet()));
        assertEquals(expected.get("packetSha256").asText(), Vectors.sha256(packet.packet()));
        assertArrayEquals(Vectors.bytes(expected.get("header")),
                Arrays.copyOf(packet.packet(), PacketFormat.HEADER_LENGTH));
        assertEquals(NodeAddress.parse(expected.get("firstHop").asText()), packet.firstHop());
        assertEquals(expected.get("keyRotation").asInt(), packet.rotation().wireValue());
        assertEquals(size(expected), packet.mixPacket().size());
        assertEquals(expected.get("packetType").asInt(), packet.mixPacket().type().tag());
        if (expected.has("expectedRoundTripNanos")) {
            assertEquals(expected.get("expectedRoundTripNanos").asLong(), packet.expectedRoundTripNanos());
        }
        assertArrayEquals(
                Bytes.concat(Vectors.bytes(expected.get("gatewayRequestV1Prefix")), packet.packet()),
                packet.mixPacket().toBytesV1());
        assertArrayEquals(
                Bytes.concat(Vectors.bytes(expected.get("gatewayRequestV2Prefix")), packet.packet()),
                packet.mixPacket().toBytesV2());

        Processed.Final last = walk(packet.packet(), expected.get("hops"));
        assertEquals(expected.get("recoveredPlaintextSha256").asText(), Vectors.sha256(last.message()));
        assertArrayEquals(Vectors.bytes(expected.get("destination")), last.destination().address());
        SurbAck.FinalHop atGateway = SurbAck.split(last.message());
        assertTrue(Vectors.matches(expected.get("delivered"), atGateway.message()));
        assertEquals(size(expected).deliveredLength(), atGateway.message().length);
        JsonNode ack = expected.get("ack");
        assertEquals(NodeAddress.parse(ack.get("firstHop").asText()), atGateway.ackFirstHop());
        byte[] deliveredAck = walk(atGateway.ackPacket(), ack.get("hops")).message();
        assertArrayEquals(Vectors.bytes(ack.get("delivered")), deliveredAck);
        assertEquals(ack.get("fragmentId").asText(), Vectors.hex(SurbAck.open(deliveredAck, ackKey).bytes()));
        return atGateway.message();
    }

    static byte[][] ackScript(JsonNode ack) {
        return new byte[][] {Vectors.bytes(ack.get("iv")), Vectors.bytes(ack.get("build").get("initialSecret")),
                Vectors.bytes(ack.get("build").get("lastHopPadding"))};
    }

    /** IV, the acknowledgement's packet, then (unless a reply block made it) the data packet. */
    static ScriptedRandomness script(JsonNode packet, boolean forward) {
        List<byte[]> values = new ArrayList<>(List.of(ackScript(packet.get("ack"))));
        if (forward) {
            values.add(Vectors.bytes(packet.get("build").get("initialSecret")));
            values.add(Vectors.bytes(packet.get("build").get("lastHopPadding")));
        }
        return new ScriptedRandomness(values.toArray(byte[][]::new));
    }

    static PacketSize size(JsonNode packet) {
        return size(packet.get("packetSize").asText());
    }

    static PacketSize size(String name) {
        return PacketSize.valueOf(name.toUpperCase(Locale.ROOT).replaceFirst("^EXTENDED", "EXTENDED_"));
    }

    private JsonNode named(String list, String name) {
        for (JsonNode each : network.get(list)) {
            if (each.get("name").asText().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException("no " + name + " in " + list);
    }
}
