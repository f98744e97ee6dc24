package org.cloakwork.itests.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Files of tests in {@code node/test}, run by Node against the package that was built. */
final class NodeTests {

    private static final Path PACKAGE = Path.of("..", "..", "bundles", "frontend-web", "target", "package");
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Pattern PASSED = Pattern.compile("(?m)^# pass (\\d+)$");

    private NodeTests() {
    }

    /** In Node, with its own runner. */
    static void pass(String name, Map<String, String> environment) throws Exception {
        pass("", List.of("node", "--test", "--test-reporter=tap"), name, environment);
    }

    /** With the runner that runs the same everywhere. */
    static void pass(JavaScriptRuntime runtime, String name, Map<String, String> environment) throws Exception {
        pass(runtime.command().getFirst() + ": ", runtime.command(), name, environment);
    }

    /** Fails unless all pass; prints how many, and the figures they tell. */
    private static void pass(String where, List<String> command, String name, Map<String, String> environment)
            throws Exception {
        String file = Path.of("node", "test", name + ".test.js").toAbsolutePath().toString();
        Map<String, String> all = new HashMap<>(environment);
        all.put("CLOAKWORK_PACKAGE", PACKAGE.toAbsolutePath().normalize().toString());
        Node.Ran ran = Node.run(LIMIT, all, Stream.concat(command.stream(), Stream.of(file)).toList());
        assertEquals(0, ran.code(), ran.text());
        Matcher passed = PASSED.matcher(ran.text());
        assertTrue(passed.find() && Integer.parseInt(passed.group(1)) > 1, ran.text());
        System.out.println("web: " + where + name + ": " + passed.group(1) + " passed");
        Pattern.compile("(?m)^\\s*# (.* ms)$").matcher(ran.text()).results()
                .forEach(line -> System.out.println("web: " + where + name + ": " + line.group(1)));
    }
}
