package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor}: whatever is broken is named, with what to do about it. */
class DoctorTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NOBODY = "http://127.0.0.1:9/";

    @TempDir
    private static Path shared;
    private static Command network;
    private static Command exit;
    private static String directory;
    private static String exitAddress;
    private static ServerSocket target;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() throws Exception {
        network = Command.cloakwork("localnet");
        directory = network.awaitLine(line -> line.startsWith("  directory"), Command.PATIENCE)
                .replace("  directory", "").strip();
        exit = Command.cloakwork("run", "--directory", directory, "--etc", etc(shared.resolve("etc"),
                "frontends = exit\nexit.policy = reject *:9, accept *:*\nexit.allow-private = true\ncover = none\n"),
                "--state", shared.resolve("exit").toString());
        exitAddress = exit.awaitLine(line -> line.startsWith("address "), Command.PATIENCE)
                .substring("address ".length());
        target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterAll
    static void end() throws Exception {
        target.close();
        exit.close();
        network.close();
    }

    private static String etc(Path etc, String text) throws Exception {
        Files.createDirectories(etc);
        Files.writeString(etc.resolve("cloakwork.cfg"), text);
        return etc.toString();
    }

    private Command.Result doctor(Map<String, String> environment, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("doctor"));
        all.addAll(List.of(arguments));
        if (!all.contains("--state")) {
            all.addAll(List.of("--state", folder.resolve("state").toString()));
        }
        if (!all.contains("--etc")) {
            all.addAll(List.of("--etc", etc(folder.resolve("etc"), "cover = none\n")));
        }
        try (Command command = Command.cloakwork(environment, all.toArray(new String[0]))) {
            return command.end(Command.PATIENCE);
        }
    }

    /** The fault is the one that is named, and nothing else is. */
    private void names(String check, String words, Map<String, String> environment, String... arguments)
            throws Exception {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = "--json";
        Command.Result result = doctor(environment, all);
        JsonNode findings = JSON.readTree(result.lines().getLast()).get("findings");
        List<JsonNode> faults = new ArrayList<>();
        findings.forEach(finding -> {
            if (finding.get("state").asText().equals("fault")) {
                faults.add(finding);
            }
        });
        assertEquals(1, faults.size(), findings.toPrettyString());
        JsonNode fault = faults.getFirst();
        assertEquals(check, fault.get("check").asText(), findings.toPrettyString());
        assertTrue(fault.get("text").asText().contains(words), fault.toString());
        assertFalse(fault.get("remedy").asText().isBlank(), fault.toString());
        assertEquals(1, result.exitCode());
        System.out.println("doctor: " + fault.get("check").asText() + ": " + fault.get("text").asText() + " -> "
                + fault.get("remedy").asText());
    }

    private void names(String check, String words, UnaryOperator<String> lie, Duration behind) throws Exception {
        try (LyingDirectory lying = new LyingDirectory(directory, lie, behind)) {
            names(check, words, Map.of(), "--network", lying.url(), "--exit", exitAddress, "--target", target());
        }
    }

    private static String target() {
        return "127.0.0.1:" + target.getLocalPort();
    }

    @Test
    void whereAllIsWellNothingIsNamedAndAReportKeepsSecrets() throws Exception {
        Path report = folder.resolve("report.txt");
        Command.Result well = doctor(Map.of(), "--network", directory, "--exit", exitAddress, "--target", target(),
                "--report", report.toString());
        assertEquals(0, well.exitCode(), well.text());
        for (String check : List.of("java", "state", "configuration", "clock", "directory", "gateway", "loop", "exits",
                "exit", "names")) {
            assertTrue(well.lines().stream().anyMatch(line -> line.matches(check + " +ok .*")), check + well.text());
        }
        String text = Files.readString(report);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(report)));
        for (String secret : exitAddress.split("[.@]")) {
            assertFalse(text.contains(secret), text);
        }
        assertFalse(text.contains("127.0.0.1") || text.contains(folder.toString()), text);
        assertTrue(text.contains("loop") && text.contains("cover = none"), text);
        assertEquals(2, doctor(Map.of(), "--network", directory, "--report", report.toString()).exitCode());
    }

    @Test
    void whatIsWrongWithTheMachineIsNamed() throws Exception {
        names("java", "heap up to", Map.of("_JAVA_OPTIONS", "-Xmx80m"), "--network", directory, "--exit", exitAddress,
                "--target", target());
        Path file = Files.writeString(folder.resolve("file"), "");
        names("state", "cannot be written", Map.of(), "--network", directory, "--exit", exitAddress, "--target",
                target(), "--state", file.resolve("state").toString());
        names("port", "cannot be had", Map.of(), "--network", directory, "--exit", exitAddress, "--target", target(),
                "--etc", etc(folder.resolve("ports"), "cover = none\nfrontends = socks5\nsocks5.port = "
                        + target.getLocalPort() + "\n"));
        etc(folder.resolve("own"), "cover = none\n");
        Files.writeString(folder.resolve("own/org.cloakwork.frontend.http.cfg"), "port = " + target.getLocalPort());
        names("port", "of http cannot be had", Map.of(), "--network", directory, "--exit", exitAddress, "--target",
                target(), "--frontends", "http", "--etc", folder.resolve("own").toString());
        names("clock", "360", text -> text, Duration.ofHours(1).plusSeconds(4));
    }

    @Test
    void whatIsWrongInTheFilesIsNamed() throws Exception {
        names("configuration", "covr", Map.of(), "--network", directory, "--etc",
                etc(folder.resolve("key"), "covr = none\n"));
        names("configuration", "nonsense", Map.of(), "--network", directory, "--etc",
                etc(folder.resolve("part"), "cover = nonsense\n"));
    }

    @Test
    void whatIsWrongWithTheNetworkIsNamed() throws Exception {
        names("directory", NOBODY, Map.of(), "--network", NOBODY);
        names("directory", "", text -> "garbage", Duration.ZERO);
        names("directory", "layer", text -> text.replaceAll("\"layer2\":\\[[^]]*]", "\"layer2\":[]"), Duration.ZERO);
        names("gateway", "", text -> text.replaceAll("\"ws_port\":\\d+", "\"ws_port\":9"), Duration.ZERO);
        names("loop", "", text -> text.replaceAll("\"mix_port\":\\d+(?=[^}]*\"Mixnode\":\\{\"layer\":2)",
                "\"mix_port\":9"), Duration.ZERO);
    }

    @Test
    void whatIsWrongWithTheExitIsNamed() throws Exception {
        try (Command empty = Command.cloakwork("localnet")) {
            String other = empty.awaitLine(line -> line.startsWith("  directory"), Command.PATIENCE)
                    .replace("  directory", "").strip();
            names("exits", "names none", Map.of(), "--network", other);
        }
        names("names", "does not find", Map.of(), "--network", directory, "--exit", exitAddress, "--target",
                "no-such-host.invalid:80");
        String gone;
        try (Command run = Command.cloakwork("run", "--directory", directory, "--etc",
                etc(folder.resolve("gone"), "cover = none\n"), "--state", folder.resolve("gone-state").toString())) {
            gone = run.awaitLine(line -> line.startsWith("address "), Command.PATIENCE).substring("address ".length());
        }
        names("exit", "does not answer", Map.of(), "--network", directory, "--exit", gone, "--target", target());
        Command.Result refused = doctor(Map.of(), "--network", directory, "--exit", exitAddress, "--target",
                "127.0.0.1:9");
        assertTrue(refused.text().contains("its policy does not let 127.0.0.1 port 9 be reached"), refused.text());
        assertEquals(0, refused.exitCode());
    }
}
