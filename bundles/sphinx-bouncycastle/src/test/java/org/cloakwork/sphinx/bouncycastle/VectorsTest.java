package org.cloakwork.sphinx.bouncycastle;

import java.nio.ByteBuffer;
import org.cloakwork.itests.testing.sphinx.PacketFormatContract;
import org.cloakwork.spi.sphinx.SphinxException;

class VectorsTest extends PacketFormatContract {

    VectorsTest() {
        super(new BouncyCastleSphinx());
    }

    @Override
    protected byte[] sharedSecret(byte[] privateKey, byte[] alpha) {
        return Curve.x25519(privateKey, alpha);
    }

    @Override
    protected byte[] expand(byte[] sharedSecret) {
        HopKeys keys = HopKeys.expand(sharedSecret);
        return ByteBuffer.allocate(288).put(keys.cipherKey()).put(keys.macKey()).put(keys.payloadMaterial())
                .put(keys.blindingFactor()).put(keys.replayTag()).array();
    }

    @Override
    protected byte[] payloadKey(byte[] seed) {
        return HopKeys.payloadKey(seed);
    }

    @Override
    protected byte[] payloadKey(byte[] sharedSecret, int version) {
        return HopKeys.expand(sharedSecret).payloadKey(version);
    }

    @Override
    protected void encrypt(byte[] payloadKey, byte[] block) {
        Lioness.encrypt(payloadKey, block, 0);
    }

    @Override
    protected void decrypt(byte[] payloadKey, byte[] block) {
        Lioness.decrypt(payloadKey, block, 0);
    }

    @Override
    protected byte[] recover(byte[] block) throws SphinxException {
        return BouncyCastleSphinx.recover(block);
    }
}
