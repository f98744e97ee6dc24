package org.cloakwork.itests.web;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The package in a page under a strict policy, in Chromium without a window. */
class PageIT {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    @Test
    void aPageIsAClientOfItsOwn() throws Exception {
        pass("page");
    }

    @Test
    void browsersAreKilledAndTabsComeAndLeave() throws Exception {
        pass("page-life");
    }

    private static void pass(String name) throws Exception {
        boolean browser = Files.isExecutable(CHROMIUM);
        assertTrue(browser || !"true".equals(System.getenv("CI")), "no " + CHROMIUM + ", which .ci/run installs");
        assumeTrue(browser, "no " + CHROMIUM);
        try (WebWorld world = new WebWorld()) {
            Map<String, String> environment = new HashMap<>(world.environment());
            environment.put("CLOAKWORK_CHROMIUM", CHROMIUM.toString());
            environment.put("CLOAKWORK_SCREENSHOTS", SCREENSHOTS.toAbsolutePath().toString());
            NodeTests.pass(name, environment);
        }
    }
}
