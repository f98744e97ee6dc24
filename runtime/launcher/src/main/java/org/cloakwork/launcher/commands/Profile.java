package org.cloakwork.launcher.commands;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Parts that people want together; what those need is found out, not listed. */
enum Profile {

    /** A local network, and all that {@code demo} shows of it. */
    DEMO("topology-nym-api,websocket,sphinx-fast,routes-subset,retransmission-timeout,cover-poisson,cover-none,"
            + "store-mvstore,localnet,frontend-websocket,frontend-socks5,frontend-http,frontend-exit,"
            + "frontend-dashboard", false),
    /** A way into the internet for programs that know SOCKS. */
    SOCKS("topology-nym-api,websocket-jdk,sphinx-fast,routes-subset,retransmission-timeout,cover-poisson,"
            + "store-mvstore,frontend-socks5", true),
    /** Messages for programs that speak nym-client's websocket. */
    WEBSOCKET("topology-nym-api,websocket,sphinx-fast,routes-subset,retransmission-timeout,cover-poisson,"
            + "store-mvstore,frontend-websocket", true),
    /** The other end: a way out for others. */
    EXIT("topology-nym-api,websocket-jdk,sphinx-fast,routes-subset,retransmission-timeout,cover-poisson,"
            + "store-mvstore,frontend-exit",
            true),
    /** A client, one part of each kind: it sends and receives, and is someone new at each start. */
    MINIMAL("topology-nym-api,websocket-jdk,sphinx-fast,routes-subset,retransmission-timeout,cover-poisson", true),
    /** All that is here, bundles of others included, with the configuration that was shipped. */
    EVERYTHING("", false);

    private final String parts;
    private final boolean serves;

    Profile(String parts, boolean serves) {
        this.parts = parts;
        this.serves = serves;
    }

    static Optional<Profile> named(String name) {
        return Arrays.stream(values()).filter(profile -> profile.toString().equals(name)).findFirst();
    }

    static String names() {
        return Arrays.stream(values()).map(Profile::toString).collect(Collectors.joining(", "));
    }

    /** {@return names as {@code --parts} takes them} */
    List<String> parts() {
        return parts.isEmpty() ? List.of() : List.of(parts.split(","));
    }

    /** {@return whether its front-ends are those that {@code run} has} */
    boolean serves() {
        return serves;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
