package org.cloakwork.wire.gateway;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.cloakwork.spi.runtime.Randomness;

/** Gives the bytes it was told to, each draw of exactly the next one's length. */
final class Scripted implements Randomness {

    private final Queue<byte[]> draws;

    Scripted(byte[]... draws) {
        this.draws = new ArrayDeque<>(Arrays.asList(draws));
    }

    @Override
    public void fill(byte[] target) {
        byte[] next = draws.remove();
        if (next.length != target.length) {
            throw new IllegalStateException("drew " + target.length + " bytes instead of " + next.length);
        }
        System.arraycopy(next, 0, target, 0, next.length);
    }

    boolean isUsedUp() {
        return draws.isEmpty();
    }
}
