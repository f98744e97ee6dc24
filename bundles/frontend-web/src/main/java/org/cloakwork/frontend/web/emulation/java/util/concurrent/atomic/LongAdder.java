package org.cloakwork.frontend.web.emulation.java.util.concurrent.atomic;

/** Of one thread. */
public class LongAdder {

    private long value;

    public void add(long difference) {
        value += difference;
    }

    public void increment() {
        value++;
    }

    public long sum() {
        return value;
    }
}
