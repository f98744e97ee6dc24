package org.cloakwork.frontend.exit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.frontend.exit.Target.UnreachableException;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.wire.socks5.ConnectFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

    private static ExitConfiguration configuration(String policy, String... more) {
        Map<String, String> values = new HashMap<>(Map.of("policy", policy));
        for (int i = 0; i < more.length; i += 2) {
            values.put(more[i], more[i + 1]);
        }
        return ExitConfiguration.of(new PartConfiguration("exit", values));
    }

    private static Socket connect(Target target, ExitConfiguration configuration) throws UnreachableException {
        return target.connect(target.lookUp(configuration), configuration.connectTimeout(), socket -> { });
    }

    @Test
    void namesBelongToWhatSomebodyHadToPayFor() {
        for (String name : new String[] {"example.com", "a.example.com", "b.a.EXAMPLE.com.", "c.b.a.example.com"}) {
            assertEquals(Optional.of("example.com"), new Target(name, 80).domain(), name);
        }
        assertEquals(Optional.of("localhost"), new Target("localhost", 80).domain());
        for (String address : new String[] {"1.2.3.4", "255.255.255.255", "::1", "2001:db8::1"}) {
            assertEquals(Optional.empty(), new Target(address, 80).domain(), address);
        }
        for (String odd : new String[] {"1.2.3.256", "1.2.3", "1.2.3.4.5", "1.2.3.4.", "127.1"}) {
            assertTrue(new Target(odd, 80).domain().isPresent(), odd);
        }
    }

    @Test
    void targetsAreReadAsNymWritesThem() throws UnreachableException {
        assertEquals(new Target("example.com", 443), Target.parse("example.com:443"));
        assertEquals(new Target("2001:db8:0:0:0:0:0:1", 443), Target.parse("2001:db8:0:0:0:0:0:1:443"));
        assertEquals(new Target("::1", 80), Target.parse("[::1]:80"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "a", "a:", ":80", "a:0", "a:65536", "a:99999", "a:-1", "a:1x", "a:٣"})
    void whatIsNoTargetIsSaid(String text) {
        assertEquals(ConnectFailure.MALFORMED_TARGET,
                assertThrows(UnreachableException.class, () -> Target.parse(text)).failure());
    }

    @Test
    void theAddressThatIsConnectedToIsJudgedAndNotItsName() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = listener.getLocalPort();
            ExitConfiguration open = configuration("accept *:*");
            for (String host : new String[] {"127.0.0.1", "localhost", "127.1", "2130706433", "::ffff:127.0.0.1",
                    "::1"}) {
                assertEquals(ConnectFailure.NOT_ALLOWED, assertThrows(UnreachableException.class,
                        () -> connect(new Target(host, port), open), host).failure(), host);
            }
            ExitConfiguration local = configuration("reject 127.0.0.2, accept *:*".replace(".2,", ".2:*,"),
                    "allow-private", "true");
            try (Socket socket = connect(new Target("localhost", port), local)) {
                assertTrue(socket.isConnected());
                assertTrue(socket.getKeepAlive());
            }
            assertEquals(ConnectFailure.NOT_ALLOWED, assertThrows(UnreachableException.class,
                    () -> connect(new Target("127.0.0.2", port), local)).failure());
        }
    }

    @Test
    void failuresHaveTheirNames() throws IOException {
        ExitConfiguration local = configuration("accept *:*", "allow-private", "true");
        int free;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = listener.getLocalPort();
        }
        assertEquals(ConnectFailure.REFUSED, assertThrows(UnreachableException.class,
                () -> connect(new Target("127.0.0.1", free), local)).failure());
        assertEquals(ConnectFailure.UNKNOWN_HOST, assertThrows(UnreachableException.class,
                () -> connect(new Target("no-such-host.invalid", 80), local)).failure());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1",
            "172.31.255.255",
        "192.0.0.8", "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "64:ff9b::7f00:1",
        "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd12::1", "fe80::1", "ff02::1"})
    void addressesOfOneNetworkOnlyAreNotPublic(String text) throws IOException {
        assertEquals(false, PublicAddresses.contain(InetAddress.getByName(text)), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "100.63.0.1", "172.15.0.1", "172.32.0.1", "192.0.0.9", "192.0.1.1",
            "2606:4700::1111",
        "2001:200::1", "2a00::1"})
    void theOthersArePublic(String text) throws IOException {
        assertTrue(PublicAddresses.contain(InetAddress.getByName(text)), text);
    }

    @Test
    void aConfigurationThatIsWrongIsNamed() {
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> ExitConfiguration.of(new PartConfiguration("exit", Map.of()))).getMessage().contains("policy"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> configuration("accept example.com:80"))
                .getMessage().contains("example.com"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> configuration("accept *:*", "polcy", "x"))
                .getMessage().contains("polcy"));
    }
}
