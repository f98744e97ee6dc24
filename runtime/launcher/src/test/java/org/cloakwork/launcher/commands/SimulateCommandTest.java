package org.cloakwork.launcher.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.ParseException;
import org.cloakwork.api.Simulator;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulateCommandTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final SimulateCommand command = new SimulateCommand(new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));

    private Simulator.Options options(String... arguments) throws ParseException, UsageException {
        return SimulateCommand.simulation(new DefaultParser(false).parse(command.options(), arguments));
    }

    @Test
    void readsEverything() throws Exception {
        assertEquals(new Simulator.Options(50, Duration.ofMinutes(30), -7, 0.3, "poisson", "adaptive",
                        List.of("epoch@1m", "rotation@2m", "suspend@1m-2m"), Simulator.Packets.REAL)
                        .withRotation(Duration.ofMinutes(90)).withHostileClient(),
                options("--clients", "50", "--hours", "0.5", "--seed", "-7", "--loss", "0.3", "--cover", "poisson",
                        "--retransmission", "adaptive", "--fault", "epoch@1m,rotation@2m", "--fault", "suspend@1m-2m",
                        "--packets", "real", "--rotation", "90m", "--hostile"));
    }

    @Test
    void shortOnesHaveRealPacketsAndNoCoverByDefault() throws Exception {
        Simulator.Options shortOne = options("--clients", "4", "--hours", "0.05");
        assertEquals(Simulator.Packets.REAL, shortOne.packets());
        assertEquals("none", shortOne.cover());
        Simulator.Options longOne = options("--clients", "10", "--hours", "24");
        assertEquals(Simulator.Packets.STUB, longOne.packets());
        assertEquals("poisson", longOne.cover());
    }

    @ParameterizedTest
    @CsvSource({"clients,1", "clients,10001", "clients,x", "hours,0", "hours,-1", "hours,NaN", "hours,9000", "seed,1.5",
        "rotation,3s", "rotation,1.5h", "rotation,1", "rotation,367d", "loss,1.1", "loss,-0.1", "loss,x",
        "packets,fake"})
    void wrongValuesAreNamed(String option, String value) {
        String message = assertThrows(UsageException.class, () -> options("--" + option, value)).getMessage();
        assertTrue(message.startsWith("--" + option + " " + value + ": must be "), message);
    }

    @Test
    void aViolatedInvariantIsAFailure() throws Exception {
        assertEquals(Command.DONE,
                command.run((options, passed) -> new Simulator.Report("fine\n", List.of()), options()));
        assertEquals(Command.FAILED, command.run((options, passed) -> new Simulator.Report("bad\n", List.of("a = b")),
                options()));
        assertEquals("fine\nbad\n", out.toString(StandardCharsets.UTF_8));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("violated: a = b"));
    }

    @Test
    void whatTheSimulatorRefusesIsAWrongOption() {
        assertEquals("fault \"x\": no", assertThrows(UsageException.class, () -> command.run((options, passed) -> {
            throw new IllegalArgumentException("fault \"x\": no");
        }, options())).getMessage());
    }
}
