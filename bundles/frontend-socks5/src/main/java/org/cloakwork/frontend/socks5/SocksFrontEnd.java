package org.cloakwork.frontend.socks5;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Lets existing programs use the mixnet: they connect through SOCKS 4, 4a or 5, an exit does the rest. Keys, in the file
 * of a client after {@code socks5.}: see the operators' page.
 */
@Component(service = FrontEnd.class, configurationPid = "org.cloakwork.frontend.socks5",
        property = {"cloakwork.part=frontend", "cloakwork.name=socks5"})
public final class SocksFrontEnd implements FrontEnd {

    private final Map<String, Object> configuration;

    /** @param properties of the component */
    @Activate
    public SocksFrontEnd(Map<String, Object> properties) {
        configuration = Map.copyOf(properties);
    }

    @Override
    public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
        Map<String, Object> all = new HashMap<>(configuration);
        all.putAll(settings);
        return SocksServer.start(client, SocksConfiguration.of(PartConfiguration.ofProperties("socks5", all)));
    }
}
