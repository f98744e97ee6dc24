package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloakwork.api.ClientState;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.GatewayPolicy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Over what kind of link a gateway is used that announces TLS, and what is said about it. */
class TlsTest {

    @RegisterExtension
    final Seed seed = new Seed();

    private World world;

    @BeforeEach
    void announce() {
        world = new World(seed.value());
        world.announce(world.gateway(), new Node.Entry(List.of(NodeAddress.parseIp("9.9.9.9")), 9000,
                Optional.of("gw.example"), OptionalInt.of(9001)));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private TestClient client(GatewayPolicy.Tls tls) {
        return world.client(ClientConfiguration.DEFAULT.withGatewayPolicy(GatewayPolicy.DEFAULT.withTls(tls)),
                World.NO_COVER);
    }

    private static List<Boolean> secure(TestClient client) {
        return ((FakeTransport) client.parts.chosen(PartKind.TRANSPORT)).links.stream()
                .map(FakeTransport.Link::isSecure).distinct().toList();
    }

    private static List<String> warnings(TestClient client) {
        return client.engine.warnings().stream().filter(warning -> !warning.equals(Warnings.UNCOVERED)).toList();
    }

    private String plain() {
        return "the link to gateway " + world.gateway().identity()
                + " is in the clear: who watches it reads the client's identity key";
    }

    @Test
    void aLinkOverTlsIsNothingToWarnOf() {
        for (GatewayPolicy.Tls tls : List.of(GatewayPolicy.Tls.REQUIRED, GatewayPolicy.Tls.PREFERRED)) {
            TestClient alice = client(tls);
            alice.awaitReady();
            assertEquals(List.of(true), secure(alice));
            assertEquals(List.of(), warnings(alice));
            assertEquals(0, alice.counter(Counter.SESSIONS_PLAIN));
        }
    }

    @Test
    void whereTlsIsRequiredNothingIsSaidInTheClearAndTheStateSaysWhyThereIsNoSession() {
        world.gateway().noTls = true;
        TestClient alice = client(GatewayPolicy.Tls.REQUIRED);
        world.runFor(Duration.ofHours(1));
        assertEquals(List.of(true), secure(alice));
        assertEquals(0, world.gateway().connections);
        String step = assertInstanceOf(ClientState.Connecting.class, alice.engine.state()).step();
        assertTrue(step.startsWith("the gateway is not reached: cannot be reached; it announces TLS and is not used in "
                + "the clear (tls = required); next attempt in"), step);
        world.gateway().noTls = false;
        alice.awaitReady();
    }

    @Test
    void whereTlsIsPreferredTheClearIsUsedAfterItAndThatIsSaid() {
        world.gateway().noTls = true;
        TestClient alice = client(GatewayPolicy.Tls.PREFERRED);
        LogLines.take();
        alice.awaitReady();
        assertEquals(List.of(true, false), secure(alice));
        assertEquals(List.of(plain()), warnings(alice));
        assertEquals(1, alice.counter(Counter.SESSIONS_PLAIN));
        assertTrue(LogLines.take().stream().anyMatch(line -> line.startsWith("WARN") && line.endsWith(plain())));
        // The next session tries TLS again.
        world.gateway().noTls = false;
        ((FakeTransport) alice.parts.chosen(PartKind.TRANSPORT)).link().breakOff("cut");
        world.runFor(Duration.ofSeconds(10));
        alice.awaitReady();
        assertEquals(List.of(), warnings(alice));
    }

    @Test
    void offIsInTheClearAndSoIsAGatewayThatAnnouncesNoName() {
        TestClient alice = client(GatewayPolicy.Tls.OFF);
        alice.awaitReady();
        assertEquals(List.of(false), secure(alice));
        assertEquals(List.of(plain()), warnings(alice));
        world.announce(world.gateway(), new Node.Entry(List.of(NodeAddress.parseIp("9.9.9.9")), 9000,
                Optional.empty(), OptionalInt.empty()));
        TestClient bob = client(GatewayPolicy.Tls.REQUIRED);
        bob.awaitReady();
        assertEquals(List.of(plain()), warnings(bob));
    }
}
