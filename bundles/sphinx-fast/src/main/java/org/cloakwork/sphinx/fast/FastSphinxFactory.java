package org.cloakwork.sphinx.fast;

import java.util.Map;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.sphinx.PacketFormat;

/** Makes the part for plain Java; it has no configuration. */
public final class FastSphinxFactory implements PartFactory<PacketFormat> {

    /** For {@link java.util.ServiceLoader}. */
    public FastSphinxFactory() {
    }

    @Override
    public Class<PacketFormat> type() {
        return PacketFormat.class;
    }

    @Override
    public String name() {
        return "fast";
    }

    @Override
    public PacketFormat create(Map<String, String> configuration) {
        new PartConfiguration("sphinx fast", configuration).verify();
        return new FastSphinx();
    }
}
