package org.cloakwork.sphinx.fast;

import java.util.Arrays;
import org.cloakwork.itests.testing.sphinx.PacketFormatContract;
import org.cloakwork.spi.sphinx.SphinxException;

class VectorsTest extends PacketFormatContract {

    private final Keys keys = new Keys();
    private final Ciphers ciphers = new Ciphers();

    VectorsTest() {
        super(new FastSphinx(Runnable::run, 100));
    }

    @Override
    protected byte[] sharedSecret(byte[] privateKey, byte[] alpha) {
        byte[] secret = new byte[32];
        new Ladder().x25519(privateKey, 0, alpha, 0, secret, 0);
        return secret;
    }

    @Override
    protected byte[] expand(byte[] sharedSecret) {
        return keys.expand(sharedSecret, 0, Keys.EXPANDED_LENGTH);
    }

    @Override
    protected byte[] payloadKey(byte[] seed) {
        return keys.payloadKey(seed, 0);
    }

    @Override
    protected byte[] payloadKey(byte[] sharedSecret, int version) {
        byte[] expanded = expand(sharedSecret);
        return Keys.usesSeeds(version) ? keys.payloadKey(expanded, Keys.PAYLOAD_KEY)
                : Arrays.copyOfRange(expanded, Keys.PAYLOAD_KEY, Keys.BLINDING_FACTOR);
    }

    @Override
    protected void encrypt(byte[] payloadKey, byte[] block) {
        ciphers.encrypt(payloadKey, 0, block, 0);
    }

    @Override
    protected void decrypt(byte[] payloadKey, byte[] block) {
        ciphers.decrypt(payloadKey, 0, block, 0);
    }

    @Override
    protected byte[] recover(byte[] block) throws SphinxException {
        return FastSphinx.recover(block, 0);
    }
}
