package org.cloakwork.frontend.dashboard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.doors.Entrance;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.frontend.Access;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.PartFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Shows all clients of the process on a port of the client that names it: docs/dashboard.md. */
@Component(service = FrontEnd.class, configurationPid = "org.cloakwork.frontend.dashboard")
@Cloakwork(part = "frontend", name = "dashboard")
@Designate(ocd = DashboardFrontEnd.Configuration.class)
public final class DashboardFrontEnd implements FrontEnd {

    private static final String PART = "front-end dashboard";
    static final int DEFAULT_PORT = 1981;

    private record Settings(Entrance entrance, Optional<Path> history) {
    }

    private final PartConfiguration configuration;
    private final Map<String, CoverTrafficStrategy> covers = new ConcurrentSkipListMap<>();
    private volatile Control control;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork front-end: dashboard",
            description = "A page that shows what goes on, figures for Prometheus, and health for probes.")
    public @interface Configuration {

        /** {@return where to listen} */
        @AttributeDefinition(name = "Host",
                description = "localhost or an IP address. Others than loopback need a token.")
        String host() default Entrance.DEFAULT_HOST;

        /** {@return the port} */
        @AttributeDefinition(name = "Port", description = "0 takes a free one.", min = "0", max = "65535")
        int port() default DEFAULT_PORT;

        /** {@return pages that may connect} */
        @AttributeDefinition(name = "Allowed origins",
                description = "Of web pages that may connect, as browsers send them, such as https://example.org, "
                + "separated by commas.")
        String allowed$_$origins() default "";

        /** {@return the secret} */
        @AttributeDefinition(name = "Token",
                description = "What must be shown to change anything: Authorization: Bearer "
                + "TOKEN, or the page opened with #token=TOKEN. At least 16 characters. Without one nothing can be "
                + "changed.")
        String token() default "";

        /** {@return where the last day is kept} */
        @AttributeDefinition(name = "History", description = "File that keeps how the last day was over a restart; "
                + "\"run\" names the one in the folder of its state. Empty: the day is forgotten.")
        String history() default "";

        /** {@return who} */
        @AttributeDefinition(name = "Access", required = false, description = "Who sees it: programs of the same "
                + "user, or who shows the token; all of this machine; who shows the token. If it is not set: programs "
                + "of the same user on a loopback address, else who shows the token.", options = {
                    @Option(label = "the same user", value = "same-user"),
                    @Option(label = "this machine", value = "local"), @Option(label = "a token", value = "token")})
        String access();
    }

    /** @param properties of the component */
    @Activate
    public DashboardFrontEnd(Map<String, Object> properties) {
        configuration = PartConfiguration.ofProperties(PART, properties);
        // What is wrong shows at once, not only when a client is served.
        settings(configuration);
    }

    private static Settings settings(PartConfiguration configuration) {
        Settings settings = new Settings(Entrance.of(configuration, DEFAULT_PORT, Access.SAME_USER),
                Optional.of(configuration.textOr("history", "")).filter(path -> !path.isEmpty()).map(Path::of));
        configuration.verify();
        return settings;
    }

    /** It goes and comes back whenever the process is configured anew, while clients go on. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setControl(Control present) {
        control = present;
    }

    void unsetControl(Control gone) {
        if (control == gone) {
            control = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCover(CoverTrafficStrategy cover, Map<String, Object> properties) {
        covers.put(String.valueOf(properties.get(PartFactory.NAME_PROPERTY)), cover);
    }

    void removeCover(CoverTrafficStrategy cover) {
        covers.values().removeIf(candidate -> candidate == cover);
    }

    @Override
    public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
        Settings present = settings(configuration.with(settings));
        return Dashboard.open(() -> Optional.ofNullable(control), covers, present.entrance(), present.history());
    }
}
