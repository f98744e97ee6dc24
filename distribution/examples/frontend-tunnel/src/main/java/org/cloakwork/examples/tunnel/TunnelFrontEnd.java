package org.cloakwork.examples.tunnel;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** A port here whose connections come out at a port there: see {@link TunnelServing}. */
@Component(service = FrontEnd.class, configurationPid = "org.cloakwork.examples.tunnel")
@Cloakwork(part = "frontend", name = "tunnel")
public final class TunnelFrontEnd implements FrontEnd {

    private final PartConfiguration defaults;

    /** @param properties of the component: {@code port}, {@code to}, {@code target-port} */
    @Activate
    public TunnelFrontEnd(Map<String, Object> properties) {
        defaults = PartConfiguration.ofProperties("frontend tunnel", properties);
        settings(defaults);
    }

    private static TunnelServing.Settings settings(PartConfiguration configuration) {
        TunnelServing.Settings settings = new TunnelServing.Settings(
                configuration.integer("port", 0, 0, 0xffff),
                configuration.has("to") ? Optional.of(address(configuration)) : Optional.empty(),
                configuration.integer("target-port", 0, 0, 0xffff));
        configuration.verify();
        return settings;
    }

    private static MixnetAddress address(PartConfiguration configuration) {
        String allowed = "the address of a client with this front-end";
        try {
            return MixnetAddress.parse(configuration.text("to", allowed));
        } catch (IllegalArgumentException e) {
            throw configuration.wrong("to", e.getMessage(), allowed);
        }
    }

    @Override
    public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
        return new TunnelServing(client, settings(defaults.with(settings)));
    }
}
