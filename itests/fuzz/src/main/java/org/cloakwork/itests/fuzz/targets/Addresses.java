package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.socks5.AddressPattern;
import org.cloakwork.wire.topology.HostName;

/** Addresses of clients and nodes, keys, tags, host names, patterns of addresses. */
public final class Addresses implements Target {

    @Override
    public String name() {
        return "addresses";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.all(List.of(Seeds.texts("addresses.json", "text"), Seeds.texts("addresses.json", "input"),
                Seeds.texts("addresses.json", "x25519PublicText"), Seeds.bytes("addresses.json", "bytes"),
                Seeds.bytes("addresses.json", "unpadded"), Seeds.of("example.org", "a-b.c1.", "[::1]", "::1",
                        "[2001:db8::1]:1789", "1.2.3.4:80", "::ffff:1.2.3.4", "*", "*4", "*6", "192.0.2.0/24",
                        "[2001:db8::]/32", "1::/0", "localhost")));
    }

    @Override
    public void check(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        again(text, MixnetAddress::parse);
        again(text, SenderTag::parse);
        again(text, IdentityKey::parse);
        again(text, EncryptionKey::parse);
        again(text, NodeAddress::parse);
        again(text, AddressPattern::parse);
        again(text, HostName::parse);
        try {
            InetAddress ip = NodeAddress.parseIp(text);
            requireSame(ip, NodeAddress.parseIp(ip.getHostAddress()));
        } catch (IllegalArgumentException e) {
            // not one
        }
        try {
            String host = HostName.parse(text);
            HostName.isLoopback(host);
            require(URI.create("wss://" + HostName.inUri(host) + ":1/").getHost() != null, "no host of a URI: " + host);
        } catch (IllegalArgumentException e) {
            require(e.getMessage().contains("is not a host name"), e.getMessage());
        }
        try {
            requireSame(input, MixnetAddress.fromBytes(input).bytes());
        } catch (IllegalArgumentException e) {
            // not one
        }
        try {
            NodeAddress address = NodeAddress.fromBytes(input, 0);
            requireSame(address, NodeAddress.fromBytes(address.padded(NodeAddress.LONG_LENGTH), 0));
        } catch (IllegalArgumentException e) {
            require(input.length < 7 || input[0] != 4, "an address is refused");
        }
    }

    private static <T> void again(String text, Function<String, T> parser) {
        T value;
        try {
            value = parser.apply(text);
        } catch (IllegalArgumentException e) {
            return;
        }
        requireSame(value, parser.apply(value.toString()));
    }
}
