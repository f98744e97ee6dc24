package org.cloakwork.itests.chaos.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoakTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... words) throws Exception {
        return Soak.run(words, new PrintStream(out), new PrintStream(err));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--minutes", "--minutes 0", "--minutes 10081", "--minutes soon", "--seed one", "--svg",
        "--svg /no/such/folder/a.svg", "--svg /", "--hours 1", "20"})
    void whatIsWrongIsToldInOneLine(String words) throws Exception {
        assertEquals(2, run(words.split(" ")));
        assertEquals("", out.toString());
        assertTrue(err.toString().matches("cloakwork soak: .*\\R"), err.toString());
        assertTrue(err.toString().contains(words.split(" ")[0]), err.toString());
    }

    @Test
    void helpTellsEveryOption() throws Exception {
        assertEquals(0, run("--help"));
        for (String option : new String[] {"--minutes N", "--seed S", "--svg FILE"}) {
            assertTrue(out.toString().contains(option), out.toString());
        }
    }
}
