package org.cloakwork.itests.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files of tests in {@code node/test}, run by Node against the package that was built. */
final class NodeTests {

    private static final Path PACKAGE = Path.of("..", "..", "bundles", "frontend-web", "target", "package");
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Pattern PASSED = Pattern.compile("(?m)^# pass (\\d+)$");

    private NodeTests() {
    }

    /** Fails unless all pass; prints how many, and the figures they tell. */
    static void pass(String name, Map<String, String> environment) throws Exception {
        String file = Path.of("node", "test", name + ".test.js").toAbsolutePath().toString();
        Map<String, String> all = new HashMap<>(environment);
        all.put("CLOAKWORK_PACKAGE", PACKAGE.toAbsolutePath().normalize().toString());
        Node.Ran ran = Node.run(LIMIT, all, "--test", "--test-reporter=tap", file);
        assertEquals(0, ran.code(), ran.text());
        Matcher passed = PASSED.matcher(ran.text());
        assertTrue(passed.find() && Integer.parseInt(passed.group(1)) > 1, ran.text());
        System.out.println("web: " + name + ": " + passed.group(1) + " passed");
        Pattern.compile("(?m)^\\s*# (.* ms)$").matcher(ran.text()).results()
                .forEach(line -> System.out.println("web: " + name + ": " + line.group(1)));
    }
}
