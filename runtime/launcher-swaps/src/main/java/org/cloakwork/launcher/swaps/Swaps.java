package org.cloakwork.launcher.swaps;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.spi.part.PartKind;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** Exchanges parts of running clients in all the ways there are, as a seed says. */
final class Swaps {

    static final String FRONT_END = PartKind.FRONT_END.name();
    static final List<String> KINDS = Stream.concat(PartKind.OF_A_CLIENT.stream(), Stream.of(PartKind.FRONT_END))
            .map(PartKind::name).toList();

    /** What a client begins with. */
    private static final Map<PartKind<?>, String> FIRST = Map.of(PartKind.TOPOLOGY, "nym-api",
            PartKind.TRANSPORT, "websocket", PartKind.SPHINX, "fast", PartKind.ROUTES, "subset",
            PartKind.RETRANSMISSION, "timeout", PartKind.COVER, "poisson");

    /** How a part is exchanged. */
    enum Way {
        CHOICE("another part by the client's configuration"),
        SETTINGS("the part's own configuration"),
        RESTART("its bundle stopped and started"),
        UPDATE("its bundle updated");

        private final String text;

        Way(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * What was done.
     *
     * @param atNanos when it began
     * @param clients that use the part
     */
    record Swap(String kind, Way way, String part, long atNanos, Set<String> clients) {
    }

    /** A key of a part that makes no difference to a test, and two values for it. */
    private record Setting(String pid, String key, String one, String other) {
    }

    private static final Map<String, Setting> SETTINGS = Map.of(
            "topology nym-api", new Setting("org.cloakwork.topology.nymapi", "timeout-millis", "30000", "29000"),
            "transport websocket",
            new Setting("org.cloakwork.transport.websocket", "connect-timeout-millis", "5000", "4900"),
            "transport websocket-jdk",
            new Setting("org.cloakwork.transport.jdk", "connect-timeout-millis", "5000", "4900"),
            "retransmission timeout",
            new Setting("org.cloakwork.retransmission.timeout", "ack-wait-addition-millis", "1500", "1400"),
            "retransmission adaptive",
            new Setting("org.cloakwork.retransmission.adaptive", "initial-addition-millis", "1500", "1400"),
            "routes subset", new Setting("org.cloakwork.routes.subset", "mixes", "2", "3"),
            "routes sticky", new Setting("org.cloakwork.routes.sticky", "alpha", "0.97", "0.9"),
            "cover poisson", new Setting("org.cloakwork.cover.poisson", "maximum-multiplier", "6", "5"),
            FRONT_END + " websocket",
            new Setting("org.cloakwork.frontend.websocket", "maximum-connections", "64", "63"));

    private final Framework framework;
    private final Random random;
    private final List<String> kinds;
    /** The bundle of each part, by kind and name. */
    private final Map<String, Map<String, Bundle>> parts = new TreeMap<>();
    private final Map<String, Map<String, String>> configurations = new HashMap<>();
    private final Map<String, Map<String, String>> clients = new TreeMap<>();

    Swaps(Framework framework, Random random, List<String> kinds) {
        this.framework = framework;
        this.random = random;
        this.kinds = kinds;
        for (String kind : KINDS) {
            Map<String, Bundle> named = new TreeMap<>();
            framework.parts(kind).forEach(part -> named.put(part, framework.bundleOf(kind, part)));
            parts.put(kind, named);
        }
    }

    void configure(String pid, String key, String value) throws IOException, InterruptedException {
        Map<String, String> configuration = configurations.computeIfAbsent(pid, name -> new TreeMap<>());
        configuration.put(key, value);
        framework.configure(pid, configuration);
    }

    void client(String name, String gateway) throws IOException, InterruptedException {
        Map<String, String> made = new TreeMap<>(Map.of("name", name, "gateway", gateway, "frontends", "websocket",
                "websocket.port", "0"));
        FIRST.forEach((kind, part) -> made.put(kind.name(), part));
        clients.put(name, made);
        framework.configureFactory("org.cloakwork.client", name, made);
    }

    /** {@return the part of that kind that a client has at this moment} */
    String part(String client, String kind) {
        return clients.get(client).get(key(kind));
    }

    private static String key(String kind) {
        return kind.equals(FRONT_END) ? "frontends" : kind;
    }

    /** Chooses a part for all clients. */
    void choose(String kind, String part) throws IOException, InterruptedException {
        for (String client : clients.keySet()) {
            choose(client, kind, part);
        }
    }

    private void choose(String client, String kind, String part) throws IOException, InterruptedException {
        Map<String, String> made = clients.get(client);
        made.put(key(kind), part);
        framework.configureFactory("org.cloakwork.client", client, made);
    }

    /** Exchanges some part in some way. */
    Swap next() throws IOException, InterruptedException, BundleException {
        String kind = kinds.get(random.nextInt(kinds.size()));
        String client = List.copyOf(clients.keySet()).get(random.nextInt(clients.size()));
        String part = part(client, kind);
        // Another front-end would speak something else.
        List<String> others = kind.equals(FRONT_END) ? List.of()
                : parts.get(kind).keySet().stream().filter(other -> !other.equals(part)).toList();
        Setting setting = SETTINGS.get(kind + " " + part);
        List<Way> ways = Stream.of(Way.values())
                .filter(way -> switch (way) {
                    case CHOICE -> !others.isEmpty();
                    case SETTINGS -> setting != null;
                    case RESTART, UPDATE -> true;
                }).toList();
        Way way = ways.get(random.nextInt(ways.size()));
        String other = others.isEmpty() ? part : others.get(random.nextInt(others.size()));
        long now = System.nanoTime();
        switch (way) {
            case CHOICE -> choose(client, kind, other);
            case SETTINGS -> configure(setting.pid(), setting.key(), setting.one().equals(configurations
                    .getOrDefault(setting.pid(), Map.of()).getOrDefault(setting.key(), setting.one()))
                    ? setting.other() : setting.one());
            case RESTART -> {
                Bundle bundle = parts.get(kind).get(part);
                bundle.stop();
                bundle.start();
            }
            case UPDATE -> {
                Bundle bundle = parts.get(kind).get(part);
                try (InputStream jar = Framework.jarOf(bundle)) {
                    bundle.update(jar);
                }
            }
        }
        return new Swap(kind, way, way == Way.CHOICE ? part + " -> " + other : part, now, way == Way.CHOICE
                ? Set.of(client) : users(kind, part));
    }

    private Set<String> users(String kind, String part) {
        Set<String> users = new TreeSet<>(clients.keySet());
        users.removeIf(client -> !part(client, kind).equals(part));
        return users;
    }
}
