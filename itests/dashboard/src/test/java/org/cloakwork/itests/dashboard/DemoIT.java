package org.cloakwork.itests.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.cloakwork.itests.testing.distribution.Command;
import org.cloakwork.spi.part.PartKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo, watched: by a browser, by whoever reads figures, and by whoever looks for what must not be told. */
class DemoIT {

    private static final int MAX_PAGE_BYTES = 60_000;
    private static final Pattern ROW = Pattern.compile("^\\| `(cloakwork_\\w+)` \\| (\\w+) \\| (\\w+) \\| (.*) \\|$",
            Pattern.MULTILINE);
    /** Base58 or hexadecimal of a key. */
    private static final Pattern KEY = Pattern.compile("[1-9A-HJ-NP-Za-km-z]{32,}|[0-9a-f]{32,}");
    private static final Path DOCS = Path.of(System.getProperty("cloakwork.docs"));

    @TempDir
    private static Path folder;

    private static Command demo;
    private static URI page;
    private static URI dashboard;

    @BeforeAll
    static void startDemo() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "a secret text that travels\n".repeat(1000));
        demo = Command.cloakwork("demo", "--port-base", "0", "--state", folder.resolve("state").toString(), "--file",
                file.toString());
        page = URI.create(demo.awaitLine(line -> true).replace("Watch it: ", ""));
        dashboard = URI.create(page.toString().replaceFirst("#.*", ""));
        demo.awaitLine(line -> line.contains("curl --socks5-hostname"));
    }

    @AfterAll
    static void stopDemo() {
        demo.close();
    }

    @Test
    void everythingOnThePageLives() throws Exception {
        JsonNode seen = Browser.look("watch", page.toString());
        System.out.println("dashboard: " + seen);
        assertEquals("All 6 clients send and receive.", seen.path("sentence").asText());
        assertEquals(6, seen.path("cards").asInt());
        assertEquals(7, seen.path("charts").size());
        seen.path("charts").properties().forEach(chart ->
                // Nothing needs to be sent again here.
                assertTrue(chart.getValue().asBoolean() || chart.getKey().equals("again"), chart.getKey()));
        List<String> followed = texts(seen.path("followed"));
        assertEquals(List.of("outbox", "sealed", "its turn", "sent", "acknowledged"), followed.stream()
                .map(step -> step.replaceFirst(" (\\d|\\+).*", "")).toList());
        assertTrue(texts(seen.path("exchanges")).getFirst().matches(
                "cover poisson → constant at alice, done after \\d+ ms; longest gap in sending \\d+ ms, "
                        + "0 messages lost\\."), seen.path("exchanges").toString());
        assertTrue(texts(seen.path("exchanges")).getLast().matches(
                "cover constant → poisson at alice, .* 0 messages lost\\."), seen.path("exchanges").toString());
        assertEquals(PartKind.OF_A_CLIENT.stream().map(PartKind::name).sorted().toList(),
                texts(seen.path("kinds")).stream().sorted().toList());
        assertEquals(5, seen.path("worth").size(), seen.path("worth").toString());
        assertTrue(texts(seen.path("worth")).stream().anyMatch(row -> row.matches("subset \\(in use\\); [\\d.]+ % "
                + "\\([\\d.]+ to [\\d.]+\\); 6\\.\\d+; \\d+ ms; 100 %")), seen.path("worth").toString());
        assertEquals(List.of(), texts(seen.path("console")));
        assertEquals(List.of(), texts(seen.path("outside")));
        assertEquals(List.of(), texts(seen.path("axe")).stream()
                .filter(fault -> fault.matches(".*: (serious|critical) .*")).toList());
        assertFalse(seen.path("overflow").asBoolean(), "the page is wider than its window");
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
    }

    @Test
    void pageIsSmallAndAsksNobodyElse() throws Exception {
        int bytes = 0;
        for (String file : List.of("", "dashboard.js", "dashboard.css", "icon.svg")) {
            HttpResponse<String> answer = Http.get(dashboard.resolve(file));
            assertEquals(200, answer.statusCode());
            bytes += answer.body().getBytes().length;
            assertFalse(Pattern.compile("https?://(?!www\\.w3\\.org/2000/svg)").matcher(answer.body()).find(), file);
        }
        System.out.println("dashboard: the page has " + bytes + " bytes");
        assertTrue(bytes < MAX_PAGE_BYTES, bytes + " bytes");
        assertTrue(Http.get(dashboard).body().contains("All 6 clients send and receive."), "without script");
    }

    /** Everything that it answers and prints in a full run, but what it prints for people to connect with. */
    @Test
    void nothingIsToldThatNobodyShallKnow() throws Exception {
        Pattern address = Pattern.compile("[1-9A-HJ-NP-Za-km-z]{43,44}\\.[1-9A-HJ-NP-Za-km-z]{43,44}@"
                + "[1-9A-HJ-NP-Za-km-z]{43,44}");
        List<String> secrets = new ArrayList<>(List.of("a secret text", "nobody saw me", fetchThroughSocks(),
                page.getFragment().substring("token=".length())));
        Matcher printed = address.matcher(demo.text());
        while (printed.find()) {
            secrets.addAll(List.of(printed.group().split("[.@]")));
        }
        assertTrue(secrets.size() >= 11, secrets.toString());
        Map<String, String> told = new TreeMap<>();
        for (String path : List.of("", "dashboard.js", "state", "parts", "health", "health/live", "health/ready",
                "metrics", "nowhere", "swap")) {
            told.put(path, Http.get(dashboard.resolve(path)).body());
        }
        try (Stream<String> events = Http.lines(dashboard.resolve("events"))) {
            told.put("events", events.limit(12).collect(Collectors.joining("\n")));
        }
        assertTrue(told.get("events").contains("\"passages\""), told.get("events"));
        told.forEach((path, body) -> {
            secrets.forEach(secret -> assertFalse(body.contains(secret), path + " tells " + secret));
            assertEquals(List.of(), KEY.matcher(body).results().map(MatchResult::group).toList(), path);
        });
    }

    /** {@return where it was fetched from, which only the exit shall know} */
    private static String fetchThroughSocks() throws Exception {
        URI target = URI.create(demo.awaitLine(line -> line.startsWith("  a page")).replaceFirst(".*(http\\S+).*",
                "$1"));
        URI socks = URI.create(demo.awaitLine(line -> line.startsWith("  SOCKS")).replaceFirst(".*(socks\\S+).*",
                "$1"));
        Proxy proxy = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(socks.getHost(), socks.getPort()));
        try (InputStream in = target.resolve("1MiB.sha256").toURL().openConnection(proxy).getInputStream()) {
            assertEquals(65, in.readAllBytes().length);
        }
        assertTrue(Http.get(dashboard.resolve("state")).body().contains("\"socks5.connections.opened\":1"));
        return target.getAuthority();
    }

    @Test
    void whoMayNotIsTurnedAway() throws Exception {
        String swap = "{\"kind\":\"cover\",\"name\":\"none\"}";
        assertEquals(401, Http.post(dashboard.resolve("swap"), swap).statusCode());
        assertEquals(401, Http.post(dashboard.resolve("swap"), swap, "Authorization", "Bearer no").statusCode());
        assertEquals(403, Http.get(dashboard.resolve("state"), "Origin", "https://example.org").statusCode());
        assertTrue(answerTo("localhost:" + dashboard.getPort()).contains(" 200 "));
        assertTrue(answerTo("example.org:" + dashboard.getPort()).contains(" 403 "), "a name that leads here");
        String token = page.getFragment().substring("token=".length());
        assertEquals(400, Http.post(dashboard.resolve("swap"), "{\"kind\":\"cover\",\"name\":\"no such\"}",
                "Authorization", "Bearer " + token).statusCode());
        assertEquals(400, Http.post(dashboard.resolve("swap"), "{".repeat(5000), "Authorization", "Bearer " + token)
                .statusCode());
        assertEquals(405, Http.post(dashboard.resolve("state"), "", "Authorization", "Bearer " + token).statusCode());
    }

    private static String answerTo(String host) throws IOException {
        try (Socket socket = new Socket(dashboard.getHost(), dashboard.getPort())) {
            socket.getOutputStream().write(("GET /state HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void figuresAreThoseOfTheTable() throws Exception {
        String text = Http.get(dashboard.resolve("metrics")).body();
        Path file = Files.writeString(folder.resolve("metrics.txt"), text);
        Map<String, String> exported = new TreeMap<>();
        for (JsonNode family : Browser.look("metrics", file.toString())) {
            String name = family.path("name").asText();
            if (name.startsWith("cloakwork_")) {
                String unit = name.endsWith("bytes_total") || name.endsWith("bytes") ? "bytes"
                        : name.endsWith("seconds") ? "seconds" : "count";
                exported.put(name, family.path("type").asText().toLowerCase() + " " + unit + " "
                        + family.path("help").asText());
                assertTrue(family.path("samples").asInt() > 0, name);
            }
        }
        Map<String, String> listed = new TreeMap<>();
        ROW.matcher(Files.readString(DOCS.resolve("dashboard.md"))).results().forEach(row ->
                listed.put(row.group(1), row.group(2) + " " + row.group(3) + " " + row.group(4)));
        Map<String, String> missing = new TreeMap<>(exported);
        missing.entrySet().removeAll(listed.entrySet());
        StringBuilder rows = new StringBuilder();
        missing.forEach((name, row) -> rows.append("| `").append(name).append("` | ")
                .append(row.replaceFirst(" ", " | ").replaceFirst("(\\| \\w+) ", "$1 | ")).append(" |\n"));
        assertEquals("", rows.toString(), "rows that docs/dashboard.md lacks");
        assertEquals(exported.keySet(), listed.keySet());
        Checkers.prometheus(text);
        String open = Http.get(dashboard.resolve("metrics"), "Accept", "application/openmetrics-text").body();
        Checkers.openMetrics(open, exported.keySet());
    }

    @Test
    void boardAsksForWhatThereIs() throws Exception {
        String text = Http.get(dashboard.resolve("metrics")).body();
        JsonNode board = new JsonMapper().readTree(DOCS.resolve("grafana-dashboard.json").toFile());
        TreeSet<String> asked = new TreeSet<>();
        board.path("panels").forEach(panel -> panel.path("targets").forEach(target ->
                Pattern.compile("\\b(cloakwork|jvm|process|system)_\\w+").matcher(target.path("expr").asText())
                        .results().forEach(name -> asked.add(name.group()))));
        assertTrue(asked.size() > 10, asked.toString());
        asked.forEach(name -> assertTrue(Pattern.compile("^" + name + "[{ ]", Pattern.MULTILINE).matcher(text).find(),
                name + " is not exported"));
    }

    @Test
    void stateForScriptsIsThatOfHealth() throws Exception {
        Command.Result state = Command.run("state", "--json", "--state", folder.resolve("state").toString());
        assertEquals(0, state.exitCode(), state.text());
        JsonNode json = new JsonMapper().readTree(state.text());
        JsonNode health = new JsonMapper().readTree(Http.get(dashboard.resolve("health")).body());
        assertEquals(health.path("sentence").asText(), json.path("sentence").asText());
        assertEquals("ready", json.path("state").asText());
        assertEquals(6, json.path("clients").size());
    }
}
