package org.cloakwork.transport.websocket;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.client.CoreClientUpgradeRequest;
import org.eclipse.jetty.websocket.core.client.WebSocketCoreClient;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Links over {@code ws://} and {@code wss://}. The URIs of an endpoint are tried in order, each for at most the connect
 * time-out, which covers name look-up, TCP, TLS and the HTTP upgrade. {@code wss} trusts what the JDK trusts and checks
 * the host name. No extension is offered (packets do not compress) and no redirect is followed.
 */
@Component(
        service = GatewayTransport.class,
        configurationPid = "org.cloakwork.transport.websocket",
        property = {PartFactory.KIND_PROPERTY + "=transport", PartFactory.NAME_PROPERTY + "=websocket"})
@Designate(ocd = WebSocketTransport.Settings.class)
public final class WebSocketTransport implements GatewayTransport, AutoCloseable {

    /** Configuration keys, with dashes: {@code connect-timeout-millis}. */
    @ObjectClassDefinition(name = "Cloakwork websocket transport")
    public @interface Settings {

        /** {@return milliseconds one URI of a gateway may take until its websocket is open} */
        @AttributeDefinition(name = "Connect time-out, milliseconds per address", min = "1", max = "600000")
        int connect$_$timeout$_$millis() default 5_000;

        /** {@return milliseconds of silence after which an open link is closed; 0: never} */
        @AttributeDefinition(name = "Idle time-out, milliseconds; 0 for none", min = "0", max = "86400000")
        int idle$_$timeout$_$millis() default 0;
    }

    static final String CONNECT_TIMEOUT_KEY = "connect-timeout-millis";
    static final String IDLE_TIMEOUT_KEY = "idle-timeout-millis";
    static final int MAX_CONNECT_TIMEOUT_MILLIS = 600_000;
    static final int MAX_IDLE_TIMEOUT_MILLIS = 86_400_000;
    static final String THREAD_NAME = "cloakwork-websocket-client";

    private static final int MAX_THREADS = 8;
    private static final int IDLE_THREAD_MILLIS = 10_000;

    private final int connectTimeoutMillis;
    private final Configuration.ConfigurationCustomizer sessionLimits = new Configuration.ConfigurationCustomizer();
    private final Set<WebSocketLink> links = ConcurrentHashMap.newKeySet();
    private final HttpClient http;
    private final WebSocketCoreClient client;

    /**
     * @param settings the configuration
     * @throws IllegalArgumentException for a value out of range
     */
    @Activate
    public WebSocketTransport(Settings settings) {
        this(settings.connect$_$timeout$_$millis(), settings.idle$_$timeout$_$millis());
    }

    WebSocketTransport(int connectTimeoutMillis, int idleTimeoutMillis) {
        this(connectTimeoutMillis, idleTimeoutMillis, new SslContextFactory.Client());
    }

    WebSocketTransport(int connectTimeoutMillis, int idleTimeoutMillis, SslContextFactory.Client tls) {
        this.connectTimeoutMillis = inRange(CONNECT_TIMEOUT_KEY, connectTimeoutMillis, 1, MAX_CONNECT_TIMEOUT_MILLIS);
        WebSocketLink.limit(sessionLimits);
        sessionLimits.setIdleTimeout(Duration.ofMillis(
                inRange(IDLE_TIMEOUT_KEY, idleTimeoutMillis, 0, MAX_IDLE_TIMEOUT_MILLIS)));

        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 1, IDLE_THREAD_MILLIS);
        threads.setName(THREAD_NAME);
        threads.setDaemon(true);
        ArrayByteBufferPool buffers = new ArrayByteBufferPool();
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setSslContextFactory(tls);
        HttpClientTransport transport = new HttpClientTransportOverHTTP(connector);
        http = new HttpClient(transport);
        http.setExecutor(threads);
        http.setScheduler(new ScheduledExecutorScheduler(THREAD_NAME + "-scheduler", true, 1));
        http.setByteBufferPool(buffers);
        http.setConnectTimeout(connectTimeoutMillis);
        http.setAddressResolutionTimeout(connectTimeoutMillis);
        http.setIdleTimeout(connectTimeoutMillis);
        http.setFollowRedirects(false);
        http.setHttpCookieStore(new HttpCookieStore.Empty());
        http.setUserAgentField(null);
        client = new WebSocketCoreClient(http, new WebSocketComponents(null, null, buffers, null, null, threads));
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException("the websocket client does not start", e);
        }
        http.getContentDecoderFactories().clear();
    }

    static int inRange(String key, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key + " = " + value + ": from " + min + " to " + max + " is allowed");
        }
        return value;
    }

    @Override
    public GatewayLink connect(GatewayEndpoint endpoint, GatewayLink.Handler handler) {
        WebSocketLink link = new WebSocketLink(handler, http.getScheduler());
        links.add(link);
        tryNext(link, endpoint.uris(), "");
        return link;
    }

    private void tryNext(WebSocketLink link, List<URI> uris, String failures) {
        if (uris.isEmpty()) {
            link.failed("not connected: " + failures);
            return;
        }
        URI uri = uris.getFirst();
        WebSocketLink.Frames frames = link.newFrames();
        CompletableFuture<CoreSession> attempt;
        try {
            CoreClientUpgradeRequest request = CoreClientUpgradeRequest.from(client, uri, frames);
            request.timeout(connectTimeoutMillis, TimeUnit.MILLISECONDS);
            request.setConfiguration(sessionLimits);
            attempt = client.connect(request);
        } catch (IOException | RuntimeException e) {
            attempt = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<CoreSession> current = attempt;
        link.onClosing(() -> {
            links.remove(link);
            current.cancel(false);
        });
        current.whenComplete((session, failure) -> {
            if (failure != null && !frames.opened() && !link.isClosed()) {
                String reason = uri + ": " + Reasons.of(failure);
                tryNext(link, uris.subList(1, uris.size()), failures.isEmpty() ? reason : failures + "; " + reason);
            }
        });
    }

    /** Closes every link. Idempotent. */
    @Deactivate
    @Override
    public void close() {
        links.forEach(link -> link.close(CloseStatus.SHUTDOWN, "the transport is closed"));
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the websocket client does not stop", e);
        }
    }
}
