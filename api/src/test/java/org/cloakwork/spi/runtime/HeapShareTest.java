package org.cloakwork.spi.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HeapShareTest {

    private static final int MIB = 1024 * 1024;

    private static long limit(int heapMib, Map<String, String> values) {
        return new HeapShare((long) heapMib * MIB).bytes(new PartConfiguration("front-end test", values), "limit-mib",
                MIB, 128, 4, 4096) / MIB;
    }

    @Test
    void whatIsNotSaidIsInProportionToASmallHeap() {
        assertEquals(128, limit(4096, Map.of()));
        assertEquals(128, limit(512, Map.of()));
        assertEquals(64, limit(256, Map.of()));
        assertEquals(4, limit(8, Map.of()));
    }

    @Test
    void whatIsSaidHoldsUpToHalfOfTheHeap() {
        assertEquals(128, limit(256, Map.of("limit-mib", "128")));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> limit(256, Map.of("limit-mib", "129")));
        assertEquals("front-end test: limit-mib: \"129\"; allowed is at most 128, half of the heap of 256 MiB "
                + "(CLOAKWORK_HEAP_MIB sets it)", e.getMessage());
    }
}
