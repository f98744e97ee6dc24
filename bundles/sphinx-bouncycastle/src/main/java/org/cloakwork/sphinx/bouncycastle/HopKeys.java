package org.cloakwork.sphinx.bouncycastle;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What sender and hop derive from their shared secret. Source: protocol/1-sphinx, 4.
 *
 * @param cipherKey       16 bytes, of the header's stream cipher
 * @param macKey          16 bytes, of the header's MAC
 * @param payloadMaterial 192 bytes: the payload key of older versions, its first 16 the seed of newer ones
 * @param blindingFactor  32 bytes
 * @param replayTag       32 bytes
 */
record HopKeys(byte[] cipherKey, byte[] macKey, byte[] payloadMaterial, byte[] blindingFactor, byte[] replayTag) {

    static final int SEED_LENGTH = 16;

    private static final int EXPANDED_LENGTH = 288;
    private static final byte[] NO_SALT = new byte[32];
    private static final byte[] EXPAND_INFO = ascii("Dwste mou enan moxlo arketa makru kai ena upomoxlio gia na ton "
            + "topothetisw kai tha kinisw thn gh.");
    private static final byte[] PAYLOAD_KEY_SALT = ascii("sphinx-payload-key-V01-CS01-HKDF:SHA256-SALT");
    private static final byte[] PAYLOAD_KEY_INFO = ascii("sphinx-payload-key-V01-CS01-HKDF:SHA256-INFO");

    static HopKeys expand(byte[] sharedSecret) {
        byte[] bytes = Primitives.hkdfSha256(NO_SALT, sharedSecret, EXPAND_INFO, EXPANDED_LENGTH);
        return new HopKeys(Arrays.copyOfRange(bytes, 0, 16), Arrays.copyOfRange(bytes, 16, 32),
                Arrays.copyOfRange(bytes, 32, 224), Arrays.copyOfRange(bytes, 224, 256),
                Arrays.copyOfRange(bytes, 256, 288));
    }

    static byte[] payloadKey(byte[] seed) {
        return Primitives.hkdfSha256(PAYLOAD_KEY_SALT, seed, PAYLOAD_KEY_INFO, Lioness.KEY_LENGTH);
    }

    /** What a SURB of that version carries for this hop. */
    byte[] surbMaterial(int version) {
        return Versions.usesSeeds(version) ? Arrays.copyOf(payloadMaterial, SEED_LENGTH) : payloadMaterial;
    }

    byte[] payloadKey(int version) {
        return Versions.usesSeeds(version) ? payloadKey(surbMaterial(version)) : payloadMaterial;
    }

    @Override
    public String toString() {
        return "HopKeys[hidden]";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
