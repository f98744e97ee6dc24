package org.cloakwork.itests.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The package as applications use it, in Node. */
class PackageIT {

    private static final Path NPM = Path.of("..", "..", "bundles", "frontend-web", "target", "npm");

    @Test
    void besideAClientOfTheJvm() throws Exception {
        try (WebWorld world = new WebWorld()) {
            Map<String, String> environment = new HashMap<>(world.environment());
            environment.put("CLOAKWORK_PEER", world.echo());
            NodeTests.pass(JavaScriptRuntime.NODE, "package", environment);
        }
    }

    @Test
    void asItIsInstalledAndAsItsReadmeSays() throws Exception {
        try (WebWorld world = new WebWorld()) {
            Map<String, String> environment = new HashMap<>(world.environment());
            environment.put("CLOAKWORK_TGZ", tgz().toString());
            NodeTests.pass("readme", environment);
        }
    }

    @Test
    void whatIsTooOldIsToldSo() throws Exception {
        NodeTests.pass("old", Map.of());
    }

    @Test
    void aStateWhoseProcessIsKilledWhileItWrites() throws Exception {
        NodeTests.pass("state", Map.of());
    }

    /** The JVM has run them in the modules they belong to. */
    @Test
    void vectorsInWebAssembly() throws Exception {
        NodeTests.pass(JavaScriptRuntime.NODE, "vectors", Map.of("CLOAKWORK_VECTORS", vectors()));
    }

    static String vectors() throws IOException {
        return NPM.resolveSibling(Path.of("vectors", "vectors.wasm")).toRealPath().toString();
    }

    static String absolute(String first, String... more) throws IOException {
        return Path.of("..", "..").resolve(Path.of(first, more)).toRealPath().toString();
    }

    static Path tgz() throws IOException {
        try (Stream<Path> files = Files.list(NPM)) {
            return files.filter(file -> file.toString().endsWith(".tgz")).findFirst().orElseThrow().toRealPath();
        }
    }
}
