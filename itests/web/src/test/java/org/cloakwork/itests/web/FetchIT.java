package org.cloakwork.itests.web;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The package's own HTTP and TLS, in Node: against servers that misbehave, and through a mixnet. */
class FetchIT {

    @Test
    void whatUsersOfMixFetchSufferDoesNotHappen() throws Exception {
        NodeTests.pass("fetch-suffering", Map.of());
    }

    @Test
    void itIsHttpAsServersSpeakIt() throws Exception {
        NodeTests.pass("fetch-http", Map.of());
    }

    @Test
    void theSameHoldsWithItsConnectionsInAnotherThread() throws Exception {
        Map<String, String> overPort = Map.of("CLOAKWORK_OVER_PORT", "true");
        NodeTests.pass("fetch-suffering", overPort);
        NodeTests.pass("fetch-http", overPort);
    }

    @Test
    void tlsEndsHereAndCertificatesAreChecked() throws Exception {
        NodeTests.pass("fetch-tls", Map.of());
    }

    @Test
    void throughAnExit() throws Exception {
        try (WebWorld world = new WebWorld()) {
            NodeTests.pass(JavaScriptRuntime.NODE, "fetch-exit", world.environment());
        }
    }
}
