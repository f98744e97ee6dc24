package org.cloakwork.wire.gateway;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.json.Json;

/**
 * Authentication of a registered client: signed, and bound to the shared key. Source: protocol/4-gateway, 5.
 *
 * @param protocolVersion      proposed
 * @param clientIdentity       who it is
 * @param addressCiphertext    the identity, sealed with the shared key; 48 bytes if it is right
 * @param nonce                it was sealed with; 12 bytes if it is right
 * @param unixTimestampSeconds when it was made; must be later than in the client's authentication before
 * @param signature            64 bytes, over all of the above
 */
public record AuthenticateV2(int protocolVersion, IdentityKey clientIdentity, byte[] addressCiphertext, byte[] nonce,
        long unixTimestampSeconds, byte[] signature) implements ClientRequest {

    static final String TYPE = "authenticateV2";

    /** What a gateway finds. */
    public enum Verdict {
        ACCEPTED,
        /** The version is one we do not speak. */
        VERSION,
        /** The timestamp is too far from our clock. */
        SKEW,
        /** The signature is not the client's. */
        SIGNATURE,
        /** No shared key is stored for the client. */
        NOT_REGISTERED,
        /** The address was not sealed with the shared key. */
        CIPHERTEXT,
        /** The timestamp is not later than the one before. */
        REPLAY
    }

    public AuthenticateV2 {
        GatewayProtocol.requireU8(protocolVersion);
        Objects.requireNonNull(clientIdentity);
        Objects.requireNonNull(addressCiphertext);
        Objects.requireNonNull(nonce);
        if (unixTimestampSeconds < 0) {
            throw new IllegalArgumentException("a timestamp is not negative: " + unixTimestampSeconds);
        }
        if (signature.length != IdentityKeyPair.SIGNATURE_LENGTH) {
            throw new IllegalArgumentException("a signature is " + IdentityKeyPair.SIGNATURE_LENGTH + " bytes, not "
                    + signature.length);
        }
    }

    /**
     * @param client               who authenticates
     * @param key                  shared with the gateway
     * @param protocolVersion      to propose
     * @param nonce                12 fresh random bytes
     * @param unixTimestampSeconds now, or one more than the last time if that is later
     * @return the signed request
     */
    public static AuthenticateV2 create(IdentityKeyPair client, GatewaySharedKey key, int protocolVersion,
            byte[] nonce, long unixTimestampSeconds) {
        IdentityKey identity = client.publicKey();
        byte[] ciphertext = key.seal(nonce, identity.bytes());
        return new AuthenticateV2(protocolVersion, identity, ciphertext, nonce, unixTimestampSeconds,
                client.sign(signed(protocolVersion, identity, ciphertext, nonce, unixTimestampSeconds)));
    }

    /**
     * Checks in the order of protocol/4-gateway, 5, items 1 to 6; the first that fails counts.
     *
     * @param nowUnixSeconds the gateway's clock
     * @param storedKey      shared with {@link #clientIdentity}, if it is registered
     * @param lastTimestamp  of its authentication before, if there was one
     * @return the verdict
     */
    public Verdict check(long nowUnixSeconds, Optional<GatewaySharedKey> storedKey, OptionalLong lastTimestamp) {
        long skew = GatewayProtocol.MAX_TIMESTAMP_SKEW.getSeconds();
        if (!GatewayProtocol.isSupported(protocolVersion)) {
            return Verdict.VERSION;
        }
        if (unixTimestampSeconds < nowUnixSeconds - skew || unixTimestampSeconds > nowUnixSeconds + skew) {
            return Verdict.SKEW;
        }
        if (!isSignatureValid()) {
            return Verdict.SIGNATURE;
        }
        if (storedKey.isEmpty()) {
            return Verdict.NOT_REGISTERED;
        }
        if (!isCiphertextValid(storedKey.get())) {
            return Verdict.CIPHERTEXT;
        }
        if (lastTimestamp.isPresent() && unixTimestampSeconds <= lastTimestamp.getAsLong()) {
            return Verdict.REPLAY;
        }
        return Verdict.ACCEPTED;
    }

    boolean isSignatureValid() {
        return IdentityKeyPair.verify(clientIdentity, signed(), signature);
    }

    boolean isCiphertextValid(GatewaySharedKey key) {
        return nonce.length == GatewaySharedKey.NONCE_LENGTH
                && MessageDigest.isEqual(key.seal(nonce, clientIdentity.bytes()), addressCiphertext);
    }

    byte[] signed() {
        return signed(protocolVersion, clientIdentity, addressCiphertext, nonce, unixTimestampSeconds);
    }

    private static byte[] signed(int version, IdentityKey identity, byte[] ciphertext, byte[] nonce, long timestamp) {
        return ByteBuffer.allocate(1 + IdentityKey.LENGTH + ciphertext.length + nonce.length + Long.BYTES)
                .put((byte) version).put(identity.bytes()).put(ciphertext).put(nonce).putLong(timestamp).array();
    }

    Json json() {
        return Json.typed(TYPE).with("protocolVersion", protocolVersion)
                .with("clientIdentity", clientIdentity.bytes())
                .withBase64("addressCiphertext", addressCiphertext)
                .withBase64("nonce", nonce)
                .with("requestUnixTimestamp", unixTimestampSeconds)
                .with("requestSignature", signature);
    }

    static AuthenticateV2 of(Json json) throws WireException {
        IdentityKey identity;
        try {
            identity = new IdentityKey(json.bytes("clientIdentity"));
        } catch (IllegalArgumentException e) {
            throw new WireException("clientIdentity is not an Ed25519 public key");
        }
        long timestamp = json.i64("requestUnixTimestamp");
        if (timestamp < 0) {
            throw new WireException("requestUnixTimestamp is negative");
        }
        return new AuthenticateV2(json.u8("protocolVersion"), identity, json.base64("addressCiphertext"),
                json.base64("nonce"), timestamp,
                json.bytes("requestSignature", IdentityKeyPair.SIGNATURE_LENGTH));
    }
}
