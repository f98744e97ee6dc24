package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.cloakwork.spi.runtime.Randomness;

/** Hands out recorded values; each must be asked for with its own length. */
final class ScriptedRandomness implements Randomness {

    private final Deque<byte[]> values;

    ScriptedRandomness(byte[]... values) {
        this.values = new ArrayDeque<>(List.of(values));
    }

    @Override
    public void fill(byte[] target) {
        byte[] value = values.remove();
        assertEquals(value.length, target.length);
        System.arraycopy(value, 0, target, 0, value.length);
    }

    void assertUsedUp() {
        assertTrue(values.isEmpty());
    }
}
