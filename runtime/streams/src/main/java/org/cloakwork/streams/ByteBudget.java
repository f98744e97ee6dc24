package org.cloakwork.streams;

import java.util.concurrent.atomic.AtomicLong;

/** What all streams of one door may hold together. */
public final class ByteBudget {

    private final long limitBytes;
    private final AtomicLong takenBytes = new AtomicLong();

    /** @param limitBytes of all together */
    public ByteBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /**
     * @param bytes to hold
     * @return whether there is room, and they are taken now
     */
    public boolean take(long bytes) {
        long now = takenBytes.get();
        while (now + bytes <= limitBytes) {
            if (takenBytes.compareAndSet(now, now + bytes)) {
                return true;
            }
            now = takenBytes.get();
        }
        return false;
    }

    /** @param bytes taken before and not needed any more */
    public void giveBack(long bytes) {
        takenBytes.addAndGet(-bytes);
    }

    /** {@return bytes taken} */
    public long takenBytes() {
        return takenBytes.get();
    }
}
