package org.cloakwork.client.session;

import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.client.base.GatewayPolicy.Tls;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.wire.topology.HostName;

/**
 * How a gateway can be reached. Whatever it announces, this never throws.
 *
 * @param ways  to be tried in order; a way in the clear only after one over TLS could not be opened
 * @param fault why there is none, for people; empty: there is one
 */
record Reach(List<Way> ways, Optional<String> fault) {

    /**
     * One kind of link.
     *
     * @param endpoint of the gateway
     * @param exposed  whether whoever watches the link reads what is said: in the clear, and not on this machine
     * @param only     whether there is no link in the clear because TLS is insisted on
     */
    record Way(GatewayEndpoint endpoint, boolean exposed, boolean only) {
    }

    private static Reach none(String fault) {
        return new Reach(List.of(), Optional.of(fault));
    }

    static Reach of(Node node, Tls tls) {
        if (node.entry().isEmpty()) {
            return none("no client listener");
        }
        Node.Entry entry = node.entry().get();
        Optional<String> name = entry.hostname().flatMap(Reach::checked);
        boolean local = entry.addresses().stream().allMatch(InetAddress::isLoopbackAddress)
                && (entry.hostname().isEmpty() || name.filter(HostName::isLoopback).isPresent());
        List<URI> secure = name.stream().filter(host -> isPort(entry.securePort().orElse(0)))
                .map(host -> uri("wss", HostName.inUri(host), entry.securePort().getAsInt())).toList();
        List<URI> plain = Stream.concat(name.stream().map(HostName::inUri),
                        entry.addresses().stream().map(HostName::inUri))
                .filter(host -> isPort(entry.websocketPort()))
                .map(host -> uri("ws", host, entry.websocketPort())).toList();
        boolean insists = tls == Tls.REQUIRED && !local
                && (entry.hostname().isPresent() || entry.securePort().isPresent());
        if (insists && secure.isEmpty()) {
            return none("it announces " + (name.isPresent() ? "the name " + name.get() + " and no TLS"
                    : "TLS and no usable name") + ", and is not used in the clear (tls = required)");
        }
        List<Way> ways = new ArrayList<>();
        if (!secure.isEmpty() && tls != Tls.OFF) {
            ways.add(new Way(new GatewayEndpoint(node.identity(), secure), false, insists));
        }
        if (!plain.isEmpty() && !insists) {
            ways.add(new Way(new GatewayEndpoint(node.identity(), plain), !local, false));
        }
        return ways.isEmpty() ? none("no client listener") : new Reach(List.copyOf(ways), Optional.empty());
    }

    boolean isPossible() {
        return fault.isEmpty();
    }

    private static Optional<String> checked(String name) {
        try {
            return Optional.of(HostName.parse(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isPort(int port) {
        return port > 0;
    }

    private static URI uri(String scheme, String host, int port) {
        return URI.create(scheme + "://" + host + ":" + port);
    }
}
