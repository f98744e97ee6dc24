package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** L3: any user of the machine could use the websocket and got every message; received files were everybody's. */
class L3AnotherUserAtTheDoorsIT {

    private static final String NOBODY = "65534";
    private static final List<String> AS_NOBODY =
            List.of("/usr/bin/setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
    private static final List<String> AS_OURSELVES = List.of();

    @TempDir
    private Path temporary;
    private Command network;
    private String directory;
    private Path etc;

    @BeforeEach
    void startANetwork() throws Exception {
        network = Command.cloakwork("localnet");
        directory = network.awaitLine(line -> line.startsWith("  directory ")).strip().split(" +")[1];
        etc = Files.createDirectory(temporary.resolve("etc"));
        Files.copy(Command.HOME.resolve("etc/defaults/cloakwork.cfg"), etc.resolve("cloakwork.cfg"));
    }

    @AfterEach
    void stopIt() {
        network.close();
    }

    private Command client(String state) throws IOException {
        return Command.cloakwork("run", "--directory", directory, "--cover", "none", "--etc", etc.toString(),
                "--state", temporary.resolve(state).toString());
    }

    private void configure(String... lines) throws IOException {
        Files.write(etc.resolve("cloakwork.cfg"), List.of(lines), StandardOpenOption.APPEND);
    }

    private static String after(Command client, String word, Predicate<String> wanted) throws InterruptedException {
        return client.awaitLine(line -> line.startsWith(word + " ") && wanted.test(line)).split(" ")[1];
    }

    /** {@return what curl says; its exit code last} */
    private static String curl(List<String> as, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(as);
        command.addAll(List.of("curl", "-s", "-S", "--max-time", "60"));
        command.addAll(List.of(arguments));
        try (Command curl = Command.start(command)) {
            Command.Result result = curl.end();
            return result.text() + " " + result.exitCode();
        }
    }

    private static String status(List<String> as, URI url) throws Exception {
        return curl(as, "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:" + url.getPort() + "/");
    }

    @Test
    void eachDoorServesTheSameUserOnly() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/bin/setpriv")),
                "only root can be another user");
        try (Command exit = client("exit")) {
            configure("frontends = websocket,dashboard,socks5", "websocket.port = 0", "dashboard.port = 0",
                    "socks5.port = 0", "socks5.exit = " + after(exit, "address", line -> true));
        }
        try (Command client = client("state")) {
            String address = after(client, "address", line -> true);
            URI websocket = URI.create(after(client, "websocket", line -> true));
            URI dashboard = URI.create(after(client, "dashboard", line -> true));
            URI socks = URI.create(after(client, "socks5", line -> true));

            assertEquals("403 0", status(AS_NOBODY, websocket));
            assertEquals("426 0", status(AS_OURSELVES, websocket));
            assertEquals("403 0", status(AS_NOBODY, dashboard));
            assertEquals("200 0", status(AS_OURSELVES, dashboard));
            String proxied = curl(AS_NOBODY, "--socks5-hostname", "127.0.0.1:" + socks.getPort(), "http://a.example/");
            assertNotEquals("0", proxied.substring(proxied.lastIndexOf(' ') + 1), proxied);
            String metrics = curl(AS_OURSELVES, "http://127.0.0.1:" + dashboard.getPort() + "/metrics");
            assertTrue(metrics.lines().anyMatch(line -> line.startsWith("cloakwork_socks5_sockets_other_user_total")
                    && line.endsWith(" 1.0")), metrics);
            System.out.println("L3: another user was turned away at 3 doors of 3");

            receiveAFile(websocket, address);

            configure("websocket.access = local");
            URI open = URI.create(after(client, "websocket", line -> !line.endsWith(":" + websocket.getPort())));
            assertEquals("426 0", status(AS_NOBODY, open));
        }
    }

    private void receiveAFile(URI websocket, String address) throws Exception {
        Path out = Files.createDirectory(temporary.resolve("out"));
        try (Command receive = Command.cloakwork("receive", "--count", "1", "--out", out.toString(), "--url",
                websocket.toString())) {
            Command.Result sent = Command.run("run", "--directory", directory, "--cover", "none", "--to", address,
                    "--message", "for one pair of eyes");
            assertEquals(0, sent.exitCode(), sent::text);
            assertEquals(0, receive.end().exitCode(), receive::text);
        }
        assertEquals("rw-------", PosixFilePermissions.toString(
                Files.getPosixFilePermissions(out.resolve("message-1"))));
    }

    @Test
    void aTokenThatEverybodyMayReadIsRefused() throws Exception {
        Path file = etc.resolve("org.cloakwork.frontend.websocket.cfg");
        Files.writeString(file, "token = 0123456789abcdef\n");
        Files.setAttribute(file, "unix:mode", 0644);
        try (Command client = client("state")) {
            Command.Result refused = client.end();
            assertEquals(2, refused.exitCode(), refused::text);
            assertEquals(List.of("cloakwork run: " + file
                    + ": there is a token in it, and everybody may read it; chmod 600 it"), refused.lines());
        }
    }
}
