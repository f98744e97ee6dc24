package org.cloakwork.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VerbsTest {

    private record Failing(Exception fault) implements Command {

        @Override
        public String name() {
            return "fail";
        }

        @Override
        public String description() {
            return "fails";
        }

        @Override
        public Options options() {
            return new Options();
        }

        @Override
        public int run(CommandLine line) throws Exception {
            throw fault;
        }
    }

    static Stream<Arguments> faults() {
        return Stream.of(Arguments.of(new NoSuchFileException("/x"), "/x: not there, or its folder is not"),
                Arguments.of(new FileAlreadyExistsException("/x"), "/x: there already"),
                Arguments.of(new AccessDeniedException("/x"), "/x: access is denied"),
                Arguments.of(new NoSuchFileException("/x", null, "gone"), "/x: gone"),
                Arguments.of(new IOException("no room"), "no room"),
                Arguments.of(new IllegalStateException(), "java.lang.IllegalStateException"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whatIsWrongWithAFileIsSaid(Exception fault, String words) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Verbs(List.of(new Failing(fault)), new PrintStream(OutputStream.nullOutputStream()),
                new PrintStream(err, true, StandardCharsets.UTF_8)).run(new String[] {"fail"});
        assertEquals(Command.FAILED, code);
        assertEquals("cloakwork fail: " + words, err.toString(StandardCharsets.UTF_8).strip());
    }
}
