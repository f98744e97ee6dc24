package org.cloakwork.itests.web;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The package as applications use it, in Node, beside a client of the JVM. */
class PackageIT {

    @Test
    void inNodeBesideAClientOfTheJvm() throws Exception {
        try (WebWorld world = new WebWorld()) {
            Map<String, String> environment = new HashMap<>(world.environment());
            environment.put("CLOAKWORK_PEER", world.echo());
            NodeTests.pass("package", environment);
        }
    }
}
