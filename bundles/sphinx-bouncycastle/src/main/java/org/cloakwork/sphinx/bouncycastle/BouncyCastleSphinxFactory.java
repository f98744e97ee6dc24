package org.cloakwork.sphinx.bouncycastle;

import java.util.Map;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;

/** Makes the part for plain Java; it has no configuration. */
public final class BouncyCastleSphinxFactory implements PartFactory<PacketFormat> {

    /** For {@link java.util.ServiceLoader}. */
    public BouncyCastleSphinxFactory() {
    }

    @Override
    public Class<PacketFormat> type() {
        return PacketFormat.class;
    }

    @Override
    public String name() {
        return "bouncycastle";
    }

    @Override
    public PacketFormat create(Map<String, String> configuration) {
        new PartConfiguration("sphinx bouncycastle", configuration).verify();
        return new BouncyCastleSphinx();
    }
}
