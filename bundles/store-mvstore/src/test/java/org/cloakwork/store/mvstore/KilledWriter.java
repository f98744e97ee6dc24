package org.cloakwork.store.mvstore;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.ClientStore;

/**
 * Commits until it is killed, and says each number when its commit returned. Commit n writes row n of two tables and
 * the counter, and removes row n - {@value #KEPT} of both.
 */
final class KilledWriter {

    static final int KEPT = 50;

    private KilledWriter() {
    }

    /** @param arguments the provider's folder */
    public static void main(String[] arguments) throws Exception {
        Random random = new Random(1);
        long[] last = {0};
        try (ClientStore store = new MvStoreProvider(Path.of(arguments[0]), Long.MAX_VALUE).open("killed")) {
            store.forEach("counter", (key, value) -> last[0] = ByteBuffer.wrap(value).getLong());
            System.out.println("from " + last[0]);
            for (long n = last[0] + 1; ; n++) {
                byte[] value = new byte[random.nextInt(20_000)];
                random.nextBytes(value);
                store.commit(List.of(new Change.Put("left", key(n), value), new Change.Put("right", key(n), value),
                        new Change.Remove("left", key(n - KEPT)), new Change.Remove("right", key(n - KEPT)),
                        new Change.Put("counter", new byte[]{1}, key(n))));
                System.out.println(n);
            }
        }
    }

    static byte[] key(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
