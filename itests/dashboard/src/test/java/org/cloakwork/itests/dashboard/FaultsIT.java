package org.cloakwork.itests.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each fault is named within seconds, in the sentence of the page and in health, with what to do about it. */
class FaultsIT {

    /** Until a fault is named. */
    private static final Duration NAMED = Duration.ofSeconds(5);
    /** Until health is right. */
    private static final Duration RIGHT = Duration.ofSeconds(2);

    private static Command network;
    private static URI directory;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startNetwork() throws Exception {
        network = Command.cloakwork("localnet");
        directory = URI.create(network.awaitLine(line -> line.contains("directory")).replaceFirst(".*(http\\S+).*",
                "$1"));
    }

    @AfterAll
    static void stopNetwork() throws Exception {
        network.close();
    }

    private Command run(Path home, String url, String frontEnds) throws IOException {
        Path etc = Files.createDirectories(folder.resolve("etc"));
        Files.copy(home.resolve("etc/defaults/cloakwork.cfg"), etc.resolve("cloakwork.cfg"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(etc.resolve("org.cloakwork.frontend.dashboard.cfg"), "port = 0\n");
        Files.writeString(etc.resolve("org.cloakwork.frontend.websocket.cfg"), "port = 0\n");
        return Command.start(List.of(home.resolve("bin/cloakwork").toString(), "run", "--directory", url, "--etc",
                etc.toString(), "--state",
                folder.resolve("state").toString(), "--frontends", frontEnds, "--topology", "nym-api"));
    }

    private static URI health(URI dashboard) {
        return dashboard.resolve("health");
    }

    private static boolean isReady(HttpResponse<String> answer) {
        return answer.statusCode() == 200;
    }

    /** Planted before: waits until it is named, in health and then on the page. */
    private static void named(String fault, URI dashboard, String pattern, String remedy) throws Exception {
        Duration took = Http.until(health(dashboard), NAMED, answer -> answer.body().matches("(?s).*" + pattern
                + ".*"));
        JsonNode told = new JsonMapper().readTree(Http.get(health(dashboard)).body());
        assertTrue(told.path("remedy").asText().contains(remedy), told.toString());
        JsonNode seen = Browser.look("sentence", dashboard.toString(), pattern, String.valueOf(NAMED.toMillis()));
        assertTrue(seen.path("matched").asBoolean(), seen.toString());
        assertEquals(told.path("remedy").asText(), seen.path("remedy").asText());
        assertEquals(0, seen.path("console").size(), seen.toString());
        System.out.println("dashboard: " + fault + " named after " + took.toMillis() + " ms: "
                + seen.path("sentence").asText());
    }

    @Test
    void gatewayThatGoesAndComesIsTold() throws Exception {
        try (DirectoryBetween between = new DirectoryBetween(directory);
             Command running = run(Command.HOME, between.url(), "dashboard")) {
            URI dashboard = Http.dashboard(running);
            Http.until(health(dashboard), Command.PATIENCE, FaultsIT::isReady);
            between.setOpen(false);
            Duration gone = Http.until(health(dashboard), RIGHT, answer -> answer.statusCode() == 503
                    && answer.body().contains("\"degraded\""));
            named("a gateway stopped", dashboard, "is degraded: .*gateway", "gateway");
            assertEquals(200, Http.get(dashboard.resolve("health/live")).statusCode());
            between.setOpen(true);
            Duration back = Http.until(health(dashboard), RIGHT, FaultsIT::isReady);
            System.out.println("dashboard: health right " + gone.toMillis() + " ms after the gateway went, and "
                    + back.toMillis() + " ms after it came");
        }
    }

    @Test
    void missingDirectoryIsNamed() throws Exception {
        String nowhere;
        try (ServerSocket closed = new ServerSocket(0)) {
            nowhere = "http://127.0.0.1:" + closed.getLocalPort() + "/";
        }
        try (Command running = run(Command.HOME, nowhere, "dashboard")) {
            named("no directory", Http.dashboard(running), URI.create(nowhere).getAuthority(), "directory");
        }
    }

    @Test
    void wrongClockIsNamed() throws Exception {
        try (DirectoryBetween between = new DirectoryBetween(directory)) {
            between.setAhead(Duration.ofHours(2));
            try (Command running = run(Command.HOME, between.url(), "dashboard")) {
                named("a wrong clock", Http.dashboard(running), "clock is at least [67]\\d{3} s slow", "clock");
            }
        }
    }

    @Test
    void missingPartIsNamed() throws Exception {
        Path home = copy(Command.HOME, folder.resolve("home"));
        try (Command running = run(home, directory.toString(), "dashboard")) {
            URI dashboard = Http.dashboard(running);
            Http.until(health(dashboard), Command.PATIENCE, FaultsIT::isReady);
            Path jar = home.resolve("bundles/org.cloakwork.sphinx.fast.jar");
            Path away = folder.resolve("away.jar");
            Files.move(jar, away);
            named("a part missing", dashboard, "no sphinx part", "bundles/");
            Files.move(away, jar);
            Http.until(health(dashboard), Command.PATIENCE, FaultsIT::isReady);
        }
    }

    @Test
    void fullDiskIsNamed() throws Exception {
        try (Command running = run(Command.HOME, directory.toString(), "dashboard,websocket")) {
            URI dashboard = Http.dashboard(running);
            String websocket = running.awaitLine(line -> line.startsWith("websocket ws")).split(" ")[1];
            Http.until(health(dashboard), Command.PATIENCE, FaultsIT::isReady);
            String address = running.awaitLine(line -> line.startsWith("address ")).split(" ")[1];
            // No file of the process may become longer: what a disk without room does to it.
            assertEquals(0, new ProcessBuilder("prlimit", "--pid", String.valueOf(running.pid()), "--fsize=1")
                    .inheritIO().start().waitFor());
            try (HttpClient http = HttpClient.newHttpClient()) {
                WebSocket socket = http.newWebSocketBuilder().buildAsync(URI.create(websocket),
                        new WebSocket.Listener() { }).join();
                socket.sendText("{\"type\":\"send\",\"recipient\":\"" + address + "\",\"message\":\"hi\"}", true)
                        .join();
                named("a full disk", dashboard, "the state cannot be written", "room");
                socket.abort();
            }
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (List.of("docs", "state").contains(folder.getFileName().toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(from.relativize(folder).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
        assertFalse(Files.notExists(to.resolve("bundles")));
        return to;
    }
}
