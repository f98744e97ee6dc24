package org.cloakwork.frontend.web.emulation.java.util.concurrent.atomic;

/** Of one thread. */
public class AtomicLongArray {

    private final long[] values;

    public AtomicLongArray(int length) {
        values = new long[length];
    }

    public int length() {
        return values.length;
    }

    public long get(int i) {
        return values[i];
    }

    public void set(int i, long value) {
        values[i] = value;
    }

    public long addAndGet(int i, long difference) {
        values[i] += difference;
        return values[i];
    }

    public long getAndAdd(int i, long difference) {
        long before = values[i];
        values[i] += difference;
        return before;
    }

    public long incrementAndGet(int i) {
        return addAndGet(i, 1);
    }

    public long getAndIncrement(int i) {
        return getAndAdd(i, 1);
    }
}
