package org.cloakwork.client.base;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;

/** As many packets as were asked for, as long as they must be. Whether they can be opened only the mixes see. */
final class CheckedFormat extends Checked<PacketFormat> implements PacketFormat {

    /** Many packets are made with one call. */
    private static final Duration BUDGET = Duration.ofSeconds(5);

    private final Method prepare = new Method("prepare", BUDGET);
    private final Method seal = new Method("seal", BUDGET);
    private final Method createSurb = new Method("createSurb", BUDGET);

    CheckedFormat(Parts parts, PacketFormat part, String name) {
        super(parts, PartKind.SPHINX, part, name);
    }

    @Override
    public void prepare(Collection<EncryptionKey> nodeKeys) {
        prepare.run(() -> part().prepare(nodeKeys));
    }

    @Override
    public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
        return seal.call(() -> {
            List<byte[]> packets = present(part().seal(requests, randomness));
            if (packets.size() != requests.size()) {
                throw new Refused("returned " + packets.size() + " packets of " + requests.size());
            }
            for (int i = 0; i < packets.size(); i++) {
                checked(packets.get(i), requests.get(i).payloadLength());
            }
            return packets;
        });
    }

    @Override
    public Surb createSurb(Route route, Randomness randomness) {
        return createSurb.call(() -> present(part().createSurb(route, randomness)));
    }

    @Override
    public byte[] seal(Surb surb, byte[] message, int payloadLength) {
        return seal.call(() -> checked(part().seal(surb, message, payloadLength), payloadLength));
    }

    private static byte[] checked(byte[] packet, int payloadLength) {
        if (present(packet).length != HEADER_LENGTH + payloadLength) {
            throw new Refused("returned a packet of " + packet.length + " bytes; allowed is "
                    + (HEADER_LENGTH + payloadLength));
        }
        return packet;
    }

    /** Clients process none. */
    @Override
    public Processed process(byte[] packet, SphinxPrivateKey key) throws SphinxException {
        return part().process(packet, key);
    }
}
