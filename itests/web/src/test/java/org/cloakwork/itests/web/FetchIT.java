package org.cloakwork.itests.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tests of the package's own HTTP, in Node, against servers that misbehave. */
class FetchIT {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Pattern PASSED = Pattern.compile("(?m)^# pass (\\d+)$");

    @ParameterizedTest
    @ValueSource(strings = {"fetch-suffering", "fetch-http"})
    void everyCallEndsAsItShould(String name) throws Exception {
        String file = Path.of("node", "test", name + ".test.js").toAbsolutePath().toString();
        Node.Ran ran = Node.run(LIMIT, Map.of(), "--test", "--test-reporter=tap", file);
        assertEquals(0, ran.code(), ran.text());
        Matcher passed = PASSED.matcher(ran.text());
        assertTrue(passed.find() && !List.of("0", "1").contains(passed.group(1)), ran.text());
        System.out.println("web: " + name + ": " + passed.group(1) + " passed");
    }
}
