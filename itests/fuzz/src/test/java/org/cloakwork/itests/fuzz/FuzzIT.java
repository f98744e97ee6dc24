package org.cloakwork.itests.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * All targets for five seconds each or 5000 inputs, the same ones at every build: what is found, a change has brought.
 */
class FuzzIT {

    private static final Duration EACH = Duration.ofSeconds(5);
    private static final OptionalInt SEED = OptionalInt.of(1);

    private static List<Outcome> outcomes(List<Target> targets) throws Exception {
        return new Campaign(Path.of(System.getProperty("cloakwork.fuzz")), SEED).run(targets, EACH);
    }

    @Test
    void whatOthersSendBreaksNoParser() throws Exception {
        List<Outcome> outcomes = outcomes(Targets.all());
        System.out.print(Campaign.table(outcomes));
        assertEquals(List.of(), outcomes.stream().filter(outcome -> !outcome.isGood()).toList());
    }

    @Test
    void whatTakesTooMuchOrThrowsIsFound() throws Exception {
        List<Outcome> outcomes = outcomes(List.of(new Greedy(), new Throwing()));
        assertEquals(List.of("greedy", "throwing"), outcomes.stream().filter(outcome -> outcome.failure().isEmpty())
                .map(Outcome::target).toList());
        outcomes.forEach(outcome -> assertFalse(outcome.findings().isEmpty(), outcome.toString()));
        assertTrue(outcomes.getFirst().findings().getFirst().what().contains("bytes make it allocate"),
                outcomes.getFirst().toString());
    }

    /** Takes a mebibyte for an input that begins with a word. */
    public static final class Greedy implements Target {

        private byte[] kept;

        @Override
        public String name() {
            return "greedy";
        }

        @Override
        public Stream<byte[]> seeds() {
            return Seeds.of("many");
        }

        @Override
        public List<String> words() {
            return List.of("much");
        }

        @Override
        public void check(byte[] input) {
            if (new String(input, StandardCharsets.UTF_8).startsWith("much")) {
                kept = new byte[1 << 20];
            }
        }
    }

    /** Reads without a look at the length. */
    public static final class Throwing implements Target {

        @Override
        public String name() {
            return "throwing";
        }

        @Override
        public Stream<byte[]> seeds() {
            return Seeds.of("\u0002ab");
        }

        @Override
        public void check(byte[] input) {
            if (input.length > 0) {
                System.arraycopy(input, 1, new byte[255], 0, input[0] & 0xff);
            }
        }
    }
}
