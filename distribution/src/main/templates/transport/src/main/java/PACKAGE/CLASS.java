package @package@;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.transport.GatewayEndpoint;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.GatewayTransport;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Websockets of the JDK. */
@Component(service = GatewayTransport.class, configurationPid = "@package@")
@Cloakwork(part = "transport", name = "@name@")
public final class @class@ implements GatewayTransport, AutoCloseable {

    private final HttpClient http = HttpClient.newHttpClient();
    private final Duration connectTimeout;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();

    /** @param properties of the component: {@code connect-timeout-millis} */
    @Activate
    public @class@(Map<String, Object> properties) {
        PartConfiguration configuration = PartConfiguration.ofProperties("transport @name@", properties);
        connectTimeout = configuration.millis("connect-timeout-millis", 5000, 1, 600_000);
        configuration.verify();
    }

    @Override
    public GatewayLink connect(GatewayEndpoint endpoint, GatewayLink.Handler handler) {
        Link link = new Link(handler);
        links.add(link);
        link.open(endpoint.uris().getFirst());
        return link;
    }

    /** Ends every link. */
    @Deactivate
    @Override
    public void close() {
        links.forEach(Link::close);
        http.shutdownNow();
    }

    private final class Link implements GatewayLink, WebSocket.Listener {

        private final GatewayLink.Handler handler;
        private final CompletableFuture<WebSocket> socket = new CompletableFuture<>();
        private final AtomicLong pendingBytes = new AtomicLong();
        private final AtomicBoolean closed = new AtomicBoolean();
        private final StringBuilder text = new StringBuilder();
        private ByteBuffer binary = ByteBuffer.allocate(0);
        /** The end of what was sent last: the JDK wants one at a time. */
        private CompletableFuture<?> sent = socket;

        private Link(GatewayLink.Handler handler) {
            this.handler = handler;
        }

        private void open(URI uri) {
            http.newWebSocketBuilder().connectTimeout(connectTimeout).buildAsync(uri, this)
                    .whenComplete((opened, failure) -> {
                        if (failure != null) {
                            ended("cannot be opened: " + failure.getMessage());
                        } else if (closed.get()) {
                            opened.abort();
                        }
                    });
        }

        @Override
        public void onOpen(WebSocket opened) {
            handler.opened();
            socket.complete(opened);
            opened.request(1);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            if (text.length() + part.length() > MAX_FRAME_BYTES) {
                ended("a frame of more than " + MAX_FRAME_BYTES + " bytes");
                return null;
            }
            text.append(part);
            if (last) {
                String whole = text.toString();
                text.setLength(0);
                handler.text(whole);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
            if (binary.capacity() + part.remaining() > MAX_FRAME_BYTES) {
                ended("a frame of more than " + MAX_FRAME_BYTES + " bytes");
                return null;
            }
            binary = ByteBuffer.allocate(binary.capacity() + part.remaining()).put(binary.rewind()).put(part);
            if (last) {
                byte[] whole = binary.array();
                binary = ByteBuffer.allocate(0);
                handler.binary(whole);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket from, ByteBuffer payload) {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            handler.pong(bytes);
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            ended("closed by the gateway: " + code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            ended("broken: " + failure.getMessage());
        }

        @Override
        public void send(String frame) {
            send(frame.length(), to -> to.sendText(frame, true));
        }

        @Override
        public void send(byte[] frame) {
            send(frame.length, to -> to.sendBinary(ByteBuffer.wrap(frame), true));
        }

        @Override
        public void ping(byte[] payload) {
            send(payload.length, to -> to.sendPing(ByteBuffer.wrap(payload)));
        }

        private interface Sending {

            CompletableFuture<WebSocket> with(WebSocket to);
        }

        private synchronized void send(int bytes, Sending sending) {
            if (closed.get()) {
                return;
            }
            pendingBytes.addAndGet(bytes);
            sent = sent.thenCompose(before -> sending.with(socket.join())).whenComplete((done, failure) -> {
                if (failure != null) {
                    ended("broken: " + failure.getMessage());
                } else if (pendingBytes.addAndGet(-bytes) == 0) {
                    handler.drained();
                }
            });
        }

        @Override
        public long pendingBytes() {
            return pendingBytes.get();
        }

        @Override
        public void close() {
            ended("closed");
        }

        private void ended(String reason) {
            if (closed.compareAndSet(false, true)) {
                links.remove(this);
                socket.thenAccept(WebSocket::abort);
                handler.closed(reason);
            }
        }
    }
}
