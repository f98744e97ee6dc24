package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** examples/frontend-http: the commands of its README, in an unpacked distribution that runs. */
class FrontEndExampleTest {

    @TempDir
    private Path folder;
    private Path example;
    private int port;

    @Test
    void aFrontEndIsBuiltDroppedInAndSpokenTo() throws Exception {
        Unpacked unpacked = Unpacked.in(folder);
        example = folder.resolve("examples/frontend-http");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
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
                Files.writeString(folder.resolve("etc/cloakwork.cfg"), "\nfrontends = http\nhttp.port = " + port + "\n",
                        StandardOpenOption.APPEND);
                run.awaitLine(("http http://127.0.0.1:" + port + "/")::equals, Command.PATIENCE);

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

    private List<String> commands(int block) throws Exception {
        List<MatchResult> blocks = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(example.resolve("README.md"))).results().toList();
        return Arrays.asList(blocks.get(block).group(1).replace("8080", "" + port).split("\n"));
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
