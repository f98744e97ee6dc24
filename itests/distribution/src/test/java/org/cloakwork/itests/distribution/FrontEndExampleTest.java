package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** examples/frontend-*: the commands of their READMEs, in an unpacked distribution that runs. */
class FrontEndExampleTest {

    private static final int PAGE_BYTES = 300_000;

    @TempDir
    private Path folder;
    private Path example;
    private int port;

    @Test
    void aFrontEndIsBuiltDroppedInAndSpokenTo() throws Exception {
        Unpacked unpacked = unpacked("frontend-post");
        List<String> building = commands(0);
        List<String> speaking = commands(1);
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(line -> line.startsWith("  directory"), Command.PATIENCE)
                    .replace("  directory", "").strip();
            try (Command run = unpacked.start("run", "--directory", directory, "--cover", "none")) {
                String address = run.awaitLine(line -> line.startsWith("address "), Command.PATIENCE).substring(8);
                for (String command : building) {
                    succeeds(command);
                }
                Files.writeString(folder.resolve("etc/cloakwork.cfg"), "\nfrontends = post\npost.port = " + port + "\n",
                        StandardOpenOption.APPEND);
                run.awaitLine(("post http://127.0.0.1:" + port + "/")::equals, Command.PATIENCE);

                assertEquals(address, succeeds(speaking.get(0)).text());
                try (Command messages = start(speaking.get(1))) {
                    messages.awaitLine(": listening"::equals, Command.PATIENCE);
                    succeeds(speaking.get(2).replace("ADDRESS", address));
                    // hello
                    String tag = messages.awaitLine(line -> line.endsWith(" aGVsbG8="), Command.PATIENCE).split(" ")[1];
                    succeeds(speaking.get(3).replace("TAG", tag));
                    // thanks
                    messages.awaitLine(line -> line.endsWith(" dGhhbmtz"), Command.PATIENCE);
                }
            }
        }
    }

    /** It is compiled against the API and the streams, and carries connections in messages of its own form. */
    @Test
    void aFrontEndWithStreamsOfItsOwnIsBuiltDroppedInAndUsed() throws Exception {
        Unpacked unpacked = unpacked("frontend-tunnel");
        byte[] page = new byte[PAGE_BYTES];
        new Random(PAGE_BYTES).nextBytes(page);
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        target.start();
        List<String> building = commands(0);
        String configuration = block("", 0);
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(line -> line.startsWith("  directory"), Command.PATIENCE)
                    .replace("  directory", "").strip();
            try (Command run = unpacked.start("run", "--directory", directory, "--cover", "none")) {
                String address = run.awaitLine(line -> line.startsWith("address "), Command.PATIENCE).substring(8);
                for (String command : building) {
                    succeeds(command);
                }
                Files.writeString(folder.resolve("etc/cloakwork.cfg"), "\n" + configuration.replace("ADDRESS", address)
                        .replace("8000", "" + target.getAddress().getPort()), StandardOpenOption.APPEND);
                run.awaitLine(("tunnel tcp://127.0.0.1:" + port)::equals, Command.PATIENCE);
                succeeds(commands(1).getFirst() + " --output page");
                assertArrayEquals(page, Files.readAllBytes(example.resolve("page")));
            }
        } finally {
            target.stop(0);
        }
    }

    private Unpacked unpacked(String name) throws Exception {
        Unpacked unpacked = Unpacked.in(folder);
        example = folder.resolve("examples").resolve(name);
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        return unpacked;
    }

    private List<String> commands(int block) throws Exception {
        return block("sh", block).lines().toList();
    }

    /** The ports that an example listens on in its README give way to one that is free. */
    private String block(String language, int number) throws Exception {
        List<MatchResult> blocks = Pattern.compile("(?m)^```(\\w*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(Files.readString(example.resolve("README.md"))).results()
                .filter(block -> block.group(1).equals(language)).toList();
        return blocks.get(number).group(2).replaceAll("8080|2222", "" + port);
    }

    private Command start(String line) throws Exception {
        // Without the network: everything Maven needs was needed to build this.
        return Command.start(List.of("bash", "-c", "cd '" + example + "' && " + line.replace("mvn ", "mvn -B -q -o ")
                .replace("curl ", "exec curl --silent --show-error --fail ")));
    }

    private Command.Result succeeds(String line) throws Exception {
        try (Command command = start(line)) {
            Command.Result result = command.end(Command.PATIENCE);
            assertEquals(0, result.exitCode(), line + "\n" + result.text());
            return result;
        }
    }
}
