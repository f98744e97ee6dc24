package org.cloakwork.itests.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The package's own HTTP and TLS, in Node: against servers that misbehave, and through a mixnet. */
class FetchIT {

    static final Path PACKAGE = Path.of("..", "..", "bundles", "frontend-web", "target", "package").toAbsolutePath()
            .normalize();
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Pattern PASSED = Pattern.compile("(?m)^# pass (\\d+)$");

    @Test
    void whatUsersOfMixFetchSufferDoesNotHappen() throws Exception {
        passes("fetch-suffering", Map.of());
    }

    @Test
    void itIsHttpAsServersSpeakIt() throws Exception {
        passes("fetch-http", Map.of());
    }

    @Test
    void theSameHoldsWithItsConnectionsInAnotherThread() throws Exception {
        Map<String, String> overPort = Map.of("CLOAKWORK_OVER_PORT", "true");
        passes("fetch-suffering", overPort);
        passes("fetch-http", overPort);
    }

    @Test
    void tlsEndsHereAndCertificatesAreChecked() throws Exception {
        passes("fetch-tls", Map.of());
    }

    @Test
    void throughAnExit() throws Exception {
        try (WebWorld world = new WebWorld()) {
            passes("fetch-exit", world.environment());
        }
    }

    private static void passes(String name, Map<String, String> environment) throws Exception {
        String file = Path.of("node", "test", name + ".test.js").toAbsolutePath().toString();
        Map<String, String> all = new HashMap<>(environment);
        all.put("CLOAKWORK_PACKAGE", PACKAGE.toString());
        Node.Ran ran = Node.run(LIMIT, all, "--test", "--test-reporter=tap", file);
        assertEquals(0, ran.code(), ran.text());
        Matcher passed = PASSED.matcher(ran.text());
        assertTrue(passed.find() && Integer.parseInt(passed.group(1)) > 1, ran.text());
        System.out.println("web: " + name + ": " + passed.group(1) + " passed");
        Pattern.compile("(?m)^\\s*# (.* ms)$").matcher(ran.text()).results()
                .forEach(line -> System.out.println("web: " + name + ": " + line.group(1)));
    }
}
