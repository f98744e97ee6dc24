package org.cloakwork.frontend.http;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
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
 * An HTTP proxy: programs ask it for pages, or to be connected, and an exit does the rest. Keys, in the file of a
 * client after {@code http.}: see the operators' page.
 */
@Component(service = FrontEnd.class, configurationPid = "org.cloakwork.frontend.http")
@Cloakwork(part = "frontend", name = "http")
@Designate(ocd = HttpFrontEnd.Configuration.class)
public final class HttpFrontEnd implements FrontEnd {

    private static final String NAME = "http";
    private static final int DEFAULT_PORT = 8118;

    private final PartConfiguration configuration;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork front-end: HTTP proxy",
            description = "Lets programs that know HTTP proxies use the mixnet.")
    public interface Configuration extends ProxyKeys {

        /** {@return the port} */
        @AttributeDefinition(name = "Port", defaultValue = "" + DEFAULT_PORT,
                description = "A whole number from 0 to 65535; 0 takes a free one.", min = "0", max = "65535")
        int port();
    }

    /** @param properties of the component */
    @Activate
    public HttpFrontEnd(Map<String, Object> properties) {
        configuration = PartConfiguration.ofProperties(NAME, properties);
    }

    @Override
    public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
        return ProxyServer.start(client, ProxyConfiguration.of(NAME, DEFAULT_PORT, configuration.with(settings)),
                new HttpDialect(Optional.empty()));
    }
}
