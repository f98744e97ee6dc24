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
 * The gateway's side of one registration: {@link #start} with the client's request, then {@link #receive} for each text
 * frame until {@link HandshakeStep.Done} or {@link HandshakeStep.Failed}. For one thread. Source: protocol/4-gateway,
 * 2 and 4.
 *
 * <p>After {@link #start} the gateway knows {@link #client}, and refuses with an {@code error} instead of going on if
 * that client has a live session.
 */
public final class GatewayHandshake {

    private enum State { START, AWAITING_MATERIAL, OVER }

    private final IdentityKeyPair gateway;
    private final int newestVersion;
    private final Randomness randomness;
    private final EncryptionKeyPair ephemeral;
    private int protocolVersion;
    private State state = State.START;
    private IdentityKey client;
    private EncryptionKey other;
    private GatewaySharedKey key;

    /**
     * @param gateway       who is registered with
     * @param newestVersion highest protocol version to agree to; {@link GatewayProtocol#CURRENT_VERSION} bounds it
     * @param randomness    32 bytes are drawn here for the ephemeral key; later 12 for the nonce
     */
    public GatewayHandshake(IdentityKeyPair gateway, int newestVersion, Randomness randomness) {
        GatewayProtocol.requireU8(newestVersion);
        this.gateway = Objects.requireNonNull(gateway);
        this.newestVersion = Math.min(newestVersion, GatewayProtocol.CURRENT_VERSION);
        this.randomness = randomness;
        this.ephemeral = EncryptionKeyPair.generate(randomness);
    }

    /**
     * @param request the client's first message
     * @return {@link HandshakeStep.Send}, or {@link HandshakeStep.Failed} if the message is malformed
     * @throws IllegalStateException if called twice
     */
    public HandshakeStep start(ClientRequest.RegisterHandshake request) {
        if (state != State.START) {
            throw new IllegalStateException("already started");
        }
        byte[] data = request.data();
        if (data.length != Handshake.INITIALISATION_LENGTH) {
            return over(Handshake.failed("handshake message of wrong length"));
        }
        try {
            client = new IdentityKey(Arrays.copyOf(data, IdentityKey.LENGTH));
        } catch (IllegalArgumentException e) {
            return over(Handshake.failed("malformed identity"));
        }
        int saltOffset = IdentityKey.LENGTH + EncryptionKey.LENGTH;
        other = new EncryptionKey(Arrays.copyOfRange(data, IdentityKey.LENGTH, saltOffset));
        key = Handshake.sharedKey(ephemeral, other, Arrays.copyOfRange(data, saltOffset, data.length));
        protocolVersion = Math.min(request.protocolVersion(), newestVersion);
        state = State.AWAITING_MATERIAL;
        return new HandshakeStep.Send(payload(Handshake.concat(ephemeral.publicKey().bytes(),
                Handshake.material(gateway, ephemeral.publicKey(), other, key, randomness))));
    }

    /** {@return who wants to register, proven only by {@link HandshakeStep.Done}; empty if the request gave none} */
    public Optional<IdentityKey> client() {
        return Optional.ofNullable(client);
    }

    /**
     * @param text a text frame from the client
     * @return what follows; frames that are no handshake messages are ignored, as is everything before {@link #start}
     *         and after the end
     */
    public HandshakeStep receive(String text) {
        if (state != State.AWAITING_MATERIAL) {
            return new HandshakeStep.Ignored();
        }
        HandshakeMessage message;
        try {
            message = HandshakeMessage.parse(text);
        } catch (WireException e) {
            return new HandshakeStep.Ignored();
        }
        return switch (message) {
            case HandshakeMessage.Error error -> over(new HandshakeStep.Failed(Optional.empty(), error.message()));
            case HandshakeMessage.Payload payload -> {
                try {
                    Handshake.verify(payload.data(), client, ephemeral.publicKey(), other, key);
                    yield over(new HandshakeStep.Done(
                            Optional.of(payload(new byte[] {Handshake.FINALIZATION})), key, protocolVersion));
                } catch (WireException e) {
                    yield over(Handshake.failed(e.getMessage()));
                }
            }
        };
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
