package org.cloakwork.transport.websocketjdk;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Links over {@code ws://} and {@code wss://}, on the JDK's HTTP client alone. The URIs of an endpoint are tried in
 * order, each for at most the connect time-out, which covers name look-up, TCP, TLS and the HTTP upgrade. {@code wss}
 * trusts what the JDK trusts and checks the host name. No extension is offered and no redirect is followed, there are
 * no cookies, and the header {@code User-Agent} is empty: the JDK does not leave it out, and would name the Java
 * version. A proxy is used only if the JVM was told of one, by {@code -Dhttp.proxyHost} and the like or a default
 * {@link java.net.ProxySelector}.
 */
@Component(service = GatewayTransport.class, configurationPid = "org.cloakwork.transport.jdk")
@Cloakwork(part = "transport", name = "websocket-jdk")
@Designate(ocd = JdkTransport.Configuration.class)
public final class JdkTransport implements GatewayTransport, AutoCloseable {

    static final String THREAD_NAME = "cloakwork-websocket-jdk-";

    private static final int DEFAULT_CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final int MAX_CONNECT_TIMEOUT_MILLIS = 600_000;
    private static final String CLOSED = "the transport is closed";

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork transport: websocket-jdk",
            description = "How links to gateways are opened.")
    public @interface Configuration {

        /** {@return the limit} */
        @AttributeDefinition(name = "Connect time-out", min = "1", max = "600000",
                description = "Milliseconds one address of a gateway may take until its websocket is open, 1 to "
                + "600000.")
        int connect$_$timeout$_$millis() default DEFAULT_CONNECT_TIMEOUT_MILLIS;
    }

    private final Duration connectTimeout;
    private final Set<JdkLink> links = ConcurrentHashMap.newKeySet();
    private final JdkClients clients = new JdkClients();
    private volatile boolean closed;

    /** @param properties of the component */
    @Activate
    public JdkTransport(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        connectTimeout = configuration.millis(
                "connect-timeout-millis", DEFAULT_CONNECT_TIMEOUT_MILLIS, 1, MAX_CONNECT_TIMEOUT_MILLIS);
        configuration.verify();
    }

    @Override
    public GatewayLink connect(GatewayEndpoint endpoint, GatewayLink.Handler handler) {
        JdkLink link = new JdkLink(clients, handler, links::remove);
        links.add(link);
        if (closed) {
            link.close(JdkLink.GOING_AWAY, CLOSED);
        }
        link.start(endpoint.uris(), connectTimeout);
        return link;
    }

    /** Closes every link. Idempotent. */
    @Deactivate
    @Override
    public void close() {
        closed = true;
        links.forEach(link -> link.close(JdkLink.GOING_AWAY, CLOSED));
        clients.close();
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<GatewayTransport> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(JdkTransport.class, JdkTransport::new);
        }
    }
}
