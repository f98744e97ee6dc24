package @package@;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Has another format do the work, and counts the packets it seals. Replace it method by method: for the same randomness
 * every format gives the same bytes, so that the other one is the test of this.
 */
@Component(service = PacketFormat.class, configurationPid = "@package@")
@Cloakwork(part = "sphinx", name = "@name@")
public final class @class@ implements PacketFormat {

    private final PacketFormat format;
    private final LongAdder sealed = new LongAdder();

    /**
     * @param format     who does the work; {@code format.target=(cloakwork.name=bouncycastle)} in the configuration
     *                   names another one
     * @param properties of the component
     */
    @Activate
    public @class@(@Reference(name = "format", target = "(cloakwork.name=fast)") PacketFormat format,
                   Map<String, Object> properties) {
        this.format = format;
        PartConfiguration.ofProperties("sphinx @name@", properties).verify();
    }

    /** {@return how many packets were sealed} */
    public long sealed() {
        return sealed.sum();
    }

    @Override
    public void prepare(Collection<EncryptionKey> nodeKeys) {
        format.prepare(nodeKeys);
    }

    @Override
    public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
        sealed.add(requests.size());
        return format.seal(requests, randomness);
    }

    @Override
    public Surb createSurb(Route route, Randomness randomness) {
        return format.createSurb(route, randomness);
    }

    @Override
    public byte[] seal(Surb surb, byte[] message, int payloadLength) {
        sealed.increment();
        return format.seal(surb, message, payloadLength);
    }

    @Override
    public Processed process(byte[] packet, SphinxPrivateKey key) throws SphinxException {
        return format.process(packet, key);
    }
}
