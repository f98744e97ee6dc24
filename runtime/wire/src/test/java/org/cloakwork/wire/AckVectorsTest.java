package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.AesCtr;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AckVectorsTest {

    private final Vectors vectors = Vectors.load("acks.json");
    private final VectorNetwork network = new VectorNetwork(vectors);

    @TestFactory
    Stream<DynamicTest> acks() {
        return vectors.tests(Map.of(
                "ack", this::ack,
                "identifier", this::identifier,
                "identifierDecrypt", this::identifier,
                "ackKeyRefused", this::ackKeyRefused,
                "firstHop", this::firstHop));
    }

    private void ack(JsonNode c) throws Exception {
        VectorNetwork.Client client = network.client(c.get("client").asText());
        AckKey key = new AckKey(Vectors.bytes(c.get("ackKey")));
        assertEquals(client.ackKey(), key);
        Route route = network.route(c.get("build"), client);
        assertEquals(c.get("expectedTotalDelayNanos").asLong(), route.delayNanos());
        assertEquals(c.get("build").get("payloadSize").asInt(), PacketSize.ACK.payloadLength());
        FragmentId id = FragmentId.parse(Vectors.bytes(c.get("fragmentId")));
        ScriptedRandomness randomness = new ScriptedRandomness(VectorNetwork.ackScript(c));
        byte[] ack = SurbAck.create(network.format, List.of(route), key, List.of(id), randomness).getFirst();
        randomness.assertUsedUp();
        assertArrayEquals(Vectors.bytes(c.get("bytes")), ack);

        SurbAck.FinalHop parts = SurbAck.split(ack);
        assertEquals(c.get("firstHop").asText(), parts.ackFirstHop().toString());
        assertEquals(0, parts.message().length);
        byte[] delivered = network.walk(parts.ackPacket(), c.get("hops")).message();
        assertArrayEquals(Vectors.bytes(c.get("delivered")), delivered);
        assertEquals(c.get("recoveredFragmentId").asText(), Vectors.hex(SurbAck.open(delivered, key).bytes()));
    }

    /** The ids in these cases are any 5 bytes; those with the top bit set are none. */
    private void identifier(JsonNode c) throws WireException {
        AckKey key = new AckKey(Vectors.bytes(c.get("ackKey")));
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        if (c.get("fragmentId").isNull()) {
            assertThrows(WireException.class, () -> SurbAck.open(bytes, key));
            return;
        }
        byte[] id = Vectors.bytes(c.get("fragmentId"));
        byte[] iv = Arrays.copyOf(bytes, AesCtr.IV_LENGTH);
        if (c.has("iv")) {
            assertArrayEquals(Vectors.bytes(c.get("iv")), iv);
        }
        assertArrayEquals(bytes, Bytes.concat(iv, AesCtr.apply(key.bytes(), iv, id)));
        if (id[0] >= 0) {
            assertArrayEquals(id, SurbAck.open(bytes, key).bytes());
        } else {
            assertThrows(WireException.class, () -> SurbAck.open(bytes, key));
        }
    }

    private void ackKeyRefused(JsonNode c) {
        assertThrows(IllegalArgumentException.class, () -> new AckKey(new byte[c.get("length").asInt()]));
    }

    /** Upstream's reader takes any rest of at least 365 bytes; the gateway, which is its only caller, gives it 386. */
    private void firstHop(JsonNode c) throws WireException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        if (c.get("expect").get("ok").asBoolean() && bytes.length == SurbAck.LENGTH) {
            SurbAck.FinalHop parts = SurbAck.split(bytes);
            assertEquals(c.get("expect").get("firstHop").asText(), parts.ackFirstHop().toString());
            assertEquals(c.get("expect").get("packetLength").asInt(), parts.ackPacket().length);
        } else {
            assertThrows(WireException.class, () -> SurbAck.split(bytes));
        }
    }

    @Test
    void onlyExactly21BytesAreAnAcknowledgement() {
        AckKey key = network.client("alice").ackKey();
        for (int length : new int[] {0, 20, 22, 48, 1643}) {
            assertThrows(WireException.class, () -> SurbAck.open(new byte[length], key));
        }
    }
}
