package org.cloakwork.itests.hostile;

import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetClient;

/** What the tests of all rows wait for and print. */
final class RowReport {

    private RowReport() {
    }

    /** Waits until a client has counted that much. */
    static void awaitCounter(MixnetClient client, String counter, long least) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HostilePeer.PATIENCE_SECONDS);
        while (client.counters().getOrDefault(counter, 0L) < least) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(counter + " is " + client.counters().get(counter) + ", not " + least);
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
