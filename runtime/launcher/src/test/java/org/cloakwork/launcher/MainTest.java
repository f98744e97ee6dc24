package org.cloakwork.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.Verbs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every verb says of itself, on consoles of many charsets. */
class MainTest {

    private static String said(Charset console, String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, console);
        new Verbs(Main.commands(out, out), out, out).run(arguments);
        return bytes.toString(console);
    }

    @ParameterizedTest
    @ValueSource(strings = {"US-ASCII", "IBM850", "windows-1252"})
    void helpAndErrorsLoseNothing(String console) {
        List<Command> commands = Main.commands(System.out, System.err);
        assertFalse(commands.isEmpty());
        for (Command command : commands) {
            for (String[] line : List.of(new String[] {"help", command.name()},
                    new String[] {command.name(), "--help"}, new String[] {command.name(), "--nonsense"})) {
                String whole = said(StandardCharsets.UTF_8, line);
                assertTrue(whole.contains(command.name()), whole);
                assertEquals(whole, said(Charset.forName(console), line));
            }
        }
        for (String[] line : List.of(new String[] {}, new String[] {"help"}, new String[] {"nonsense"})) {
            assertEquals(said(StandardCharsets.UTF_8, line), said(Charset.forName(console), line));
        }
    }
}
