package org.cloakwork.wire.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.junit.jupiter.api.Test;

class HandshakeTest {

    private static final Randomness ONES = target -> Arrays.fill(target, (byte) 1);
    private static final Randomness TWOS = target -> Arrays.fill(target, (byte) 2);

    private final IdentityKeyPair identity = IdentityKeyPair.generate(ONES);
    private final IdentityKeyPair gatewayIdentity = IdentityKeyPair.generate(TWOS);
    private final ClientHandshake client = client(6);
    private final GatewayHandshake gateway = gateway(6);

    @Test
    void versionsAreNegotiatedAsTheReferenceDoes() throws WireException {
        assertEquals(6, agreed(6, 6));
        assertEquals(6, agreed(200, 200));
        assertEquals(5, agreed(6, 5));
        assertEquals(4, agreed(4, 6));
        // A registration has no lower bound: it is the authentication afterwards that refuses such a client.
        assertEquals(0, agreed(0, 6));
    }

    @Test
    void proposalsAndSupport() {
        assertEquals(OptionalInt.empty(), GatewayProtocol.proposal(3));
        assertEquals(OptionalInt.of(4), GatewayProtocol.proposal(4));
        assertEquals(OptionalInt.of(6), GatewayProtocol.proposal(6));
        assertEquals(OptionalInt.of(6), GatewayProtocol.proposal(7));
        for (int version = 0; version < 256; version++) {
            assertEquals(version >= 4 && version <= 6, GatewayProtocol.isSupported(version));
        }
        assertThrows(IllegalArgumentException.class, () -> client(256));
        assertThrows(IllegalArgumentException.class, () -> gateway(-1));
    }

    @Test
    void framesOfOtherKindsAreIgnored() throws WireException {
        HandshakeStep ignored = new HandshakeStep.Ignored();
        HandshakeStep.Send m2 = (HandshakeStep.Send) gateway.start(m1());
        for (String other : new String[] {"", "not json", "{}", new ServerResponse.Send(1, false).toJson(),
            "{\"type\":\"handshakePayload\",\"data\":[256]}", "x".repeat(GatewayProtocol.MAX_TEXT_LENGTH + 1)}) {
            assertEquals(ignored, client.receive(other));
            assertEquals(ignored, gateway.receive(other));
        }
        assertEquals(ignored, gateway.receive(new ServerResponse.Error("no").toJson()));
        HandshakeStep.Send m3 = (HandshakeStep.Send) client.receive(m2.text());
        HandshakeStep.Done done = (HandshakeStep.Done) gateway.receive(m3.text());
        assertInstanceOf(HandshakeStep.Done.class, client.receive(done.text().orElseThrow()));
        assertEquals(ignored, gateway.receive(m3.text()));
        assertEquals(ignored, client.receive(done.text().get()));
    }

    /** The reference overlooks it and waits until its timeout (protocol/4-gateway, 13, 12). */
    @Test
    void aPlainErrorOfTheGatewayEndsTheClientsHandshake() {
        client.start();
        assertEquals(new HandshakeStep.Failed(Optional.empty(), "already connected"),
                client.receive(new ServerResponse.Error("already connected").toJson()));
        assertInstanceOf(HandshakeStep.Ignored.class, client.receive(new ServerResponse.Error("again").toJson()));
    }

    @Test
    void whoGivesUpTellsTheOtherAndIsNotAnswered() throws WireException {
        ClientRequest.RegisterHandshake m1 = m1();
        var refused = (HandshakeStep.Failed) gateway.start(
                new ClientRequest.RegisterHandshake(6, Arrays.copyOf(m1.data(), 79)));
        HandshakeStep.Failed told = (HandshakeStep.Failed) client.receive(refused.text().orElseThrow());
        assertEquals(new HandshakeStep.Failed(Optional.empty(), refused.reason()), told);
        assertTrue(gateway.client().isEmpty());
    }

    @Test
    void theGatewayKnowsWhoAsksBeforeItGoesOn() throws WireException {
        gateway.start(m1());
        assertEquals(Optional.of(identity.publicKey()), gateway.client());
    }

    @Test
    void startsOnlyOnce() throws WireException {
        ClientRequest.RegisterHandshake m1 = m1();
        gateway.start(m1);
        assertThrows(IllegalStateException.class, client::start);
        assertThrows(IllegalStateException.class, () -> gateway.start(m1));
    }

    private ClientRequest.RegisterHandshake m1() throws WireException {
        return (ClientRequest.RegisterHandshake) ClientRequest.parse(client.start());
    }

    private int agreed(int proposed, int newest) throws WireException {
        ClientHandshake atClient = client(proposed);
        GatewayHandshake atGateway = gateway(newest);
        var m2 = (HandshakeStep.Send) atGateway.start(
                (ClientRequest.RegisterHandshake) ClientRequest.parse(atClient.start()));
        var m3 = (HandshakeStep.Send) atClient.receive(m2.text());
        var gatewayDone = (HandshakeStep.Done) atGateway.receive(m3.text());
        var clientDone = (HandshakeStep.Done) atClient.receive(gatewayDone.text().orElseThrow());
        assertEquals(gatewayDone.protocolVersion(), clientDone.protocolVersion());
        assertEquals(gatewayDone.key(), clientDone.key());
        return clientDone.protocolVersion();
    }

    private ClientHandshake client(int version) {
        return new ClientHandshake(identity, gatewayIdentity.publicKey(), version, ONES);
    }

    private GatewayHandshake gateway(int version) {
        return new GatewayHandshake(gatewayIdentity, version, TWOS);
    }
}
