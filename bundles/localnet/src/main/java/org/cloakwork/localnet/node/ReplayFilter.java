package org.cloakwork.localnet.node;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.cloakwork.spi.runtime.Randomness;

/**
 * Remembers the replay tags of the latest packets of one node, in bounded memory.
 *
 * <p>Each tag is kept as a 64-bit fingerprint under a random key, in one of two generations. When the younger one holds
 * as many tags as a generation may, the older is forgotten and a new one begins. So of the latest {@code n} tags, each
 * is recognised if {@code n} is at most the capacity of a generation; an older replay may pass, an ever older one
 * will. Memory: 16 bytes per tag of capacity for each generation, grown as needed; with {@link #GENERATION_CAPACITY}
 * at most 4 MiB a node. A fresh tag is mistaken for a replay with a probability below 2 · capacity / 2^64, with
 * {@link #GENERATION_CAPACITY} that is 1.5 · 10^-14. Without the key nobody can choose tags that collide.
 *
 * <p>Safe for use by many threads.
 */
public final class ReplayFilter {

    /** Tags in a generation: at 2000 packets a second a replay is recognised for at least a minute. */
    public static final int GENERATION_CAPACITY = 1 << 17;

    private static final int SMALLEST_TABLE = 256;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final int capacity;
    private final long[] key = new long[4];
    @GuardedBy("this")
    private Generation younger;
    @GuardedBy("this")
    private Generation older;

    /**
     * @param capacity   tags in a generation, positive
     * @param randomness gives the key
     */
    public ReplayFilter(int capacity, Randomness randomness) {
        if (capacity <= 0) {
            throw new IllegalArgumentException("capacity must be positive, not " + capacity);
        }
        this.capacity = capacity;
        younger = new Generation(capacity);
        older = new Generation(capacity);
        for (int i = 0; i < key.length; i++) {
            key[i] = randomness.nextLong();
        }
    }

    /**
     * @param tag 32 bytes
     * @return whether the tag is new; it is remembered now
     */
    boolean isFresh(byte[] tag) {
        long fingerprint = fingerprint(tag);
        synchronized (this) {
            if (older.contains(fingerprint) || !younger.add(fingerprint)) {
                return false;
            }
            if (younger.size == capacity) {
                older = younger;
                younger = new Generation(capacity);
            }
            return true;
        }
    }

    private long fingerprint(byte[] tag) {
        long fingerprint = fold((long) LONGS.get(tag, 0) ^ key[0], (long) LONGS.get(tag, 8) ^ key[1])
                ^ fold((long) LONGS.get(tag, 16) ^ key[2], (long) LONGS.get(tag, 24) ^ key[3]);
        return fingerprint == 0 ? 1 : fingerprint;
    }

    private static long fold(long a, long b) {
        return a * b ^ Math.multiplyHigh(a, b);
    }

    /** A set with linear probing, at most half full; 0 marks a free slot. */
    private static final class Generation {

        private long[] slots;
        private int size;

        Generation(int capacity) {
            slots = new long[Math.min(SMALLEST_TABLE, 4 * Integer.highestOneBit(capacity))];
        }

        boolean contains(long fingerprint) {
            return slots[slotOf(fingerprint)] == fingerprint;
        }

        boolean add(long fingerprint) {
            int slot = slotOf(fingerprint);
            if (slots[slot] == fingerprint) {
                return false;
            }
            slots[slot] = fingerprint;
            size++;
            if (2 * size >= slots.length) {
                grow();
            }
            return true;
        }

        private void grow() {
            long[] full = slots;
            slots = new long[2 * full.length];
            for (long fingerprint : full) {
                if (fingerprint != 0) {
                    slots[slotOf(fingerprint)] = fingerprint;
                }
            }
        }

        private int slotOf(long fingerprint) {
            int mask = slots.length - 1;
            int slot = (int) fingerprint & mask;
            while (slots[slot] != 0 && slots[slot] != fingerprint) {
                slot = slot + 1 & mask;
            }
            return slot;
        }
    }
}
