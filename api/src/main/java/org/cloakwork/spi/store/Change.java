package org.cloakwork.spi.store;

import java.util.Objects;

/** One row of one table, written or removed. Arrays are not copied and must not change afterwards. */
public sealed interface Change {

    /** {@return the table: 1 to 64 characters of a-z, 0-9 and '-'} */
    String table();

    /** {@return the key of the row: 1 to {@link ClientStore#MAX_KEY_BYTES} bytes} */
    byte[] key();

    /**
     * Writes a row, over the one with that key if there is one.
     *
     * @param table where
     * @param key   of the row
     * @param value 0 to {@link ClientStore#MAX_VALUE_BYTES} bytes
     */
    record Put(String table, byte[] key, byte[] value) implements Change {

        /** Checks or copies what it is given. */
        public Put {
            check(table, key);
            if (value.length > ClientStore.MAX_VALUE_BYTES) {
                throw new IllegalArgumentException("a value has up to " + ClientStore.MAX_VALUE_BYTES + " bytes, not "
                        + value.length);
            }
        }
    }

    /**
     * Removes a row, if it is there.
     *
     * @param table where
     * @param key   of the row
     */
    record Remove(String table, byte[] key) implements Change {

        /** Checks or copies what it is given. */
        public Remove {
            check(table, key);
        }
    }

    private static void check(String table, byte[] key) {
        Objects.requireNonNull(table);
        if (!table.matches("[a-z0-9-]{1,64}")) {
            throw new IllegalArgumentException("no name of a table: " + table);
        }
        if (key.length == 0 || key.length > ClientStore.MAX_KEY_BYTES) {
            throw new IllegalArgumentException("a key has 1 to " + ClientStore.MAX_KEY_BYTES + " bytes, not "
                    + key.length);
        }
    }
}
