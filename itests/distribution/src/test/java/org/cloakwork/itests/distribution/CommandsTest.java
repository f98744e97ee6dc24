package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start script and its verbs, from the assembled distribution. */
class CommandsTest {

    private static final Duration START = Duration.ofSeconds(60);
    private static final String STRANGER = "AKnL4NNf3DGWZJS6cPknBuEGnVsV4A4m5tgebLHaRSZ9"
            + ".EuHtd9yCn95edmJqLKFeyXeoPw9nPzp1HTwdJEWEw9YL@GyGKxMyg1p9SsHfm15MkNUu1u9TN2JtTspcdmrtGUdse";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void demoDeliversEverything() throws Exception {
        Command.Result result = Command.run("demo", "--once");
        assertEquals(0, result.exitCode(), result.text());
        assertTrue(result.text().contains("SHA-256 matches"), result.text());
        assertTrue(result.text().contains("answered by SURB"), result.text());
        assertTrue(result.text().contains("Everything arrived and was acknowledged."), result.text());
        result.lines().stream().filter(line -> line.matches("  (packets|latency|throughput|retransmissions) .*"))
                .forEach(System.out::println);
    }

    @Test
    void simulationsHoldAndRepeat() throws Exception {
        String[] simulation = {"simulate", "--clients", "5", "--hours", "0.5", "--seed", "3", "--packets", "stub",
            "--loss", "0.05", "--cover", "none", "--retransmission", "timeout", "--fault", "gateway-restart@10m+70s"};
        Command.Result first = Command.run(simulation);
        assertEquals(0, first.exitCode(), first.text());
        assertTrue(first.text().contains("OK        no payload delivered twice"), first.text());
        // Time and memory, which differ, are told on standard error.
        Predicate<String> report = line -> !line.startsWith("took ");
        assertEquals(first.lines().stream().filter(report).toList(),
                Command.run(simulation).lines().stream().filter(report).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--fault=flood@1m", "--cover=polka", "--retransmission=polka", "--packets=fake",
            "--loss=2"})
    void simulationsNameWhatIsWrong(String option) throws Exception {
        Command.Result result = Command.run("simulate", "--hours", "0.01", option);
        assertEquals(2, result.exitCode(), result.text());
        assertTrue(result.text().contains(option.substring(option.indexOf('=') + 1)), result.text());
    }

    /** Two shards, of which one is stopped and goes on, and one run of all say the same. */
    @Test
    void aStudyIsTheSameWhoeverDoesIt() throws Exception {
        String[] study = {"lab", "--clients", "3", "--hours", "0.003", "--routes", "uniform,subset:mixes=3",
                "--retransmission", "adaptive", "--hostile", "0.2", "--pairs", "100", "--out"};
        Path whole = folder.resolve("whole");
        assertEquals(0, Command.run(with(study, whole.toString())).exitCode());
        Path parts = folder.resolve("parts");
        for (String shard : List.of("1/2", "2/2")) {
            assertEquals(0, Command.run(with(study, parts.toString(), "--shard", shard)).exitCode());
        }
        Path first = parts.resolve("answers-1-of-2.txt");
        String answers = Files.readString(first);
        Files.writeString(first, answers.substring(0, answers.length() / 2));
        String second = parts.resolve("answers-2-of-2.txt").toString();
        Command.Result tooSoon = Command.run("lab", "merge", first.toString(), second);
        assertEquals(1, tooSoon.exitCode(), tooSoon.text());
        assertTrue(tooSoon.text().contains("have no answer in these files"), tooSoon.text());
        assertEquals(0, Command.run(with(study, parts.toString(), "--shard", "1/2")).exitCode());
        Command.Result merged = Command.run("lab", "merge", first.toString(), second, "--out", parts.toString());
        assertEquals(0, merged.exitCode(), merged.text());
        for (String file : List.of("report.txt", "traced.csv", "traced.json", "traced-0.2.svg", "global.csv",
                "flows.csv", "ends.csv", "dead.csv")) {
            assertEquals(Files.readString(whole.resolve(file)), Files.readString(parts.resolve(file)), file);
        }
        Files.writeString(first, Files.readString(first).replaceFirst("jars=[0-9a-f]{8}", "jars=00000000"));
        Command.Result mixed = Command.run("lab", "merge", second, first.toString());
        assertEquals(2, mixed.exitCode(), mixed.text());
        assertTrue(mixed.text().contains(first + ": answers of other jars"), mixed.text());
        Command.Result goesOn = Command.run(with(study, parts.toString(), "--shard", "1/2"));
        assertEquals(2, goesOn.exitCode(), goesOn.text());
        assertTrue(goesOn.text().contains(first + " has answers of other jars"), goesOn.text());
    }

