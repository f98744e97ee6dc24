package org.cloakwork.itests.web;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The package where there is no Node and no browser: what runs in Node runs there, too. */
class RuntimesIT {

    @ParameterizedTest
    @EnumSource(names = {"BUN", "DENO"})
    void besideAClientOfTheJvm(JavaScriptRuntime runtime) throws Exception {
        try (WebWorld world = new WebWorld()) {
            Map<String, String> environment = new HashMap<>(world.environment());
            environment.put("CLOAKWORK_PEER", world.echo());
            NodeTests.pass(runtime, "package", environment);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BUN", "DENO"})
    void vectorsAndFetch(JavaScriptRuntime runtime) throws Exception {
        NodeTests.pass(runtime, "vectors", Map.of("CLOAKWORK_VECTORS", PackageIT.vectors()));
        try (WebWorld world = new WebWorld()) {
            NodeTests.pass(runtime, "fetch-exit", world.environment());
        }
    }

    @Test
    void workerd() throws Exception {
        try (WebWorld world = new WebWorld()) {
            Map<String, String> environment = new HashMap<>(world.environment());
            environment.put("CLOAKWORK_PEER", world.echo());
            environment.put("CLOAKWORK_TGZ", PackageIT.tgz().toString());
            environment.put("CLOAKWORK_VECTORS", PackageIT.vectors());
            environment.put("CLOAKWORK_EXAMPLE", PackageIT.absolute("distribution", "examples", "edge"));
            NodeTests.pass("edge", environment);
        }
    }
}
