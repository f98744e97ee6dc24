package org.cloakwork.frontend.exit;

import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * The other end of SOCKS (Nym: network requester): connects to what anonymous clients ask for, as far as its policy
 * allows. Keys, in the file of a client after {@code exit.}: see the operators' page.
 */
@Component(service = FrontEnd.class, configurationPid = "org.cloakwork.exit")
@Cloakwork(part = "frontend", name = "exit")
public final class ExitFrontEnd implements FrontEnd {

    private final PartConfiguration configuration;

    /** @param properties of the component */
    @Activate
    public ExitFrontEnd(Map<String, Object> properties) {
        configuration = PartConfiguration.ofProperties("exit", properties);
    }

    @Override
    public Serving serve(MixnetClient client, Map<String, String> settings) {
        return Exit.start(client, ExitConfiguration.of(configuration.with(settings)));
    }
}
