package org.cloakwork.wire.gateway;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;

/**
 * The client's side of one registration: {@link #start}, then {@link #receive} for each text frame until
 * {@link HandshakeStep.Done} or {@link HandshakeStep.Failed}. For one thread. Source: protocol/4-gateway, 2 and 4.
 */
public final class ClientHandshake {

    private enum State { START, AWAITING_MATERIAL, AWAITING_FINALIZATION, OVER }

    private final IdentityKeyPair client;
    private final IdentityKey gateway;
    private final Randomness randomness;
    private final EncryptionKeyPair ephemeral;
    private final byte[] salt;
    private int protocolVersion;
    private State state = State.START;
    private GatewaySharedKey key;

    /**
     * @param client          who registers
     * @param gateway         the identity the directory gives for the gateway
     * @param protocolVersion to propose, see {@link GatewayProtocol#proposal}
     * @param randomness      32 bytes are drawn here for the ephemeral key, then 16 for the salt; later 12 for a nonce
     */
    public ClientHandshake(IdentityKeyPair client, IdentityKey gateway, int protocolVersion, Randomness randomness) {
        GatewayProtocol.requireU8(protocolVersion);
        this.client = Objects.requireNonNull(client);
        this.gateway = Objects.requireNonNull(gateway);
        this.protocolVersion = protocolVersion;
        this.randomness = randomness;
        this.ephemeral = EncryptionKeyPair.generate(randomness);
        this.salt = randomness.bytes(Handshake.SALT_LENGTH);
    }

    /**
     * {@return the first text frame to send}
     *
     * @throws IllegalStateException if called twice
     */
    public String start() {
        if (state != State.START) {
            throw new IllegalStateException("already started");
        }
        state = State.AWAITING_MATERIAL;
        return payload(Handshake.concat(client.publicKey().bytes(), ephemeral.publicKey().bytes(), salt));
    }

    /**
     * @param text a text frame from the gateway
     * @return what follows; an {@code error} of the gateway counts as its refusal, other frames that are no handshake
     *         messages are ignored, as is everything before {@link #start} and after the end
     */
    public HandshakeStep receive(String text) {
        if (state == State.START || state == State.OVER) {
            return new HandshakeStep.Ignored();
        }
        HandshakeMessage message;
        try {
            message = HandshakeMessage.parse(text);
        } catch (WireException e) {
            return refusal(text);
        }
        return switch (message) {
            case HandshakeMessage.Error error -> over(new HandshakeStep.Failed(Optional.empty(), error.message()));
            case HandshakeMessage.Payload payload -> {
                try {
                    yield payload(payload);
                } catch (WireException e) {
                    yield over(Handshake.failed(e.getMessage()));
                }
            }
        };
    }

    private HandshakeStep payload(HandshakeMessage.Payload payload) throws WireException {
        if (payload.protocolVersion() > GatewayProtocol.CURRENT_VERSION) {
            throw new WireException("protocol version " + payload.protocolVersion() + " is too new");
        }
        protocolVersion = payload.protocolVersion();
        if (state == State.AWAITING_MATERIAL) {
            return material(payload.data());
        }
        if (payload.data().length != 1 || payload.data()[0] != Handshake.FINALIZATION) {
            throw new WireException("the handshake was not finalized");
        }
        return over(new HandshakeStep.Done(Optional.empty(), key, protocolVersion));
    }

    private HandshakeStep material(byte[] data) throws WireException {
        if (data.length != EncryptionKey.LENGTH + Handshake.MATERIAL_LENGTH) {
            throw new WireException("handshake message of wrong length");
        }
        EncryptionKey other = new EncryptionKey(Arrays.copyOf(data, EncryptionKey.LENGTH));
        key = Handshake.sharedKey(ephemeral, other, salt);
        Handshake.verify(Arrays.copyOfRange(data, EncryptionKey.LENGTH, data.length), gateway, ephemeral.publicKey(),
                other, key);
        state = State.AWAITING_FINALIZATION;
        return new HandshakeStep.Send(
                payload(Handshake.material(client, ephemeral.publicKey(), other, key, randomness)));
    }

    /** The reference does not see these and waits for its timeout (section 13, 12). */
    private HandshakeStep refusal(String text) {
        try {
            if (ServerResponse.parse(text) instanceof ServerResponse.Error error) {
                return over(new HandshakeStep.Failed(Optional.empty(), error.message()));
            }
        } catch (WireException e) {
            // neither: ignored
        }
        return new HandshakeStep.Ignored();
    }

    private HandshakeStep over(HandshakeStep last) {
        state = State.OVER;
        ephemeral.destroy();
        return last;
    }

    private String payload(byte[] data) {
        return new HandshakeMessage.Payload(protocolVersion, data).toJson();
    }
}
