package org.cloakwork.itests.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

/** What can be typed. */
class CommandLineTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) throws Exception {
        return Line.run(args, new PrintStream(out), new PrintStream(err));
    }

    @Test
    void helpNamesAllThatIsThere() throws Exception {
        assertEquals(0, run("--help"));
        assertTrue(out.toString().contains("messages-out") && out.toString().contains("poisson"), out::toString);
    }

    @Test
    void oneLineSaysWhatIsWrong() throws Exception {
        for (String[] wrong : new String[][] {{"frame"}, {"frames", "--minutes"}, {"frames", "--minutes", "0"},
                {"starts", "--cover", "none,nothing"}, {"pages", "--sockets"}, {"picture"}}) {
            err.reset();
            assertEquals(2, run(wrong));
            assertEquals(1, err.toString().lines().count(), err::toString);
        }
    }
}
