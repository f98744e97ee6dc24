package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a terminal, which Python makes and types into as soon as what it waits for has come. */
class TerminalTest {

    /** Arguments: what to wait for and what to type then, in turns, "--", the command. Prints what came. */
    private static final String TYPIST = """
            import fcntl, os, pty, select, struct, sys, termios, time
            split = sys.argv.index('--')
            turns = sys.argv[1:split]
            pid, terminal = pty.fork()
            if pid == 0:
                os.environ['TERM'] = 'xterm'
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 160, 0, 0))
                os.execvp(sys.argv[split + 1], sys.argv[split + 1:])
            seen, end = b'', time.time() + 30
            while time.time() < end:
                if turns and turns[0].encode() in seen:
                    os.write(terminal, turns[1].encode().decode('unicode_escape').encode())
                    seen, turns = seen.split(turns[0].encode(), 1)[1], turns[2:]
                if select.select([terminal], [], [], 0.1)[0]:
                    try:
                        more = os.read(terminal, 65536)
                    except OSError:
                        break
                    if not more:
                        break
                    seen += more
                    sys.stdout.buffer.write(more.replace(b'\\x1b', b'<ESC>'))
                    sys.stdout.flush()
            else:
                os.kill(pid, 9)
            print()
            print('code', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 'turns left', len(turns))
            """;

    @TempDir
    private static Path folder;

    private static Command demo;

    @BeforeAll
    static void startDemo() throws Exception {
        assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(path ->
                Files.isExecutable(Path.of(path, "python3"))), "no python3 here");
        demo = Command.cloakwork("demo", "--port-base", "0", "--state", folder.toString());
        demo.awaitLine(line -> line.contains("curl --socks5-hostname"));
    }

    @AfterAll
    static void stopDemo() {
        if (demo != null) {
            demo.close();
        }
    }

    private static String typed(String verb, String... turns) throws Exception {
        List<String> command = Stream.of(Stream.of("python3", "-c", TYPIST), Stream.of(turns),
                Stream.of("--", Command.HOME.resolve("bin/cloakwork").toString(), verb, "--state", folder.toString()))
                .flatMap(words -> words).toList();
        try (Command typist = Command.start(command)) {
            String text = typist.end().text();
            assertTrue(text.endsWith("code 0 turns left 0"), text);
            return text;
        }
    }

    @Test
    void topShowsFiguresUntilQ() throws Exception {
        String text = typed("top", "lient", "", "alice", "q");
        assertTrue(text.contains("All 6 clients send and receive."), text);
        assertTrue(text.contains("<ESC>[?1049h") && text.contains("<ESC>[?1049l"), "what was there returns: " + text);
        assertTrue(text.contains("<ESC>[32;1mready") || text.contains("<ESC>[1;32mready"), "in colour: " + text);
    }

    @Test
    void topWithoutATerminalPrintsOnce() throws Exception {
        Command.Result result = Command.run("top", "--state", folder.toString());
        assertEquals(0, result.exitCode(), result.text());
        assertEquals("All 6 clients send and receive.", result.lines().getFirst());
        assertTrue(result.lines().stream().anyMatch(line -> line.matches("alice +ready( +\\d+\\.\\d){6}( +\\d+){4}")),
                result.text());
    }

    @Test
    void shellCompletesAndRemembers() throws Exception {
        String first = typed("shell", "cloakwork> ", "swap ret\\t", "retransmission", "ad\\t", "adaptive",
                "--client\\x20al\\t", "alice", "\\r", "timeout -> adaptive", "",
                "cloakwork> ", "\\x04");
        assertTrue(first.contains("not written to the configuration"), first);
        assertTrue(Files.readString(folder.resolve("shell-history"))
                .contains("swap retransmission adaptive --client alice"), "the history");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(
                folder.resolve("shell-history"))));
        typed("shell", "cloakwork> ", "\\x1bOA", "adaptive", "\\x03", "cloakwork> ", "clients\\r", "adaptive",
                "exit\\r");
    }

    @Test
    void shellWithoutATerminalReadsLines() throws Exception {
        try (Command shell = Command.start(List.of("bash", "-c", "echo state | '"
                + Command.HOME.resolve("bin/cloakwork") + "' shell --state '" + folder + "'"))) {
            Command.Result result = shell.end();
            assertEquals(0, result.exitCode(), result.text());
            assertTrue(result.lines().contains("alice: ready"), result.text());
        }
    }
}
