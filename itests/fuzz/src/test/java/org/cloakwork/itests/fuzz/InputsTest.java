package org.cloakwork.itests.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What was once found stays mended; what is well-formed is a beginning. */
class InputsTest {

    @TestFactory
    Stream<DynamicTest> allHoldsForEachSeedAndFinding() {
        return Targets.all().stream().flatMap(target -> {
            Map<String, byte[]> inputs = Inputs.of(target);
            assertFalse(inputs.isEmpty(), target.name());
            return inputs.entrySet().stream().map(input -> DynamicTest.dynamicTest(target.name() + " " + input.getKey(),
                    () -> Trial.run(target, input.getValue())));
        });
    }

    @Test
    void eachFolderOfFindingsIsATargets() throws Exception {
        try (Stream<Path> folders = Files.list(Path.of(getClass().getResource("/findings").toURI()))) {
            assertEquals(List.of(), folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> Targets.named(name).isEmpty()).toList());
        }
        assertEquals(Targets.names(), Targets.all().stream().map(Target::name).toList());
    }

    @Test
    void whatTakesTooMuchIsFound() {
        Target greedy = new Target() {

            private byte[] kept;

            @Override
            public String name() {
                return "greedy";
            }

            @Override
            public Stream<byte[]> seeds() {
                return Stream.empty();
            }

            @Override
            public void check(byte[] input) {
                kept = new byte[1 << 20];
            }
        };
        assertThrows(AssertionError.class, () -> Trial.run(greedy, new byte[10]));
    }
}
