package org.cloakwork.frontend.http;

import java.io.IOException;
import java.net.Authenticator;
import java.net.ConnectException;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.cloakwork.wire.socks5.ConnectFailure;

/**
 * Says to the proxy who it is with every request; the proxy passes that on to nobody. What the proxy says instead of a
 * target is an exception.
 */
final class ProxiedHttpClient extends HttpClient {

    private static final String FIELD = "Proxy-Authorization";
    private static final String STATUS_FIELD = "Proxy-Status";
    private static final String OURS = "cloakwork; error=";
    private static final String NO_TUNNEL = "Tunnel failed, got: ";

    private final HttpClient client;
    private final String authorization;

    ProxiedHttpClient(HttpClient client, String authorization) {
        this.client = client;
        this.authorization = authorization;
    }

    private HttpRequest authorized(HttpRequest request) {
        return HttpRequest.newBuilder(request, (name, value) -> true).setHeader(FIELD, authorization).build();
    }

    /** What the proxy itself says instead of a target is no answer. */
    private static <T> HttpResponse.BodyHandler<T> reached(HttpResponse.BodyHandler<T> handler) {
        return answer -> answer.headers().firstValue(STATUS_FIELD).filter(text -> text.startsWith(OURS)).isEmpty()
                ? handler.apply(answer) : new NotReached<>();
    }

    /** Its body says why. */
    private static final class NotReached<T> implements HttpResponse.BodySubscriber<T> {

        private final HttpResponse.BodySubscriber<String> reason =
                HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8);

        @Override
        public CompletionStage<T> getBody() {
            return reason.getBody().thenCompose(text ->
                    CompletableFuture.failedFuture(new ConnectException(text.strip())));
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            reason.onSubscribe(subscription);
        }

        @Override
        public void onNext(List<ByteBuffer> item) {
            reason.onNext(item);
        }

        @Override
        public void onError(Throwable failure) {
            reason.onError(failure);
        }

        @Override
        public void onComplete() {
            reason.onComplete();
        }
    }

    /** The JDK's client keeps only the status of an answer to CONNECT. */
    private static IOException explained(IOException failure) {
        String message = failure.getMessage();
        if (message == null || !message.startsWith(NO_TUNNEL)) {
            return failure;
        }
        String status = message.substring(NO_TUNNEL.length()).strip();
        ConnectException explained = new ConnectException(switch (status) {
            case "403" -> ConnectFailure.NOT_ALLOWED.text();
            case "503" -> "too many connections or senders";
            case "504" -> ConnectFailure.TIMED_OUT.text();
            default -> "the exit cannot connect, status " + status;
        });
        explained.initCause(failure);
        return explained;
    }

    private static <T> CompletableFuture<T> explained(CompletableFuture<T> answer) {
        CompletableFuture<T> explained = answer.exceptionallyCompose(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return CompletableFuture.failedFuture(cause instanceof IOException io ? explained(io) : cause);
        });
        // Who cancels means the request.
        explained.whenComplete((ignored, failure) -> {
            if (explained.isCancelled()) {
                answer.cancel(true);
            }
        });
        return explained;
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        try {
            return client.send(authorized(request), reached(handler));
        } catch (IOException e) {
            throw explained(e);
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request,
                                                            HttpResponse.BodyHandler<T> handler) {
        return explained(client.sendAsync(authorized(request), reached(handler)));
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler,
                                                            HttpResponse.PushPromiseHandler<T> pushes) {
        return explained(client.sendAsync(authorized(request), reached(handler), pushes));
    }

    @Override
    public WebSocket.Builder newWebSocketBuilder() {
        return another().newWebSocketBuilder().header(FIELD, authorization);
    }

    /**
     * The JDK's client takes any connection to the proxy that is idle for a websocket, whose first request then goes to
     * the proxy instead of the target, or to the target of another one. A client that has none cannot do that.
     */
    private HttpClient another() {
        HttpClient.Builder settings = HttpClient.newBuilder().proxy(client.proxy().orElseThrow())
                .sslContext(client.sslContext()).sslParameters(client.sslParameters())
                .followRedirects(client.followRedirects()).version(client.version());
        client.cookieHandler().ifPresent(settings::cookieHandler);
        client.connectTimeout().ifPresent(settings::connectTimeout);
        client.authenticator().ifPresent(settings::authenticator);
        client.executor().ifPresent(settings::executor);
        return settings.build();
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }

    @Override
    public void shutdown() {
        client.shutdown();
    }

    @Override
    public boolean awaitTermination(Duration duration) throws InterruptedException {
        return client.awaitTermination(duration);
    }

    @Override
    public boolean isTerminated() {
        return client.isTerminated();
    }

    @Override
    public void shutdownNow() {
        client.shutdownNow();
    }

    @Override
    public void close() {
        client.close();
    }
}
