package org.cloakwork.transport.websocket;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.cloakwork.spi.part.AnnotatedPartFactory;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Configuration.ConfigurationCustomizer;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.WebSocketConnection;
import org.eclipse.jetty.websocket.core.client.CoreClientUpgradeRequest;
import org.eclipse.jetty.websocket.core.client.UpgradeListener;
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
 * the host name. No extension is offered (packets do not compress) and no redirect is followed. The request for the
 * upgrade is that of nym-client, byte for byte but for the key (protocol/4-gateway, 1: tungstenite 0.20.1). A gateway
 * that sends more than {@value #MAX_ANSWER_BYTES} bytes before its websocket is open is given up.
 */
@Component(service = GatewayTransport.class, configurationPid = "org.cloakwork.transport.websocket")
@Cloakwork(part = "transport", name = "websocket")
@Designate(ocd = WebSocketTransport.Configuration.class)
public final class WebSocketTransport implements GatewayTransport, AutoCloseable {

    private static final int DEFAULT_CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final int MAX_CONNECT_TIMEOUT_MILLIS = 600_000;
    private static final int NO_IDLE_TIMEOUT = 0;
    private static final int MAX_IDLE_TIMEOUT_MILLIS = 86_400_000;

    /** The keys. */
    @ObjectClassDefinition(name = "Cloakwork transport: websocket", description = "How links to gateways are opened.")
    public @interface Configuration {

        /** {@return the limit} */
        @AttributeDefinition(name = "Connect time-out", min = "1", max = "600000",
                description = "Milliseconds one address of a gateway may take until its websocket is open, 1 to "
                + "600000.")
        int connect$_$timeout$_$millis() default DEFAULT_CONNECT_TIMEOUT_MILLIS;

        /** {@return the limit} */
        @AttributeDefinition(name = "Idle time-out", min = "0", max = "86400000",
                description = "Milliseconds of silence after which an open link is closed, to 86400000; 0: never.")
        int idle$_$timeout$_$millis() default NO_IDLE_TIMEOUT;
    }

    /** Of TLS, interim answers, header, and the body of a refusal together. */
    static final int MAX_ANSWER_BYTES = 64 << 10;
    static final String THREAD_NAME = "cloakwork-websocket-client";

    private static final int MAX_THREADS = 8;
    private static final int IDLE_THREAD_MILLIS = 10_000;

    private final int connectTimeoutMillis;
    private final ConfigurationCustomizer sessionLimits = new ConfigurationCustomizer();
    private final Set<WebSocketLink> links = ConcurrentHashMap.newKeySet();
    private final HttpClient http;
    private final WebSocketCoreClient client;

    /** @param properties of the component */
    @Activate
    public WebSocketTransport(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties(properties);
        connectTimeoutMillis = configuration.integer(
                "connect-timeout-millis", DEFAULT_CONNECT_TIMEOUT_MILLIS, 1, MAX_CONNECT_TIMEOUT_MILLIS);
        Duration idleTimeout =
                configuration.millis("idle-timeout-millis", NO_IDLE_TIMEOUT, 0, MAX_IDLE_TIMEOUT_MILLIS);
        configuration.verify();
        WebSocketLink.limit(sessionLimits);
        sessionLimits.setIdleTimeout(idleTimeout);

        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 1, IDLE_THREAD_MILLIS);
        threads.setName(THREAD_NAME);
        threads.setDaemon(true);
        ArrayByteBufferPool buffers = new ArrayByteBufferPool();
        ClientConnector connector = new Connector();
        connector.setSelectors(1);
        connector.setSslContextFactory(new SslContextFactory.Client());
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
            request.addListener(new Handshake(uri));
            attempt = client.connect(request);
        } catch (IOException | RuntimeException e) {
            attempt = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<CoreSession> current = attempt;
        link.onClosing(() -> {
            links.remove(link);
            // Jetty tells of the end of an attempt after the websocket is open, and would tear it down until then.
            if (!frames.opened()) {
                current.cancel(false);
            }
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

    /** The header of nym-client's request, in its order. */
    private record Handshake(URI uri) implements UpgradeListener {

        @Override
        public void onHandshakeRequest(Request request) {
            HttpField key = request.getHeaders().getField(HttpHeader.SEC_WEBSOCKET_KEY);
            request.headers(headers -> headers.clear()
                    .add("Host", uri.getRawAuthority())
                    // Without Jetty's constant for it, which would move it to the end.
                    .add(new HttpField(null, "Connection", "Upgrade"))
                    .add("Upgrade", "websocket")
                    .add("Sec-WebSocket-Version", "13")
                    .add(key));
        }
    }

    private static final class Connector extends ClientConnector {

        @Override
        protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
            return new Gateway((SocketChannel) channel, selector, key, getScheduler());
        }
    }

    /** A connection that takes a limited number of bytes until it is a websocket's. */
    private static final class Gateway extends SocketChannelEndPoint {

        private int answerBytes;
        private boolean open;

        Gateway(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
        }

        @Override
        public int fill(ByteBuffer buffer) throws IOException {
            int filled = super.fill(buffer);
            if (!open && filled > 0) {
                answerBytes += filled;
                if (answerBytes > MAX_ANSWER_BYTES) {
                    open = isWebSocket();
                    if (!open) {
                        throw new IOException("more than " + MAX_ANSWER_BYTES + " bytes, and no websocket");
                    }
                }
            }
            return filled;
        }

        private boolean isWebSocket() {
            Connection connection = getConnection();
            if (connection instanceof SslConnection tls) {
                connection = tls.getSslEndPoint().getConnection();
            }
            return connection instanceof WebSocketConnection;
        }
    }

    /** Makes it where there is no OSGi. */
    public static final class Factory extends AnnotatedPartFactory<GatewayTransport> {

        /** For {@link java.util.ServiceLoader}. */
        public Factory() {
            super(WebSocketTransport.class, WebSocketTransport::new);
        }
    }
}
