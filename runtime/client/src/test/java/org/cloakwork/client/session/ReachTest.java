package org.cloakwork.client.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.client.base.GatewayPolicy.Tls;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReachTest {

    private static Node node(String addresses, String name, int port, int securePort) {
        return new Node(1, NodeAddress.parse("10.0.0.1:1789"), Optional.of(new Node.Entry(
                addresses == null ? List.of() : Arrays.stream(addresses.split(" ")).map(NodeAddress::parseIp).toList(),
                port, Optional.ofNullable(name), securePort < 0 ? OptionalInt.empty() : OptionalInt.of(securePort))),
                IdentityKeyPair.ofSeed(new byte[32]).publicKey(), new EncryptionKey(new byte[32]),
                Set.of(Node.Role.ENTRY), OptionalInt.empty());
    }

    /** {@return the ways in order, those that others can read marked, or why there is none} */
    private static String reach(Tls tls, Node node) {
        Reach reach = Reach.of(node, tls);
        return reach.fault().orElseGet(() -> reach.ways().stream().map(way -> way.endpoint().uris().stream()
                .map(Object::toString).collect(Collectors.joining(" ")) + (way.exposed() ? " exposed" : "")
                + (way.only() ? " only" : "")).collect(Collectors.joining(", ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            REQUIRED  | 9.9.9.9    | gw.example | 9000 | 9001 | wss://gw.example:9001 only
            PREFERRED | 9.9.9.9    | gw.example | 9000 | 9001 | wss://gw.example:9001, ws://gw.example:9000 \
            ws://9.9.9.9:9000 exposed
            OFF       | 9.9.9.9    | gw.example | 9000 | 9001 | ws://gw.example:9000 ws://9.9.9.9:9000 exposed
            REQUIRED  | 9.9.9.9    |            | 9000 |   -1 | ws://9.9.9.9:9000 exposed
            REQUIRED  | 9.9.9.9 2001:db8::1 |   | 9000 |   -1 | ws://9.9.9.9:9000 ws://[2001:db8::1]:9000 \
            exposed
            REQUIRED  | 9.9.9.9    | gw.example | 9000 |   -1 | it announces the name gw.example and no TLS, and is \
            not used in the clear (tls = required)
            REQUIRED  | 9.9.9.9    | gw.example | 9000 |    0 | it announces the name gw.example and no TLS, and is \
            not used in the clear (tls = required)
            REQUIRED  | 9.9.9.9    |            | 9000 | 9001 | it announces TLS and no usable name, and is not used \
            in the clear (tls = required)
            REQUIRED  | 9.9.9.9    | https://gw | 9000 | 9001 | it announces TLS and no usable name, and is not used \
            in the clear (tls = required)
            PREFERRED | 9.9.9.9    | https://gw | 9000 | 9001 | ws://9.9.9.9:9000 exposed
            PREFERRED | 9.9.9.9    | my gateway | 9000 | 9001 | ws://9.9.9.9:9000 exposed
            OFF       |            | [gw]       | 9000 | 9001 | no client listener
            REQUIRED  | 127.0.0.1  |            | 9000 |   -1 | ws://127.0.0.1:9000
            REQUIRED  | 127.0.0.1  | localhost  | 9000 | 9001 | wss://localhost:9001, ws://localhost:9000 \
            ws://127.0.0.1:9000
            REQUIRED  | 127.0.0.1  | gw.example | 9000 | 9001 | wss://gw.example:9001 only
            REQUIRED  | 9.9.9.9    | localhost  | 9000 | 9001 | wss://localhost:9001 only
            REQUIRED  | 127.0.0.1 9.9.9.9 |     | 9000 |   -1 | ws://127.0.0.1:9000 ws://9.9.9.9:9000 exposed
            OFF       | 127.0.0.1  |            |    0 |   -1 | no client listener
            """)
    void theWaysAreThoseThatThePolicyAllows(Tls tls, String addresses, String name, int port, int securePort,
                                            String expected) {
        assertEquals(expected, reach(tls, node(addresses, name, port, securePort)));
    }
}