    @Test
    void aStudyOfThreeProcessesLosesNothingIfOneIsKilled() throws Exception {
        String[] study = {"lab", "--clients", "60", "--hours", "0.05", "--routes", "uniform,subset", "--pairs", "0",
            "--threads", "1", "--out"};
        Path whole = folder.resolve("whole");
        assertEquals(0, Command.run(with(study, whole.toString())).exitCode());
        List<String> ports = ports(3);
        List<Path> folders = List.of(folder.resolve("one"), folder.resolve("two"), folder.resolve("killed"));
        try (Command one = Command.cloakwork(with(study, folders.get(0).toString(), "--cluster", ports.get(0) + ","
                + ports.get(1)));
                Command two = Command.cloakwork(with(study, folders.get(1).toString(), "--cluster", ports.get(1) + ","
                        + ports.get(0)));
                Command killed = Command.cloakwork(with(study, folders.get(2).toString(), "--cluster", ports.get(2)
                        + "," + ports.get(0) + "," + ports.get(1)))) {
            Path answers = folders.get(2).resolve("answers.txt");
            while (!Files.exists(answers) || Files.readAllLines(answers).size() < 20) {
                Thread.onSpinWait();
            }
            killed.signal("KILL");
            assertEquals(137, killed.end().exitCode());
            for (Command left : List.of(one, two)) {
                Command.Result result = left.end();
                assertEquals(0, result.exitCode(), result.text());
            }
        }
        for (Path left : folders.subList(0, 2)) {
            assertEquals(Files.readString(whole.resolve("report.txt")), Files.readString(left.resolve("report.txt")));
        }
        assertFalse(Files.exists(folders.get(2).resolve("report.txt")));
    }

    private static List<String> ports(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        List<String> ports = held.stream().map(socket -> Integer.toString(socket.getLocalPort())).toList();
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }

