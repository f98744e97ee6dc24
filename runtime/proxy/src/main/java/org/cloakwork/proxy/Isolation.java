package org.cloakwork.proxy;

import java.util.Arrays;
import java.util.List;

/**
 * Which connections the exit may know to belong together. A destination is a host without its port, as Tor's
 * IsolateDestAddr has it: who serves both ports of a host sees who comes to them anyway.
 */
public enum Isolation {
    /** All are one sender. */
    NONE("none", false, false),
    /** Each user is another one. */
    USER("user", true, false),
    /** Each destination is another one. */
    DESTINATION("destination", false, true),
    /** Each pair of them is another one. */
    USER_AND_DESTINATION("user+destination", true, true);

    private final String key;
    private final boolean byUser;
    private final boolean byDestination;

    Isolation(String key, boolean byUser, boolean byDestination) {
        this.key = key;
        this.byUser = byUser;
        this.byDestination = byDestination;
    }

    static List<String> keys() {
        return Arrays.stream(values()).map(isolation -> isolation.key).toList();
    }

    /**
     * @param key one of {@link #keys}
     * @return what it stands for
     */
    static Isolation of(String key) {
        return Arrays.stream(values()).filter(isolation -> isolation.key.equals(key)).findFirst().orElseThrow();
    }

    /** {@return whether connections of two users are told apart} */
    boolean isByUser() {
        return byUser;
    }

    /** {@return whether connections to two hosts are told apart} */
    boolean isByDestination() {
        return byDestination;
    }
}
