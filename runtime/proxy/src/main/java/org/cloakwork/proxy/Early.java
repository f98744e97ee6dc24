package org.cloakwork.proxy;

import java.util.Arrays;
import java.util.List;

/**
 * When a program hears that it is connected before the exit has said so. It saves a round trip through the mixnet; a
 * connection that the exit does not make then breaks off without a reason.
 */
public enum Early {
    /** Not before the exit has said so. */
    NEVER("false"),
    /** Where the exit has connected to the same target for the same sender a while ago. */
    KNOWN("known"),
    /** Always, as nym-socks5-client does. */
    ALWAYS("true");

    private final String key;

    Early(String key) {
        this.key = key;
    }

    static List<String> keys() {
        return Arrays.stream(values()).map(early -> early.key).toList();
    }

    static Early of(String key) {
        return Arrays.stream(values()).filter(early -> early.key.equals(key)).findFirst().orElseThrow();
    }
}
