package org.cloakwork.itests.vectors;

import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;

/** One file of test cases; see itests/vectors/README.md for what the files and fields mean. */
public final class Vectors {

    private final String file;
    private final JsonNode root;

    /** Checks one case. */
    @FunctionalInterface
    public interface Check {
        void check(JsonNode testCase) throws Exception;
    }

    private Vectors(String file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    /**
     * @param file for example {@code sphinx.json}
     * @return its content
     */
    public static Vectors load(String file) {
        try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + file)) {
            return new Vectors(file, new ObjectMapper().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the whole document, for its extra tables} */
    public JsonNode root() {
        return root;
    }

    /**
     * @param name of a case
     * @return the case
     */
    public JsonNode named(String name) {
        return cases().filter(c -> name.equals(c.path("name").asText())).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(file + " has no case " + name));
    }

    /** {@return every case of the file} */
    public Stream<JsonNode> cases() {
        return StreamSupport.stream(root.get("cases").spliterator(), false);
    }

    /**
     * One test a case, and a last one that fails unless all of them passed and prints how many there were.
     *
     * @param checks what to do for each kind; a case of a kind that is not in it fails
     * @return tests for a {@code @TestFactory}
     */
    public Stream<DynamicTest> tests(Map<String, Check> checks) {
        return testsExcept(Set.of(), checks);
    }

    /**
     * As {@link #tests}, for a file whose cases belong to several modules.
     *
     * @param testedElsewhere kinds another module checks; one that is not in the file fails
     * @param checks          what to do for each of the other kinds
     * @return tests for a {@code @TestFactory}
     */
    public Stream<DynamicTest> testsExcept(Set<String> testedElsewhere, Map<String, Check> checks) {
        AtomicInteger passed = new AtomicInteger();
        List<JsonNode> ours = cases().filter(c -> !testedElsewhere.contains(c.get("kind").asText())).toList();
        Stream<DynamicTest> tests = ours.stream().map(c -> {
            String kind = c.get("kind").asText();
            return DynamicTest.dynamicTest(kind + " " + c.get("name").asText(), () -> {
                Check check = checks.get(kind);
                if (check == null) {
                    fail("no check for kind " + kind);
                }
                check.check(c);
                passed.incrementAndGet();
            });
        });
        return Stream.concat(tests, Stream.of(DynamicTest.dynamicTest("all of " + file, () -> {
            System.out.println("vectors " + file + ": " + passed.get() + " of " + ours.size() + " cases passed, "
                    + (root.get("cases").size() - ours.size()) + " belong to another module");
            Set<String> kinds = cases().map(c -> c.get("kind").asText()).collect(Collectors.toSet());
            if (!kinds.containsAll(testedElsewhere)) {
                fail(file + " lacks some of " + testedElsewhere);
            }
            if (passed.get() != ours.size()) {
                fail(passed.get() + " of " + ours.size() + " cases of " + file + " passed");
            }
        })));
    }

    /**
     * @param value a hex string, {@code {"hex"}} or {@code {"pattern"}}; checked against {@code sha256} if it is there
     * @return the bytes
     */
    public static byte[] bytes(JsonNode value) {
        if (value.isTextual()) {
            return HexFormat.of().parseHex(value.asText());
        }
        byte[] bytes;
        if (value.has("hex")) {
            bytes = HexFormat.of().parseHex(value.get("hex").asText());
        } else if (value.has("pattern")) {
            JsonNode p = value.get("pattern");
            bytes = pattern(p.get("a").asInt(), p.get("b").asInt(), p.get("length").asInt());
        } else {
            throw new IllegalArgumentException("no bytes in " + value);
        }
        if (value.has("sha256") && !sha256(bytes).equals(value.get("sha256").asText())) {
            throw new IllegalArgumentException("sha256 does not fit");
        }
        return bytes;
    }

    /**
     * @param value as for {@link #bytes}, or {@code {"length","sha256"}}
     * @param bytes what to compare with it
     * @return whether they are the same
     */
    public static boolean matches(JsonNode value, byte[] bytes) {
        if (value.isTextual() || value.has("hex") || value.has("pattern")) {
            return MessageDigest.isEqual(bytes(value), bytes);
        }
        return value.get("length").asInt() == bytes.length && value.get("sha256").asText().equals(sha256(bytes));
    }

    /** {@return byte i = (a + b·i + i/256) mod 256} */
    public static byte[] pattern(int a, int b, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (a + b * i + i / 256);
        }
        return bytes;
    }

    /** {@return lower-case hex of the SHA-256} */
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return lower-case hex} */
    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
