package org.cloakwork.frontend.serve;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Programs of this machine that listen are reached by other clients, through the mixnet alone. Keys, in the file of a
 * client after {@code serve.}, and {@code serve} itself: see the page on services.
 */
@Component(service = FrontEnd.class, configurationPid = "org.cloakwork.frontend.serve")
@Cloakwork(part = "frontend", name = "serve")
@Designate(ocd = ServeFrontEnd.Configuration.class)
public final class ServeFrontEnd implements FrontEnd {

    private static final String NAME = "serve";

    private final PartConfiguration configuration;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork front-end: services",
            description = "Programs of this machine that listen are reached through the mixnet alone.")
    public interface Configuration {

        /** {@return what} */
        @AttributeDefinition(name = "Serve", description = "Services like 80 -> 127.0.0.1:8080, "
                + "9735 -> unix:/run/x.sock: the port that callers name, and where a program listens.")
        String serve();

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum connections",
                defaultValue = "" + ServeConfiguration.DEFAULT_CONNECTIONS,
                description = "A whole number from 1 to 100000.", min = "1", max = "100000")
        int max$_$connections();

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum connections of a caller",
                defaultValue = "" + ServeConfiguration.DEFAULT_CONNECTIONS_PER_CALLER,
                description = "A whole number from 1 to 100000.", min = "1", max = "100000")
        int max$_$connections$_$per$_$caller();

        /** {@return the limit} */
        @AttributeDefinition(name = "Connect timeout",
                defaultValue = "" + ServeConfiguration.DEFAULT_CONNECT_MILLIS, description = "A whole number from 100 "
                + "to 600000: milliseconds for a program to take a connection.", min = "100", max = "600000")
        int connect$_$timeout$_$millis();
    }

    /** @param properties of the component */
    @Activate
    public ServeFrontEnd(Map<String, Object> properties) {
        Map<String, String> ofPorts = new TreeMap<>();
        properties.forEach((key, value) -> {
            // Who may come in stands in keys with a dot, which is no reason to let everybody in.
            int dot = key.indexOf('.');
            if (dot > 0 && Character.isDigit(key.charAt(0))) {
                ofPorts.put(key, value.toString());
            }
        });
        configuration = PartConfiguration.ofProperties(NAME, properties).with(ofPorts);
    }

    @Override
    public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
        return Served.start(client, read(settings), this::read);
    }

    private ServeConfiguration read(Map<String, String> settings) {
        return ServeConfiguration.of(configuration.with(settings));
    }
}
