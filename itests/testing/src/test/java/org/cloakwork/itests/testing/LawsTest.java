package org.cloakwork.itests.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LawsTest {

    private static final String SEED = "cloakwork.seed";

    private final String before = System.getProperty(SEED);

    @AfterEach
    void asBefore() {
        if (before == null) {
            System.clearProperty(SEED);
        } else {
            System.setProperty(SEED, before);
        }
    }

    @Test
    void theSeedThatAFailureNamesBeginsWithThatCase() {
        System.setProperty(SEED, "1");
        List<Integer> drawn = new ArrayList<>();
        AssertionError first = assertThrows(AssertionError.class, () -> Laws.forAll(1000, draw -> {
            drawn.add(draw.between(0, 100_000));
            assertEquals(0, drawn.getLast() % 10, "not a tenth");
        }));
        assertTrue(first.getMessage().contains("not a tenth"), first.getMessage());
        Matcher seed = Pattern.compile("case (\\d+) of 1000, again with -Dcloakwork.seed=(-?\\d+)")
                .matcher(first.getMessage());
        assertTrue(seed.find(), first.getMessage());
        assertEquals(drawn.size(), Integer.parseInt(seed.group(1)));
        System.setProperty(SEED, seed.group(2));
        Laws.forAll(1, draw -> assertEquals(drawn.getLast(), draw.between(0, 100_000)));
    }

    @Test
    void everyCaseIsDrawnAnewAndAllOfThemAreTried() {
        List<Long> drawn = new ArrayList<>();
        Laws.forAll(500, draw -> drawn.add(draw.nextLong()));
        Laws.forAll(500, draw -> drawn.add(draw.nextLong()));
        assertEquals(before == null ? 1000 : 500, drawn.stream().distinct().count());
    }

    @Test
    void neighbouringSeedsHaveNothingInCommonAndEdgesAreDrawnOften() {
        int[] drawn = new int[1001];
        Laws.forAll(4000, draw -> drawn[draw.between(0, 1000)]++);
        assertTrue(drawn[0] > 300 && drawn[1000] > 300, drawn[0] + " and " + drawn[1000]);
        int others = 0;
        for (int value = 2; value < 1000; value++) {
            others += drawn[value] > 0 ? 1 : 0;
        }
        assertTrue(others > 800, others + " of 998 values");
        assertNotEquals(new Draw(1).nextLong(), new Draw(2).nextLong());
    }
}
