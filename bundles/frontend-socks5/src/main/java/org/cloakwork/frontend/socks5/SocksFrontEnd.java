package org.cloakwork.frontend.socks5;

import java.io.IOException;
import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.proxy.ProxyConfiguration;
import org.cloakwork.proxy.ProxyKeys;
import org.cloakwork.proxy.ProxyServer;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Lets existing programs use the mixnet: they connect through SOCKS 4, 4a or 5, an exit does the rest. Keys, in the
 * file of a client after {@code socks5.}: see the operators' page.
 */
@Component(service = FrontEnd.class, configurationPid = "org.cloakwork.frontend.socks5")
@Cloakwork(part = "frontend", name = "socks5")
@Designate(ocd = SocksFrontEnd.Configuration.class)
public final class SocksFrontEnd implements FrontEnd {

    private static final String NAME = "socks5";
    private static final int DEFAULT_PORT = 1080;

    private final PartConfiguration configuration;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork front-end: SOCKS",
            description = "Lets existing programs use the mixnet through SOCKS 4, 4a or 5.")
    public interface Configuration extends ProxyKeys {

        /** {@return the port} */
        @AttributeDefinition(name = "Port", defaultValue = "" + DEFAULT_PORT,
                description = "A whole number from 0 to 65535; 0 takes a free one.", min = "0", max = "65535")
        int port();
    }

    /** @param properties of the component */
    @Activate
    public SocksFrontEnd(Map<String, Object> properties) {
        configuration = PartConfiguration.ofProperties(NAME, properties);
    }

    @Override
    public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
        return ProxyServer.start(client, ProxyConfiguration.of(NAME, DEFAULT_PORT, configuration.with(settings)),
                new SocksDialect());
    }
}
