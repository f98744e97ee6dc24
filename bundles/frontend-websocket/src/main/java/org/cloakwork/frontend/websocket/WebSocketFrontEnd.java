package org.cloakwork.frontend.websocket;

import java.io.IOException;
import java.util.Map;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.doors.Entrance;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * Serves each client on a port of its own, to programs written for nym-client: docs/websocket.md.
 * Source: protocol/6-frontends, 1.
 */
@Component(service = FrontEnd.class, configurationPid = "org.cloakwork.frontend.websocket")
@Cloakwork(part = "frontend", name = "websocket")
@Designate(ocd = WebSocketFrontEnd.Configuration.class)
public final class WebSocketFrontEnd implements FrontEnd {

    private static final String PART = "front-end websocket";

    private final PartConfiguration configuration;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork front-end: websocket",
            description = "The websocket interface of nym-client, for programs in any language.")
    public @interface Configuration {

        /** {@return where to listen} */
        @AttributeDefinition(name = "Host",
                description = "localhost or an IP address. Others than loopback need a token.")
        String host() default Entrance.DEFAULT_HOST;

        /** {@return the port} */
        @AttributeDefinition(name = "Port", description = "0 takes a free one.", min = "0", max = "65535")
        int port() default Settings.DEFAULT_PORT;

        /** {@return pages that may connect} */
        @AttributeDefinition(name = "Allowed origins",
                description = "Of web pages that may connect, as browsers send them, such as https://example.org, "
                + "separated by commas.")
        String allowed$_$origins() default "";

        /** {@return the secret} */
        @AttributeDefinition(name = "Token", description = "What programs must show: Authorization: Bearer TOKEN, or "
                + "?token=TOKEN. At least 16 characters.")
        String token() default "";

        /** {@return who} */
        @AttributeDefinition(name = "Access", required = false, description = "Who is served: programs of the same "
                + "user, or who shows the token; all of this machine; who shows the token. If it is not set: who "
                + "shows the token if there is one, else programs of the same user.", options = {
                    @Option(label = "the same user", value = "same-user"),
                    @Option(label = "this machine", value = "local"), @Option(label = "a token", value = "token")})
        String access();

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum message", description = "Bytes of one request, base64 and JSON included.",
                min = "1024", max = "67108864")
        int maximum$_$message$_$bytes() default Settings.DEFAULT_MESSAGE_BYTES;

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum incoming",
                description = "Bytes of requests that are not complete or wait for "
                + "room in the outbox, of all connections together.", min = "1024", max = "1073741824")
        int maximum$_$incoming$_$bytes() default Settings.DEFAULT_INCOMING_BYTES;

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum backlog",
                description = "Bytes of messages that wait for one connection to "
                + "read them; further ones wait in the client.", min = "1024", max = "1073741824")
        int maximum$_$backlog$_$bytes() default Settings.DEFAULT_BACKLOG_BYTES;

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum outgoing",
                description = "Bytes of one connection's messages that have not "
                + "ended; no more is read from it before some have.", min = "1024", max = "1073741824")
        int maximum$_$outgoing$_$bytes() default Settings.DEFAULT_OUTGOING_BYTES;

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum connections", description = "More are closed at once.", min = "1",
                max = "65536")
        int maximum$_$connections() default Settings.DEFAULT_CONNECTIONS;

        /** {@return the limit} */
        @AttributeDefinition(name = "Handshake timeout", description = "Milliseconds for a connection to become a "
                + "websocket.", min = "100", max = "3600000")
        int handshake$_$timeout$_$millis() default Settings.DEFAULT_HANDSHAKE_MILLIS;

        /** {@return the time} */
        @AttributeDefinition(name = "Silence", description = "Milliseconds a connection may say nothing before it gets "
                + "messages, as binary frames.", min = "0", max = "3600000")
        int silence$_$millis() default Settings.DEFAULT_SILENCE_MILLIS;
    }

    /** @param properties of the component */
    @Activate
    public WebSocketFrontEnd(Map<String, Object> properties) {
        configuration = PartConfiguration.ofProperties(PART, properties);
        // What is wrong shows at once, not only when a client is served.
        Settings.of(configuration);
    }

    @Override
    public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
        return Door.open(client, Settings.of(configuration.with(settings)));
    }
}
