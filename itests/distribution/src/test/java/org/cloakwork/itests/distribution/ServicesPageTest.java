package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/services.md, with the demo's own mixnet. */
class ServicesPageTest {

    private static final Duration START = Duration.ofSeconds(120);
    private static final String CLOAKWORK = Command.HOME.resolve("bin/cloakwork").toString();

    @TempDir
    private Path folder;

    private static Command.Result done(String... command) throws Exception {
        try (Command running = Command.start(List.of(command))) {
            Command.Result result = running.end();
            assertEquals(0, result.exitCode(), String.join(" ", command) + "\n" + result.text());
            return result;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aWebsiteSshAndGitAreReachedThroughTheMixnetAlone() throws Exception {
        HttpServer site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        site.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 7);
            exchange.getResponseBody().write("my site".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        site.start();
        int sshPort = freePort();
        String state = folder.resolve("state").toString();
        String key = folder.resolve("box.key").toString();
        String publicKey = done(CLOAKWORK, "key", key).text();
        assertEquals(publicKey, done(CLOAKWORK, "key", key).text());
        try (Command demo = Command.cloakwork("demo", "--port-base", "0", "--state", state, "--serve",
                "8000 -> 127.0.0.1:" + site.getAddress().getPort() + ", 22 -> 127.0.0.1:" + sshPort)) {
            String url = demo.awaitLine(line -> line.startsWith("  a service "), START).replaceAll(".*(http://\\S+)/",
                    "$1");
            String http = demo.awaitLine(line -> line.startsWith("  HTTP proxy "), START)
                    .replaceAll(".*(http://\\S+).*", "$1");
            String socks = demo.awaitLine(line -> line.startsWith("  SOCKS "), START)
                    .replaceAll(".*socks5h://(\\S+).*", "$1");
            assertEquals("my site", done("curl", "-sS", "-x", http, url + ":8000/").text());
            assertEquals("my site", done("curl", "-sS", "--socks5-hostname", socks, url + ":8000/").text());
            assertTrue(done("curl", "-sS", "-x", http, url + "/").text().contains("<html"));
            assertTrue(done(CLOAKWORK, "state", "--state", state).text().contains("  name: "));
            sshAndGit(url.replace("http://", ""), sshPort, state);
        } finally {
            site.stop(0);
        }
    }

    private void sshAndGit(String name, int port, String state) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/sshd")), "no sshd");
        String hostKey = folder.resolve("host").toString();
        String userKey = folder.resolve("user").toString();
        done("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", hostKey);
        done("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", userKey);
        Path config = Files.writeString(folder.resolve("sshd_config"), "Port " + port + "\nListenAddress 127.0.0.1\n"
                + "HostKey " + hostKey + "\nAuthorizedKeysFile " + userKey + ".pub\nStrictModes no\nUsePAM no\n"
                + "PermitRootLogin yes\nPidFile none\n");
        Files.createDirectories(Path.of("/run/sshd"));
        Path repository = folder.resolve("project.git");
        done("git", "init", "-q", "--bare", repository.toString());
        Path work = folder.resolve("work");
        done("git", "clone", "-q", repository.toString(), work.toString());
        Files.writeString(work.resolve("README"), "lives in the mixnet\n");
        done("git", "-C", work.toString(), "add", "README");
        done("git", "-C", work.toString(), "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "x");
        done("git", "-C", work.toString(), "push", "-q", "origin", "HEAD");
        try (Command sshd = Command.start(List.of("/usr/sbin/sshd", "-D", "-e", "-f", config.toString()))) {
            sshd.awaitLine(line -> line.contains("Server listening"), START);
            String proxy = "ProxyCommand=" + CLOAKWORK + " connect %h %p --state " + state;
            String user = System.getProperty("user.name");
            String[] options = {"-o", proxy, "-i", userKey, "-o", "StrictHostKeyChecking=no", "-o",
                "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"};
            assertEquals("over ssh", done(with("ssh", options, user + "@" + name, "echo over ssh")).text());
            Path clone = folder.resolve("clone");
            try (Command git = Command.start(List.of("env", "GIT_SSH_COMMAND=ssh -o '" + proxy + "' -i " + userKey
                    + " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR", "git", "clone",
                    "-q", user + "@" + name + ":" + repository, clone.toString()))) {
                Command.Result result = git.end();
                assertEquals(0, result.exitCode(), result.text());
            }
            assertEquals("lives in the mixnet\n", Files.readString(clone.resolve("README")));
        }
    }

    private static String[] with(String first, String[] options, String... last) {
        return Stream.of(new String[] {first}, options, last).flatMap(Arrays::stream)
                .toArray(String[]::new);
    }
}
