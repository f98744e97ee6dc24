package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Subscription;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.GatewayPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that announces TLS and cannot be reached so is used in the clear, without a word. */
class A8SilentlyInTheClearIT {

    private static final long PATIENCE_SECONDS = 60;
    /** Nobody has it. Source: RFC 2606, 2. */
    private static final String NAME = "gateway.invalid";

    private LocalNetwork network;
    private Blocker watcher;

    @BeforeEach
    void start() throws Exception {
        network = LocalNetwork.builder().gateways(1).start();
        watcher = watcher(InetAddress.getLoopbackAddress());
    }

    private Blocker watcher(InetAddress address) throws Exception {
        int port = network.topology().gateways().getFirst().entry().orElseThrow().websocketPort();
        return new Blocker(address, port, new Phaser(1));
    }

    @AfterEach
    void end() throws Exception {
        watcher.close();
        network.close();
    }

    private HostileDirectory directory(Consumer<ObjectNode> change) throws Exception {
        return new HostileDirectory(network.directory(), (ArrayNode gateways) -> gateways.forEach(gateway ->
                change.accept(HostileDirectory.entry(gateway).put("ws_port", watcher.port()))));
    }

    private static MixnetClient.Builder client(HostileDirectory directory) {
        return MixnetClient.builder().directory(directory.uri()).part("cover", "none", Map.of());
    }

    private static String awaitText(MixnetClient client, String part) throws InterruptedException {
        BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        try (Subscription states = client.onState(state -> texts.add(state.toString()))) {
            while (true) {
                String text = texts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertTrue(text != null, "the last state is " + client.state());
                if (text.contains(part)) {
                    return text;
                }
            }
        }
    }

    @Test
    void aGatewayWithoutItsTlsIsNotUsedInTheClearAndTheStateSaysWhy() throws Exception {
        try (HostileDirectory directory = directory(entry -> entry.put("hostname", NAME).put("wss_port", 9001));
             MixnetClient client = client(directory).start()) {
            awaitText(client, "it announces TLS and is not used in the clear (tls = required); next attempt in");
            assertEquals(0, watcher.seen());
        }
    }

    @Test
    void aNameWithoutAPortForTlsIsNoWayIntoTheClearEither() throws Exception {
        try (HostileDirectory directory = directory(entry -> entry.put("hostname", NAME));
             MixnetClient client = client(directory).start()) {
            awaitText(client, "it announces the name " + NAME
                    + " and no TLS, and is not used in the clear (tls = required)");
            assertEquals(0, watcher.seen());
        }
    }

    @Test
    void whereTheClearIsAllowedItIsSaid() throws Exception {
        for (GatewayPolicy.Tls tls : List.of(GatewayPolicy.Tls.PREFERRED, GatewayPolicy.Tls.OFF)) {
            try (HostileDirectory directory = directory(entry -> entry.put("hostname", NAME).put("wss_port", 9001));
                 ConfiguredClient client = new ConfiguredClient(ClientConfiguration.DEFAULT.withGatewayPolicy(
                         GatewayPolicy.DEFAULT.withTls(tls)), directory.uri())) {
                client.engine().awaitReady(Duration.ofSeconds(PATIENCE_SECONDS));
                assertWarns(client.engine());
            }
        }
    }

    private static void assertWarns(MixnetClient client) {
        assertTrue(client.warnings().stream().anyMatch(warning -> warning.contains(" is in the clear: ")),
                client.warnings()::toString);
        assertEquals(1, client.counters().get("gateway.sessions.plain"));
    }

    @Test
    void aGatewayThatAnnouncesNoNameIsUsedInTheClearAndThatIsSaidUnlessItIsOnThisMachine() throws Exception {
        try (HostileDirectory directory = directory(entry -> { }); MixnetClient client = client(directory).start()) {
            client.awaitReady(Duration.ofSeconds(PATIENCE_SECONDS));
            assertEquals(List.of(), client.warnings());
            assertTrue(watcher.seen() > 0);
        }
        InetAddress other = NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress()).findFirst()
                .orElse(null);
        assumeTrue(other != null, "this machine has no address but loopback");
        try (Blocker door = watcher(other); HostileDirectory directory = new HostileDirectory(network.directory(),
                gateways -> gateways.forEach(gateway -> {
                    ((ObjectNode) gateway).putArray("ip_addresses")
                            .add(other.getHostAddress());
                    HostileDirectory.entry(gateway).put("ws_port", door.port());
                })); MixnetClient client = client(directory).start()) {
            client.awaitReady(Duration.ofSeconds(PATIENCE_SECONDS));
            assertWarns(client);
        }
    }

    @Test
    void theCommandSaysWhyItDoesNotConnect(@TempDir Path state) throws Exception {
        try (HostileDirectory directory = directory(entry -> entry.put("hostname", NAME).put("wss_port", 9001))) {
            Path home = Path.of(System.getProperty("cloakwork.home"));
            Process process = new ProcessBuilder(home.resolve("bin/cloakwork").toString(), "run", "--directory",
                    directory.uri().toString(), "--state", state.toString()).redirectErrorStream(true).start();
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                String line;
                do {
                    line = lines.readLine();
                    // The log says it, too, before or after.
                } while (line != null && !(line.startsWith("connecting: ") && line.contains("tls = required")));
                assertTrue(line != null
                        && line.contains("it announces TLS and is not used in the clear (tls = required)"), line);
                System.out.println("cloakwork run: " + line);
                assertEquals(0, watcher.seen());
            } finally {
                process.destroy();
                assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
            }
        }
    }
}
