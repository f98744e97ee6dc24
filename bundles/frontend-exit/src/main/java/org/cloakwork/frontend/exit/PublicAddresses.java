package org.cloakwork.frontend.exit;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.cloakwork.wire.socks5.AddressPattern;

/**
 * Tells addresses of the internet from those that mean something in one network only. Source: protocol/6-frontends,
 * 3.3, and the IANA registries of special-purpose addresses; multicast besides.
 */
final class PublicAddresses {

    private static final List<AddressPattern> EXCEPTIONS = patterns("192.0.0.9", "192.0.0.10", "2001:1::1", "2001:1::2",
            "2001:3::/32", "2001:4:112::/48", "2001:20::/28", "2001:30::/28");

    private static final List<AddressPattern> SPECIAL = patterns("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10",
            "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // ::/8 has unspecified and loopback; it, 64:ff9b::/96 and 2002::/16 have addresses with an IPv4 one inside
            "::/8", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
                    "3fff::/20", "5f00::/16",
            "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8");

    private PublicAddresses() {
    }

    private static List<AddressPattern> patterns(String... texts) {
        return Stream.of(texts).map(AddressPattern::parse).toList();
    }

    static boolean contain(InetAddress address) {
        return EXCEPTIONS.stream().anyMatch(pattern -> pattern.matches(address))
                || SPECIAL.stream().noneMatch(pattern -> pattern.matches(address));
    }
}
