package org.cloakwork.laboratory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.cloakwork.api.Laboratory;
import org.junit.jupiter.api.Test;

/** A little of each paper; all of it with {@code lab --paper}. */
class PapersTest {

    private static double[] numbers(String paper, String task) {
        return Arrays.stream(study(paper).run(task).split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    private static Laboratory.Study study(String paper) {
        return new LaboratoryImpl().study(Map.of("paper", paper));
    }

    /** Of one layer of ten mixes with 450 messages each: log2(e 450). */
    @Test
    void miximsEntropyIsWhatTheFormulaSays() {
        double mean = Arrays.stream(numbers("mixim", "mixim/0/0")).average().orElseThrow();
        assertEquals(Math.log(Math.E * 450) / Math.log(2), mean, 0.1);
    }

    @Test
    void mixMatchFindsThoseWhoTalk() {
        int pairs = 300;
        int rows = 20;
        // Low delays, so that nearly all are found.
        double[] scores = numbers("mixmatch", "mixmatch/1/0");
        assertEquals(rows * pairs * 2, scores.length);
        long found = IntStream.range(0, rows).filter(row -> {
            double own = scores[(row * pairs + row) * 2 + 1];
            return IntStream.range(0, pairs).filter(column -> scores[(row * pairs + column) * 2 + 1] > own)
                    .count() < pairs / 50;
        }).count();
        assertTrue(found >= rows - 1, found + " of " + rows);
    }

    @Test
    void partsAreTracedAsWhenMixnetsFailSays() {
        // Nothing fixed, then the middle: 1 - (1 - b^3)^250, b (1 - (1 - b^2)^250).
        assertEquals(0.571, numbers("mixnets-fail", "fail/0/0")[0] / 250, 0.12);
        assertEquals(0.150, numbers("mixnets-fail", "fail/2/0")[0] / 250, 0.09);
    }

    @Test
    void allPapersHaveTasks() {
        for (String paper : new String[] {"mixnets-fail", "mixim", "mixmatch", "bow-tie"}) {
            assertTrue(study(paper).tasks().size() > 20, paper);
        }
    }
}
