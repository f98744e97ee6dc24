package org.cloakwork.frontend.socks5;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.cloakwork.api.MixnetClient;
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
 * Lets existing programs use the mixnet: they connect through SOCKS 4, 4a or 5, an exit does the rest. Keys, in the
 * file of a client after {@code socks5.}: see the operators' page.
 */
@Component(service = FrontEnd.class, configurationPid = "org.cloakwork.frontend.socks5")
@Cloakwork(part = "frontend", name = "socks5")
@Designate(ocd = SocksFrontEnd.Configuration.class)
public final class SocksFrontEnd implements FrontEnd {

    private final Map<String, Object> configuration;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork front-end: SOCKS",
            description = "Lets existing programs use the mixnet through SOCKS 4, 4a or 5.")
    public @interface Configuration {

        /** {@return where to listen} */
        @AttributeDefinition(name = "Host",
                description = "A numeric address of this machine; one that others can reach "
                + "only with allow-remote = true.")
        String host() default SocksConfiguration.DEFAULT_HOST;

        /** {@return whether others may come} */
        @AttributeDefinition(name = "Allow remote", description = "Whether the host may be one that others can reach.")
        boolean allow$_$remote() default false;

        /** {@return who} */
        @AttributeDefinition(name = "Access", required = false, description = "Whose programs are served, on a "
                + "loopback address.", options = {@Option(label = "the same user's", value = "same-user"),
                    @Option(label = "all of this machine", value = "local")})
        String access();

        /** {@return the port} */
        @AttributeDefinition(name = "Port", description = "A whole number from 0 to 65535; 0 takes a free one.",
                min = "0", max = "65535")
        int port() default SocksConfiguration.DEFAULT_PORT;

        /** {@return an address} */
        @AttributeDefinition(name = "Exit", required = false, description = "The address of an exit, "
                + "identity.encryption@gateway. Must be set here or in the file of the client.")
        String exit();

        /** {@return how} */
        @AttributeDefinition(name = "Mode", description = "How the exit answers.", options = {
            @Option(label = "with reply blocks, not knowing who asked", value = SocksConfiguration.ANONYMOUS),
            @Option(label = "to the client's address, which it is told", value = SocksConfiguration.PLAIN)})
        String mode() default SocksConfiguration.ANONYMOUS;

        /** {@return what} */
        @AttributeDefinition(name = "Isolate", description = "What makes the exit see another sender.", options = {
            @Option(label = "another user or destination", value = "user+destination"),
            @Option(label = "another destination: host, without the port", value = "destination"),
            @Option(label = "another user", value = "user"), @Option(label = "nothing", value = "none")})
        String isolate() default SocksConfiguration.DEFAULT_ISOLATION;

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum pseudonyms",
                description = "A whole number from 1 to 5000: senders that the "
                + "exit sees within 10 minutes. Connections that need one more are refused.", min = "1", max = "5000")
        int max$_$pseudonyms() default SocksConfiguration.DEFAULT_PSEUDONYMS;

        /** {@return whether} */
        @AttributeDefinition(name = "Optimistic",
                description = "Whether an application hears of success before the exit has connected.")
        boolean optimistic() default false;

        /** {@return whether} */
        @AttributeDefinition(name = "Windows",
                description = "Whether to tell the exit that it may tell how far to send.")
        boolean windows() default true;

        /** {@return the limit} */
        @AttributeDefinition(name = "Maximum connections", description = "A whole number from 1 to 100000.", min = "1",
                max = "100000")
        int max$_$connections() default SocksConfiguration.DEFAULT_CONNECTIONS;

        /** {@return the limit} */
        @AttributeDefinition(name = "Buffer limit", description = "A whole number from 1 to 16384: MiB of what all "
                + "connections together may hold.", min = "1", max = "16384")
        int buffer$_$limit$_$mib() default SocksConfiguration.DEFAULT_BUFFER_MIB;

        /** {@return the limit} */
        @AttributeDefinition(name = "Handshake timeout",
                description = "A whole number from 100 to 600000: milliseconds for "
                + "an application to say what it wants.", min = "100", max = "600000")
        int handshake$_$timeout$_$millis() default SocksConfiguration.DEFAULT_HANDSHAKE_MILLIS;

        /** {@return the limit} */
        @AttributeDefinition(name = "Connect timeout",
                description = "A whole number from 1000 to 600000: milliseconds for "
                + "the exit to connect.", min = "1000", max = "600000")
        int connect$_$timeout$_$millis() default SocksConfiguration.DEFAULT_CONNECT_MILLIS;

        /** {@return the limit} */
        @AttributeDefinition(name = "Silence limit", description = "A whole number from 1000 to 86400000: milliseconds "
                + "without a word after which the exit counts as gone.", min = "1000", max = "86400000")
        int silence$_$limit$_$millis() default SocksConfiguration.DEFAULT_SILENCE_MILLIS;
    }

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
