package org.cloakwork.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.cloakwork.itests.testing.distribution.Command;
import org.junit.jupiter.api.Test;

/**
 * A short run of the swap test; its pauses are measured elsewhere, where the machine is not busy with something else.
 */
class SwapTestTest {

    @Test
    void nothingIsLostWhenPartsAreExchanged() throws Exception {
        Command.Result result = Command.run("swap-test", "--seconds", "12", "--seed", "7");
        System.out.println(result.text());
        assertEquals(0, result.exitCode(), result.text());
        for (String line : new String[]{"lost +0", "twice +0", "failed +0"}) {
            assertTrue(result.lines().stream().anyMatch(l -> l.strip().matches(line)), result.text());
        }
    }

    @Test
    void wrongKindsAreNamed() throws Exception {
        Command.Result result = Command.run("swap-test", "--kind", "cover,colour");
        assertEquals(2, result.exitCode(), result.text());
        assertTrue(result.text().contains("--kind cover,colour: must be all, or some of topology,transport"),
                result.text());
    }
}
