package org.cloakwork.itests.hostile;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.cloakwork.api.MixnetClient;

/** What the tests of all rows wait for. */
final class Waiting {

    private Waiting() {
    }

    /** Waits until a client has counted that much. */
    static void awaitCounter(MixnetClient client, String counter, long least) throws InterruptedException {
        await(() -> client.counters().getOrDefault(counter, 0L) >= least, counter + " is " + least);
    }

    /** Waits until something is so. */
    static void await(BooleanSupplier condition, String what) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HostilePeer.PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + HostilePeer.PATIENCE_SECONDS + " s: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
