package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks by name, and the exits in them. */
class ExitsTest {

    private static final Duration START = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private static Command.Result verb(int exitCode, String... arguments) throws Exception {
        Command.Result result = Command.run(arguments);
        assertEquals(exitCode, result.exitCode(), result.text());
        return result;
    }

    @Test
    void theDemosExitIsNamedByItsNetwork() throws Exception {
        String state = folder.resolve("state").toString();
        try (Command demo = Command.cloakwork("demo", "--port-base", "0", "--state", state)) {
            demo.awaitLine(line -> line.startsWith("  curl --socks5-hostname"), START);
            JsonNode clients = JSON.readTree(verb(0, "exits", "--json", "--state", state).text()).get("clients");
            JsonNode alice = Stream.iterate(0, i -> i + 1).map(clients::get)
                    .filter(client -> client.get("name").asText().equals("alice")).findFirst().orElseThrow();
            assertEquals(1, alice.get("exits").size(), alice.toString());
            JsonNode exit = alice.get("exits").get(0);
            assertEquals("untried", exit.get("state").asText());
            assertEquals(100, exit.get("performance").asInt());
            String listed = verb(0, "exits", "--state", state).text();
            assertTrue(listed.contains(exit.get("address").asText()), listed);
            assertTrue(verb(0, "exits", "--country", "de", "--state", state).text().contains("alice: no exits"));
        }
        assertTrue(verb(1, "exits", "--state", state).text().contains("no instance runs"));
    }

    /** As on a fresh machine: nothing is configured but the network, which names an exit. */
    @Test
    void whoKnowsTheNetworkOnlyBrowsesThroughAnExitThatItNames() throws Exception {
        Path file = folder.resolve("net.json");
        Path etc = etc("exit-etc");
        Files.writeString(etc.resolve("org.cloakwork.exit.cfg"),
                "policy = accept 127.0.0.0/8:*\nallow-private = true\n");
        HttpServer page = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        page.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("hello".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        page.start();
        try (Command localnet = Command.cloakwork("localnet", "--network-file", file.toString())) {
            localnet.awaitLine(line -> line.startsWith("Stop with"), START);
            try (Command exit = Command.cloakwork("run", "--network", file.toString(), "--frontends", "exit", "--etc",
                    etc.toString(), "--state", folder.resolve("exit").toString())) {
                String address = exit.awaitLine(line -> line.startsWith("address "), START)
                        .substring("address ".length());
                ObjectNode network = (ObjectNode) JSON.readTree(file.toFile());
                network.putArray("exits").addObject().put("address", address).put("country", "CH");
                Path named = folder.resolve("named.json");
                Files.writeString(named, network.toString());
                browse(named, page.getAddress().getPort(), address);
            }
        } finally {
            page.stop(0);
        }
    }

    /** One that says nothing. */
    private Path etc(String name) throws Exception {
        Path etc = Files.createDirectories(folder.resolve(name));
        Files.writeString(etc.resolve("cloakwork.cfg"), "");
        return etc;
    }

    private void browse(Path network, int page, String exit) throws Exception {
        Path etc = etc("etc");
        Files.writeString(etc.resolve("org.cloakwork.frontend.socks5.cfg"), "port = 0\n");
        Files.writeString(etc.resolve("org.cloakwork.frontend.http.cfg"), "port = 0\n");
        String state = folder.resolve("state").toString();
        try (ServerSocket site = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
             Socket program = new Socket()) {
            Socket atSite;
            try (Command run = Command.cloakwork("run", "--network", network.toString(), "--frontends", "socks5,http",
                    "--etc", etc.toString(), "--state", state)) {
                browse(run, page, exit, state);
                atSite = connect(program, run, site);
            }
            try (atSite) {
                // Who is stopped tells its exit, which does not hold the connection any longer.
                atSite.setSoTimeout((int) START.toMillis());
                assertThrows(SocketException.class, atSite.getInputStream()::read);
            }
        }
    }

    private void browse(Command run, int page, String exit, String state) throws Exception {
        URI http = http(run);
        run.awaitLine("ready"::equals, START);
        try (HttpClient client = HttpClient.newBuilder().proxy(ProxySelector.of(new InetSocketAddress(
                http.getHost(), http.getPort()))).build()) {
            long begin = System.nanoTime();
            HttpResponse<String> answer = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + page
                    + "/")).timeout(START).build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer.body());
            assertEquals("hello", answer.body());
            System.out.println("a page through an exit that was found, after ready: "
                    + (System.nanoTime() - begin) / 1_000_000 + " ms");
        }
        JsonNode known = JSON.readTree(verb(0, "exits", "--json", "--state", state).text()).get("clients").get(0)
                .get("exits").get(0);
        assertEquals(exit, known.get("address").asText());
        assertEquals("in use", known.get("state").asText());
        assertEquals("CH", known.get("country").asText());
        assertTrue(known.get("round_trip_ms").asInt() > 0, known.toString());
        assertEquals(1, known.get("policy_rules").asInt());
    }

    private static Socket connect(Socket program, Command run, ServerSocket site) throws Exception {
        URI http = http(run);
        program.connect(new InetSocketAddress(http.getHost(), http.getPort()));
        String target = "127.0.0.1:" + site.getLocalPort();
        program.getOutputStream().write(("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        program.setSoTimeout((int) START.toMillis());
        assertEquals("HTTP/1.1 200", new String(program.getInputStream().readNBytes(12), StandardCharsets.US_ASCII));
        site.setSoTimeout((int) START.toMillis());
        return site.accept();
    }

    private static URI http(Command run) throws Exception {
        return URI.create(run.awaitLine(line -> line.startsWith("http "), START).substring("http ".length()));
    }

    @Test
    void aNetworkIsJoinedByUrlOrFileAndAskedForItsExits() throws Exception {
        Path file = folder.resolve("net.json");
        try (Command localnet = Command.cloakwork("localnet", "--network-file", file.toString())) {
            String directory = localnet.awaitLine(line -> line.startsWith("  directory"), START)
                    .replace("  directory", "").strip();
            localnet.awaitLine(line -> line.startsWith("Stop with"), START);
            assertTrue(verb(0, "exits", "--network", directory).text().contains("no exits"));
            String nobody = "http://127.0.0.1:9/";
            try (Command exit = Command.cloakwork("run", "--network", nobody + "," + directory,
                    "--state", folder.resolve("exit").toString())) {
                String address = exit.awaitLine(line -> line.startsWith("address "), START)
                        .substring("address ".length());
                ObjectNode network = (ObjectNode) JSON.readTree(file.toFile());
                network.putArray("exits").addObject().put("address", address).put("country", "CH");
                Path named = folder.resolve("named.json");
                Files.writeString(named, network.toString());
                JsonNode exits = JSON.readTree(verb(0, "exits", "--network", named.toString(), "--json").text())
                        .get("exits");
                assertEquals(address, exits.get(0).get("address").asText());
                assertEquals("CH", exits.get(0).get("country").asText());
                assertTrue(verb(0, "run", "--network", named.toString(), "--to", address, "--message", "hello").text()
                        .contains("5 bytes acknowledged"));
                network.putArray("exits").addObject().put("address", "nowhere");
                Files.writeString(named, network.toString());
                String refused = verb(1, "exits", "--network", named.toString()).text();
                assertTrue(refused.contains(named + ": exits.0.address: "), refused);
            }
            String gone = verb(1, "exits", "--network", nobody).text();
            assertTrue(gone.contains("http://127.0.0.1:9/v1/nym-nodes/"), gone);
        }
    }
}
