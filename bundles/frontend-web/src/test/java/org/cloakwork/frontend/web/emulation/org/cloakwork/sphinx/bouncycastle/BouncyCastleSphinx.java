package org.cloakwork.frontend.web.emulation.org.cloakwork.sphinx.bouncycastle;

import java.util.Collection;
import java.util.List;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.sphinx.fast.FastSphinx;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;

/** The packets of the wire's vectors are those of the part that is in the browser. */
public final class BouncyCastleSphinx implements PacketFormat {

    private final PacketFormat format = new FastSphinx(Runnable::run);

    @Override
    public void prepare(Collection<EncryptionKey> nodeKeys) {
        format.prepare(nodeKeys);
    }

    @Override
    public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
        return format.seal(requests, randomness);
    }

    @Override
    public byte[] seal(Surb surb, byte[] message, int payloadLength) {
        return format.seal(surb, message, payloadLength);
    }

    @Override
    public Surb createSurb(Route route, Randomness randomness) {
        return format.createSurb(route, randomness);
    }

    @Override
    public byte[] seal(Surb surb, byte[] message, int payloadLength) {
        return format.seal(surb, message, payloadLength);
    }

    @Override
    public Processed process(byte[] packet, SphinxPrivateKey key) throws SphinxException {
        return format.process(packet, key);
    }
}
