package org.cloakwork.examples.post;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Lets programs that speak HTTP use a client: see {@link PostServing} for what is spoken. */
@Component(service = FrontEnd.class, configurationPid = "org.cloakwork.examples.post")
@Cloakwork(part = "frontend", name = "post")
public final class PostFrontEnd implements FrontEnd {

    private static final String PART = "frontend post";
    private static final String PORT = "port";

    private final Map<String, String> defaults = new HashMap<>();

    /** @param properties of the component: {@code port}; 0, the default, takes a free one */
    @Activate
    public PostFrontEnd(Map<String, Object> properties) {
        if (properties.containsKey(PORT)) {
            defaults.put(PORT, properties.get(PORT).toString());
        }
        PartConfiguration configuration = PartConfiguration.ofProperties(PART, properties);
        port(configuration);
        configuration.verify();
    }

    private static int port(PartConfiguration configuration) {
        return configuration.integer(PORT, 0, 0, 0xffff);
    }

    @Override
    public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
        Map<String, String> values = new HashMap<>(defaults);
        values.putAll(settings);
        PartConfiguration configuration = new PartConfiguration(PART, values);
        int port = port(configuration);
        configuration.verify();
        return new PostServing(client, port);
    }
}
