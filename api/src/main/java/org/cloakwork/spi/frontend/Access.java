package org.cloakwork.spi.frontend;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.cloakwork.spi.runtime.PartConfiguration;

/**
 * Which programs a front-end with a port serves: the key {@code access} of those that have one.
 *
 * @since 1.2
 */
public enum Access {
    /**
     * Those of the user that this process runs as, told by the kernel ({@link LocalPeer}); where it cannot be told, all
     * of this machine.
     */
    SAME_USER("same-user"),
    /** All of this machine. */
    LOCAL("local"),
    /** Whoever shows a token. */
    TOKEN("token");

    /** The key. */
    public static final String KEY = "access";

    private final String text;

    Access(String text) {
        this.text = text;
    }

    /** {@return the value of the key} */
    public String text() {
        return text;
    }

    /**
     * Reads who is let in.
     *
     * @param configuration of the front-end
     * @param host          where it listens; who comes from other machines is no user of this one
     * @param otherwise     if the key is not set
     * @param allowed       by the front-end
     * @return what the configuration says
     * @throws IllegalArgumentException if it says something else, naming key, value and what is allowed
     */
    public static Access of(PartConfiguration configuration, InetAddress host, Access otherwise, Access... allowed) {
        List<String> texts = Arrays.stream(allowed).map(Access::text).toList();
        String text = configuration.choice(KEY, otherwise.text, texts);
        Access access = Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst().orElseThrow();
        if (configuration.has(KEY) && access != TOKEN && !host.isLoopbackAddress()) {
            throw configuration.wrong(KEY, '"' + text + "\", and host is reachable from other machines",
                    TOKEN.text + ", or a host that is not");
        }
        return access;
    }

    @Override
    public String toString() {
        return text;
    }
}
