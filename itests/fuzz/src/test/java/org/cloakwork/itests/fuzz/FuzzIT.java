package org.cloakwork.itests.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All targets for five seconds each. */
class FuzzIT {

    private static final Duration EACH = Duration.ofSeconds(5);

    @Test
    void whatOthersSendBreaksNoParser() throws Exception {
        List<Outcome> outcomes =
                new Campaign(Path.of(System.getProperty("cloakwork.fuzz"))).run(Targets.all(), EACH);
        System.out.print(Campaign.table(outcomes));
        assertEquals(List.of(), outcomes.stream().filter(outcome -> !outcome.isGood()).toList());
    }
}
