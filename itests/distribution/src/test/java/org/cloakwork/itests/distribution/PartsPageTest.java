package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloakwork.itests.testing.distribution.Command;
import org.cloakwork.itests.testing.distribution.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/parts.md, "A part of your own": its commands word for word, in an unpacked distribution that runs. */
class PartsPageTest {

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int MEASURED_SECONDS = 20;
    /** Gaps are even between 20 and 60 ms. */
    private static final double PACKETS_PER_SECOND = 25;

    @TempDir
    private Path folder;

    @Test
    void aPartIsMadeDroppedInSelectedAndFollowsItsLaw() throws Exception {
        Unpacked unpacked = Unpacked.in(folder);
        Shell shell = new Shell(folder.resolve("state"));
        try (Command localnet = Command.cloakwork("localnet")) {
            String directory = localnet.awaitLine(line -> line.startsWith("  directory"), Command.PATIENCE)
                    .replace("  directory", "").strip();
            try (Command run = unpacked.start("run", "--directory", directory)) {
                run.awaitLine(line -> line.equals("ready"), Command.PATIENCE);
                for (String command : commands()) {
                    succeeds(command);
                }
                Path file = folder.resolve("etc/cloakwork.cfg");
                Files.writeString(file, Files.readString(file).replaceFirst("(?m)^cover = .*$", selection()));
                shell.await("parts", parts -> parts.lines().anyMatch(line ->
                        line.matches("cover +drip +in use +default +org\\.example\\.cover\\.drip .*")),
                                Command.PATIENCE);
                assertEquals(PACKETS_PER_SECOND, coverPerSecond(shell), PACKETS_PER_SECOND * 0.1);
            }
        }
    }

    private Matcher onPage(String pattern) throws Exception {
        String page = Files.readString(folder.resolve("docs/parts.md"));
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL)
                .matcher(page.substring(page.indexOf("## A part of your own")));
        assertTrue(matcher.find(), pattern);
        return matcher;
    }

    private List<String> commands() throws Exception {
        return onPage("```sh\n(.*?)```").group(1).lines().toList();
    }

    private String selection() throws Exception {
        return onPage("`(cover = \\w+)`").group(1);
    }

    /** Without the network: everything Maven needs was needed to build this. */
    private void succeeds(String line) throws Exception {
        try (Command command = Command.start(List.of("bash", "-c",
                "cd '" + folder + "' && " + line.replace("mvn ", "mvn -B -q -o ")))) {
            Command.Result result = command.end(Command.PATIENCE);
            assertEquals(0, result.exitCode(), line + "\n" + result.text());
        }
    }

    private static double coverPerSecond(Shell shell) throws Exception {
        long before = cover(shell);
        long start = System.nanoTime();
        while (System.nanoTime() - start < MEASURED_SECONDS * SECOND_NANOS) {
            Thread.sleep(100);
        }
        long after = cover(shell);
        return (after - before) * (double) SECOND_NANOS / (System.nanoTime() - start);
    }

    private static long cover(Shell shell) throws Exception {
        String state = shell.ask("state");
        Matcher matcher = Pattern.compile("(\\d+) cover").matcher(state);
        assertTrue(matcher.find(), state);
        return Long.parseLong(matcher.group(1));
    }
}
