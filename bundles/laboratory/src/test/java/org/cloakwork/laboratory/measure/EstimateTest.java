package org.cloakwork.laboratory.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EstimateTest {

    /** Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20. */
    @Test
    void sharesHaveWilsonsIntervals() {
        assertEquals("0.3080 (0.2553 to 0.3662)", Estimate.share(81, 263).text(4));
        assertEquals("0.1014 (0.0624 to 0.1605)", Estimate.share(15, 148).text(4));
        assertEquals("0.0000 (0.0000 to 0.1611)", Estimate.share(0, 20).text(4));
    }

    @Test
    void theMedianLiesAmongTheNumbers() {
        Estimate median = Estimate.quantile(IntStream.rangeClosed(1, 101).mapToDouble(i -> i).toArray(), 0.5);
        assertEquals(51, median.value());
        assertTrue(median.low() >= 40 && median.high() <= 62, median.text(0));
    }

    @Test
    void whatAgreesIsToldFromWhatDoesNot() {
        assertTrue(Estimate.share(10, 100).meets(Estimate.share(14, 100)));
        assertFalse(Estimate.share(10, 100).meets(Estimate.share(40, 100)));
        assertFalse(Estimate.share(10, 100).holds(0.2));
    }
}
