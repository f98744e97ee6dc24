package org.cloakwork.frontend.serve;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.runtime.PartConfiguration;

/**
 * What is served to whom.
 *
 * @param services                by the port that callers name
 * @param maxConnections          at once
 * @param maxConnectionsPerCaller at once, of callers that are one
 * @param connectTimeout          for a program to take a connection
 */
record ServeConfiguration(Map<Integer, Service> services, int maxConnections, int maxConnectionsPerCaller,
                          Duration connectTimeout) {

    static final int DEFAULT_CONNECTIONS = 1024;
    static final int DEFAULT_CONNECTIONS_PER_CALLER = 256;
    static final int DEFAULT_CONNECT_MILLIS = 10_000;
    static final int MOST_CONNECTIONS = 100_000;

    private static final String ALLOWED = "services like 80 -> 127.0.0.1:8080, 9735 -> unix:/run/x.sock, where a "
            + "program listens at " + Local.ALLOWED;
    private static final String KEYS_ALLOWED = "public keys, as cloakwork key prints them, separated by commas";
    private static final int MOST_SERVICES = 1024;
    private static final int MOST_KEYS = 4096;

    /**
     * A port.
     *
     * @param local         where the program listens
     * @param allowed       keys of those who may come in; empty: everybody
     * @param proxyProtocol whether the program is told a pseudonym of the caller
     */
    record Service(Local local, Optional<Set<EncryptionKey>> allowed, boolean proxyProtocol) {
    }

    static ServeConfiguration of(PartConfiguration configuration) {
        Map<Integer, Service> services = new TreeMap<>();
        for (String text : configuration.list("serve", ALLOWED)) {
            String[] sides = text.split("->", -1);
            if (sides.length != 2) {
                throw configuration.wrong("serve", '"' + text + '"', ALLOWED);
            }
            String port = sides[0].strip();
            if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 0xffff) {
                throw configuration.wrong("serve", '"' + port + "\" is no port", ALLOWED);
            }
            try {
                Service service = new Service(Local.parse(sides[1].strip()),
                        allowed(configuration, port + ".allow"),
                        configuration.choice(port + ".proxy-protocol", "off", List.of("off", "v2")).equals("v2"));
                if (services.put(Integer.parseInt(port), service) != null || services.size() > MOST_SERVICES) {
                    throw configuration.wrong("serve", "port " + port + " is there twice, or there are more than "
                            + MOST_SERVICES, ALLOWED);
                }
            } catch (IllegalArgumentException e) {
                if (e.getMessage().contains("; allowed is ")) {
                    throw e;
                }
                throw configuration.wrong("serve", '"' + sides[1].strip() + '"', ALLOWED);
            }
        }
        ServeConfiguration read = new ServeConfiguration(services,
                configuration.integer("max-connections", DEFAULT_CONNECTIONS, 1, MOST_CONNECTIONS),
                configuration.integer("max-connections-per-caller", DEFAULT_CONNECTIONS_PER_CALLER, 1,
                        MOST_CONNECTIONS),
                configuration.millis("connect-timeout-millis", DEFAULT_CONNECT_MILLIS, 100, 600_000));
        configuration.verify();
        return read;
    }

    /** A list that is there and empty would let nobody in; it is more likely a mistake. */
    private static Optional<Set<EncryptionKey>> allowed(PartConfiguration configuration, String key) {
        if (!configuration.has(key)) {
            return Optional.empty();
        }
        Set<EncryptionKey> keys = new HashSet<>();
        for (String text : configuration.list(key, KEYS_ALLOWED)) {
            try {
                keys.add(EncryptionKey.parse(text));
            } catch (IllegalArgumentException e) {
                throw configuration.wrong(key, '"' + text + '"', KEYS_ALLOWED);
            }
        }
        if (keys.size() > MOST_KEYS) {
            throw configuration.wrong(key, keys.size() + " keys", "at most " + MOST_KEYS + " keys");
        }
        return Optional.of(Set.copyOf(keys));
    }
}
