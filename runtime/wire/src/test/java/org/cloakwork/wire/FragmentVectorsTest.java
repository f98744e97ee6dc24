package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.wire.Reassembler.Complete;
import org.cloakwork.wire.Reassembler.Incomplete;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class FragmentVectorsTest {

    private final Vectors vectors = Vectors.load("fragments.json");

    @TestFactory
    Stream<DynamicTest> fragments() {
        return vectors.tests(Map.of(
                "split", FragmentVectorsTest::split,
                "splitEmpty", FragmentVectorsTest::splitEmpty,
                "feed", FragmentVectorsTest::feed,
                "feedLast", FragmentVectorsTest::feedLast,
                "parse", FragmentVectorsTest::parse,
                "identifier", FragmentVectorsTest::identifier));
    }

    @Test
    void requiredFragments() {
        for (JsonNode expected : vectors.root().get("requiredFragments")) {
            assertEquals(
                    new Chunking.Required(expected.get("fragments").asInt(), expected.get("free").asInt()),
                    Chunking.requiredFragments(expected.get("length").asInt(),
                            expected.get("plaintextPerPacket").asInt()),
                    expected::toString);
        }
    }

    private static Reassembler<String> reassembler() {
        return new Reassembler<>(16 << 20, 1000, Duration.ofMinutes(30), 1000);
    }

    private static void split(JsonNode c) throws WireException {
        byte[] input = Vectors.bytes(c.get("input"));
        Iterator<JsonNode> ids = c.get("sets").iterator();
        List<Fragment> fragments = Chunking.split(input, c.get("plaintextPerPacket").asInt(),
                () -> ids.next().get("id").asInt());
        assertEquals(false, ids.hasNext());
        assertEquals(c.get("fragmentCount").asInt(), fragments.size());
        byte[] all = Bytes.concat(fragments.stream().map(Fragment::bytes).toArray(byte[][]::new));
        assertEquals(c.get("allFragmentsConcatenatedSha256").asText(), Vectors.sha256(all));
        int first = 0;
        for (JsonNode set : c.get("sets")) {
            int count = set.get("count").asInt();
            for (JsonNode listed : set.get("listed")) {
                Fragment fragment = fragments.get(first + listed.get("current").asInt() - 1);
                assertEquals(count, fragment.total());
                checkListed(listed, set.get("id").asInt(), fragment);
                checkListed(listed, set.get("id").asInt(), Fragment.parse(fragment.bytes()));
            }
            first += count;
        }
        List<Integer> order = c.get("feedOrder").isNull() ? IntStream.range(0, fragments.size()).boxed().toList()
                : StreamSupport.stream(c.get("feedOrder").spliterator(), false).map(JsonNode::asInt).toList();
        Reassembler<String> reassembler = reassembler();
        for (int i = 0; i < order.size(); i++) {
            Reassembler.Result result = reassembler.add("", Fragment.parse(fragments.get(order.get(i)).bytes()), i);
            if (i < order.size() - 1) {
                assertTrue(!(result instanceof Complete), "complete too early");
            } else {
                assertArrayEquals(input, assertInstanceOf(Complete.class, result).padded());
            }
        }
        assertEquals(0, reassembler.bytesHeld());
        assertEquals(0, reassembler.setsHeld());
    }

    private static void checkListed(JsonNode listed, int setId, Fragment fragment) {
        byte[] bytes = fragment.bytes();
        assertEquals(setId, fragment.setId());
        assertEquals(listed.get("current").asInt(), fragment.position());
        byte[] header = Vectors.bytes(listed.get("header"));
        assertArrayEquals(header, Arrays.copyOf(bytes, header.length));
        assertEquals(listed.get("payloadLength").asInt(), fragment.payload().length);
        assertEquals(bytes.length, fragment.length());
        if (listed.has("bytes")) {
            assertEquals(listed.get("bytes").asText(), Vectors.hex(bytes));
        } else {
            assertEquals(listed.get("sha256").asText(), Vectors.sha256(bytes));
        }
        if (listed.has("previousSetId")) {
            checkLinks(listed, fragment);
        }
    }

    private static void checkLinks(JsonNode expected, Fragment fragment) {
        assertEquals(optional(expected.get("previousSetId")), fragment.previousSet());
        assertEquals(optional(expected.get("nextSetId")), fragment.nextSet());
    }

    private static OptionalInt optional(JsonNode value) {
        return value.isNull() ? OptionalInt.empty() : OptionalInt.of(value.asInt());
    }

    private static void splitEmpty(JsonNode c) {
        assertEquals(c.get("fragmentCount").asInt(), Chunking.split(new byte[0], c.get("plaintextPerPacket").asInt(),
                () -> 1).size());
    }

    private static void feed(JsonNode c) throws WireException {
        Reassembler<String> reassembler = reassembler();
        for (int i = 0; i < c.get("fragments").size(); i++) {
            byte[] bytes = Vectors.bytes(c.get("fragments").get(i));
            Fragment fragment = Fragment.parse(bytes);
            assertArrayEquals(bytes, fragment.bytes());
            Reassembler.Result result = reassembler.add("", fragment, 0);
            JsonNode expected = c.get("results").get(i);
            if (expected.isNull()) {
                assertInstanceOf(Incomplete.class, result);
            } else {
                assertArrayEquals(Vectors.bytes(expected.get("message")),
                        assertInstanceOf(Complete.class, result).padded());
                assertEquals(expected.get("setIds").get(0).asInt(), fragment.setId());
            }
        }
    }

    private static void feedLast(JsonNode c) throws WireException {
        Reassembler<String> reassembler = reassembler();
        List<Reassembler.Result> results = new ArrayList<>();
        for (JsonNode bytes : c.get("fragments")) {
            results.add(reassembler.add("", Fragment.parse(Vectors.bytes(bytes)), 0));
        }
        int last = c.get("completesAtIndex").asInt();
        assertEquals(last, results.size() - 1);
        results.subList(0, last).forEach(result -> assertInstanceOf(Incomplete.class, result));
        byte[] message = assertInstanceOf(Complete.class, results.getLast()).padded();
        assertEquals(c.get("result").get("length").asInt(), message.length);
        assertEquals(c.get("result").get("messageSha256").asText(), Vectors.sha256(message));
        assertEquals(0, reassembler.setsHeld());
    }

    private static void parse(JsonNode c) throws WireException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        JsonNode expect = c.get("expect");
        if (!expect.get("ok").asBoolean()) {
            assertThrows(WireException.class, () -> Fragment.parse(bytes));
            return;
        }
        Fragment fragment = Fragment.parse(bytes);
        assertEquals(expect.get("id").asInt(), fragment.setId());
        assertEquals(expect.get("total").asInt(), fragment.total());
        assertEquals(expect.get("current").asInt(), fragment.position());
        assertEquals(expect.get("payload").asText(), Vectors.hex(fragment.payload()));
        assertEquals(expect.get("identifier").asText(), Vectors.hex(fragment.id().bytes()));
        checkLinks(expect, fragment);
        assertArrayEquals(bytes, new Fragment(expect.get("id").asInt(), expect.get("total").asInt(),
                expect.get("current").asInt(), optional(expect.get("previousSetId")),
                optional(expect.get("nextSetId")), Vectors.bytes(expect.get("payload"))).bytes());
    }

    private static void identifier(JsonNode c) throws WireException {
        byte[] bytes = Vectors.bytes(c.get("bytes"));
        if (c.get("expect").get("ok").asBoolean()) {
            FragmentId id = new FragmentId(c.get("expect").get("setId").asInt(),
                    c.get("expect").get("position").asInt());
            assertEquals(id, FragmentId.parse(bytes));
            assertArrayEquals(bytes, id.bytes());
        } else {
            assertThrows(WireException.class, () -> FragmentId.parse(bytes));
        }
    }
}