    private static String[] with(String[] words, String... more) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--routes=polka", "--hostile=2", "--paper=polka", "--shard=3/2", "--cluster=polka",
        "--cluster=192.0.2.1:7800", "--secret=/etc/hostname"})
    void studiesNameWhatIsWrong(String option) throws Exception {
        Command.Result result = Command.run("lab", option);
        assertEquals(2, result.exitCode(), result.text());
        assertTrue(result.text().contains(option.substring(option.indexOf('=') + 1)), result.text());
    }

    @Test
    void demoSendsAnyFile() throws Exception {
        Path file = folder.resolve("letter.txt");
        Files.writeString(file, "Dear Bob");
        Command.Result result = Command.run("demo", "--once", "--file", file.toString(), "--mixes-per-layer", "2",
                "--gateways", "3");
        assertEquals(0, result.exitCode(), result.text());
        assertTrue(result.text().contains("letter.txt, 8 bytes"), result.text());
        assertTrue(result.text().contains("6 mix nodes in 3 layers, 3 gateways"), result.text());
    }

    @Test
    void demoPrintsACurlLineThatWorksAndServesAPageWithAClient() throws Exception {
        try (Command demo = Command.cloakwork("demo", "--port-base", "0")) {
            String page = demo.awaitLine(line -> line.strip().startsWith("browser "), Duration.ofMinutes(3)).strip()
                    .split(" +")[1];
            assertTrue(new String(output(List.of("curl", "-sSf"), page), StandardCharsets.UTF_8).contains("page.js"));
            assertTrue(output(List.of("curl", "-sSf"), page + "cloakwork/engine/engine.wasm").length > 1_000_000);
            List<String> curl = new ArrayList<>(List.of(demo.awaitLine(line -> line.contains("curl --socks5-hostname"),
                    Duration.ofMinutes(3)).strip().split(" ")));
            // A smaller one of the files that are there, and its digest instead of a file.
            String url = curl.get(3).replace("16MiB", "1MiB");
            List<String> fetch = List.of("curl", "-sS", "--max-time", "120", curl.get(1), curl.get(2));
            byte[] file = output(fetch, url);
            assertEquals(1 << 20, file.length);
            assertEquals(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file)),
                    new String(output(fetch, url + ".sha256"), StandardCharsets.UTF_8).strip());
        }
    }

    @Test
    void whatDemoSaysOfSendAndReceiveWorks() throws Exception {
        Path letter = Files.writeString(folder.resolve("letter.txt"), "Dear Bob");
        try (Command demo = Command.cloakwork("demo", "--port-base", "0")) {
            // echo hello | ./cloakwork send BOB - --reply-surbs 5 --url WEBSOCKET
            String[] send = demo.awaitLine(line -> line.contains("./cloakwork send "), Duration.ofMinutes(3)).strip()
                    .split(" ");
            Command.Result sent = Command.run("send", send[5], letter.toString(), "--reply-surbs", "5", "--url",
                    send[10]);
            assertEquals(0, sent.exitCode(), sent.text());
            assertTrue(sent.text().matches("8 bytes acknowledged after \\d+ ms: \\d+ packets, \\d+ retransmissions"),
                    sent.text());
            Path inbox = Files.createDirectory(folder.resolve("inbox"));
            Command.Result received = Command.run("receive", "--count", "1", "--out", inbox.toString(), "--url",
                    send[10]);
            assertEquals(0, received.exitCode(), received.text());
            assertTrue(Files.readString(inbox.resolve("message-1")).startsWith("bob got 8 bytes"), received.text());
        }
    }

    private static byte[] output(List<String> command, String argument) throws Exception {
        List<String> all = new ArrayList<>(command);
        all.add(argument);
        Process process = new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        byte[] output = process.getInputStream().readAllBytes();
        assertEquals(0, process.waitFor());
        return output;
    }

    @Test
    void demoLogsNeitherAddressesNorPayloads() throws Exception {
        Command.Result result = Command.run("demo", "--once", "--verbose");
        assertEquals(0, result.exitCode(), result.text());
        List<String> logs = result.lines().stream().filter(line -> line.matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} .*"))
                .toList();
        assertFalse(logs.isEmpty(), "--verbose logs something");
        Pattern address = Pattern.compile("[1-9A-HJ-NP-Za-km-z]{32,44}\\.[1-9A-HJ-NP-Za-km-z]{32,44}");
        for (String line : logs) {
            assertFalse(address.matcher(line).find(), "an address in: " + line);
            assertFalse(line.contains("Hello Bob") || line.contains("SHA-256"), "a payload in: " + line);
        }
    }

    @Test
    void networkFileAndDirectoryDescribeTheSameNetwork() throws Exception {
        Path file = folder.resolve("net.json");
        try (Command localnet = Command.cloakwork("localnet", "--mixes-per-layer", "2", "--gateways", "3",
                "--network-file", file.toString())) {
            String line = localnet.awaitLine(l -> l.startsWith("  directory"), START);
            localnet.awaitLine(l -> l.startsWith("Stop with"), START);
            String directory = line.replace("  directory", "").strip();
            JsonNode network = JSON.readTree(file.toFile());
            assertEquals(network.get("rewarded_set"), get(directory + "v1/nym-nodes/rewarded-set"));
            Set<String> fromFile = new TreeSet<>();
            network.get("node_details").forEach(node -> fromFile.add(node.get("node_id") + " "
                    + node.get("mix_host").asText() + " " + hex(node.get("identity_key"))));
            Set<String> fromDirectory = new TreeSet<>();
            for (JsonNode node : get(directory + "v2/unstable/nym-nodes/skimmed?page=0").get("nodes").get("data")) {
                fromDirectory.add(node.get("node_id") + " " + node.get("ip_addresses").get(0).asText() + ":"
                        + node.get("mix_port").asInt() + " "
                        + hexOfBase58(node.get("ed25519_identity_pubkey").asText()));
            }
            assertEquals(9, fromFile.size());
            assertEquals(fromFile, fromDirectory);
        }
    }

    @Test
    void clientsOfTwoProcessesTalk() throws Exception {
        Path file = folder.resolve("net.json");
        try (Command localnet = Command.cloakwork("localnet", "--network-file", file.toString())) {
            String directory = localnet.awaitLine(l -> l.startsWith("  directory"), START).replace("  directory", "")
                    .strip();
            localnet.awaitLine(l -> l.startsWith("Stop with"), START);
            try (Command receiver = Command.cloakwork("run", "--directory", directory, "--state",
                    folder.resolve("receiver").toString())) {
                String address = receiver.awaitLine(l -> l.startsWith("address "), START)
                        .substring("address ".length());
                Command.Result sent = Command.run("run", "--network-file", file.toString(), "--to", address,
                        "--message", "hello");
                assertEquals(0, sent.exitCode(), sent.text());
                assertTrue(sent.lines().stream().anyMatch(line -> line.startsWith("5 bytes acknowledged")),
                        sent.text());
                receiver.awaitLine("received 5 bytes"::equals, START);
            }
            refusesWrongNetworkFile(file);
            refuses("the recipient's gateway is not in the network", "run", "--network-file", file.toString(), "--to",
                    STRANGER, "--message", "hello");
        }
    }

    private void refusesWrongNetworkFile(Path file) throws Exception {
        JsonNode network = JSON.readTree(file.toFile());
        ((ArrayNode) network.get("node_details").get("1").get("sphinx_key")).remove(0);
        Path wrong = folder.resolve("wrong.json");
        JSON.writeValue(wrong.toFile(), network);
        refuses(wrong + ": node_details.1.sphinx_key: ", "run", "--network-file", wrong.toString());
        ObjectNode identity = (ObjectNode) JSON.readTree(file.toFile());
        ArrayNode key = (ArrayNode) identity.get("node_details").get("4").get("identity_key");
        key.removeAll();
        key.add(2);
        for (int i = 1; i < 32; i++) {
            key.add(0);
        }
        JSON.writeValue(wrong.toFile(), identity);
        refuses(wrong + ": node_details.4.identity_key: ", "run", "--network-file", wrong.toString());
    }

    @Test
    void importTakesOverTheKeysOfNymClient() throws Exception {
        Path data = Files.createDirectories(folder.resolve("clients/mine/data"));
        // RFC 8032, test 1, and RFC 7748, Alice.
        key(data, "private_identity", "ED25519 PRIVATE KEY", "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
        key(data, "public_identity", "ED25519 PUBLIC KEY", "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        key(data, "private_encryption", "X25519 PRIVATE KEY", "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=");
        key(data, "public_encryption", "X25519 PUBLIC KEY", "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=");
        Path state = folder.resolve("state");
        refuses("ack_key.pem: missing", "import", data.toString(), "--state", state.toString());
        key(data, "ack_key", "AES-128-CTR ACKNOWLEDGEMENTS KEY", "AAAAAAAAAAAAAAAAAAAAAA==");
        Command.Result result = Command.run("import", data.getParent().toString(), "--state", state.toString());
        assertEquals(0, result.exitCode(), result.text());
        assertTrue(result.text().contains("FVen3X669xLzsi6N2V91DoiyzHzg1uAgqiT8jZ9nS96Z"), result.text());
        assertEquals(Files.readString(data.resolve("private_identity.pem")),
                Files.readString(state.resolve("default/private_identity.pem")));
        refuses("private_identity.pem: there already", "import", data.toString(), "--state", state.toString());
    }

    @Test
    void addressSurvivesKill() throws Exception {
        String state = folder.resolve("state").toString();
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(l -> l.startsWith("  directory"), START).replace("  directory", "")
                    .strip();
            localnet.awaitLine(l -> l.startsWith("Stop with"), START);
            String address;
            try (Command run = Command.cloakwork("run", "--directory", directory, "--state", state)) {
                address = run.awaitLine(l -> l.startsWith("address "), START);
                Command.Result second = Command.run("run", "--directory", directory, "--state", state);
                assertEquals(2, second.exitCode(), second.text());
                assertTrue(second.text().contains(folder.resolve("state/default") + ": in use"), second.text());
                run.kill();
            }
            try (Command run = Command.cloakwork("run", "--directory", directory, "--state", state)) {
                assertEquals(address, run.awaitLine(l -> l.startsWith("address "), START));
                Command.Result sent = Command.run("run", "--directory", directory, "--to",
                        address.substring("address ".length()), "--message", "hello");
                assertEquals(0, sent.exitCode(), sent.text());
                run.awaitLine("received 5 bytes"::equals, START);
            }
        }
        // Another network does not have that gateway: the client takes one of its own.
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(l -> l.startsWith("  directory"), START).replace("  directory", "")
                    .strip();
            localnet.awaitLine(l -> l.startsWith("Stop with"), START);
            try (Command run = Command.cloakwork("run", "--directory", directory, "--state", state)) {
                run.awaitLine(l -> l.startsWith("address "), START);
            }
        }
        Path key = folder.resolve("state/default/ack_key.pem");
        Files.writeString(key, "damaged");
        Command.Result refused = Command.run("run", "--state", state);
        assertEquals(2, refused.exitCode(), refused.text());
        assertTrue(refused.text().contains(key + ": not a key in PEM"), refused.text());
        assertEquals("damaged", Files.readString(key));
    }

    private static void key(Path folder, String name, String tag, String base64) throws Exception {
        Files.writeString(folder.resolve(name + ".pem"),
                "-----BEGIN " + tag + "-----\r\n" + base64 + "\r\n-----END " + tag + "-----\r\n");
    }

    @Test
    void portInUseIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            refuses("port " + port, "localnet", "--directory-port", port);
            refuses("port " + port, "localnet", "--gateway-port", port);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "demo --file /no/such/file | --file /no/such/file: no such file",
            "demo --gateways 1 | --gateways 1: the demo needs 2",
            "demo --gateways many | --gateways many: must be a number from 1 to 80",
            "demo --bogus | --bogus",
            "demo extra | unexpected \"extra\"",
            "localnet --directory-port 70000 | --directory-port 70000: must be a number from 0 to 65535",
            "localnet --network-file /no/such/folder/net.json | there is no folder /no/such/folder",
            "run --directory nowhere | --directory nowhere: must be an http or https URL",
            "run --network-file /no/such/net.json | /no/such/net.json: no such file",
            "run --gateway abc | --gateway abc: identity key",
            "run --to abc --message hi | --to abc: an address has exactly one '@'",
            "run --message hi | need --to",
            "run --etc /no/such/etc | /no/such/etc",
            "run --network nowhere | --network nowhere: there is no such file; allowed: mainnet, sandbox, ",
            "run --network ftp://example.org/ | --network ftp://example.org/: must be mainnet, sandbox, ",
            "run --network mainnet --directory http://127.0.0.1/ | --network and --directory exclude each other",
            "exits --network nowhere | --network nowhere: there is no such file",
            "exits --country Germany | --country Germany: must be an ISO 3166 code of two letters",
            "doctor --target nowhere | --target nowhere: must be HOST:PORT",
            "doctor --exit nobody | --exit nobody: an address has exactly one '@'",
            "doctor --report /no/such/folder/r | there is no folder /no/such/folder",
            "import | PATH is missing",
            "import /no/such/folder | /no/such/folder: no key files",
            "upgrade | ZIP is missing",
            "upgrade /no/such.zip | /no/such.zip.sha256: cannot be read",
            "import /a /b | unexpected \"/b\"",
            "sned | unknown command \"sned\""})
    void wrongInputIsNamedInOneLine(String example) throws Exception {
        String[] parts = example.split(" \\| ");
        refuses(parts[1], parts[0].split(" "));
    }

    @Test
    void everyVerbExplainsItself() throws Exception {
        for (String verb : List.of("demo", "localnet", "run", "import", "version", "help")) {
            Command.Result result = Command.run(verb, "--help");
            assertEquals(0, result.exitCode(), result.text());
            assertTrue(result.text().toLowerCase().contains("cloakwork"), result.text());
        }
        assertTrue(Command.run("version").text().contains("Nym release 2026.9"));
    }

    private static void refuses(String naming, String... arguments) throws Exception {
        Command.Result result = Command.run(arguments);
        assertEquals(2, result.exitCode(), result.text());
        assertEquals(1, result.lines().size(), result.text());
        assertTrue(result.text().contains(naming), result.text());
    }

    private static JsonNode get(String url) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return JSON.readTree(http.send(HttpRequest.newBuilder(URI.create(url)).timeout(START).build(),
                    HttpResponse.BodyHandlers.ofString()).body());
        }
    }

    private static String hex(JsonNode bytes) {
        StringBuilder hex = new StringBuilder();
        bytes.forEach(b -> hex.append("%02x".formatted(b.asInt())));
        return hex.toString();
    }

    private static String hexOfBase58(String text) {
        BigInteger value = BigInteger.ZERO;
        for (char c : text.toCharArray()) {
            value = value.multiply(BigInteger.valueOf(58)).add(BigInteger.valueOf(
                    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".indexOf(c)));
        }
        return "%064x".formatted(value);
    }
}
