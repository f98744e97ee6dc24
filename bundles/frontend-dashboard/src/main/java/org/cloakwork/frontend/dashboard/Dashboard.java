package org.cloakwork.frontend.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.cloakwork.api.Figure;
import org.cloakwork.doors.Connections;
import org.cloakwork.doors.Entrance;
import org.cloakwork.doors.Guard;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.frontend.Access;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.Json;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening port with the page, what it is told, {@code /metrics} and {@code /health}. */
final class Dashboard implements FrontEnd.Serving {

    private static final Logger LOG = LoggerFactory.getLogger(Dashboard.class);
    private static final String THREADS = "cloakwork-frontend-dashboard";
    private static final int MAX_THREADS = 8;
    private static final int IDLE_THREAD_MILLIS = 10_000;
    private static final int MAX_CONNECTIONS = 64;
    private static final int MAX_REQUEST_BYTES = 4096;
    /** A connection over which nothing goes ends after so long; pages that are open are told something each second. */
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final String JSON = "application/json";
    /** What the page is made of, and what is the same for everybody. */
    private static final Map<String, String> FILES = Map.of("/dashboard.js", "text/javascript;charset=utf-8",
            "/dashboard.css", "text/css;charset=utf-8", "/icon.svg", "image/svg+xml");
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Supplier<Optional<Control>> control;
    private final Entrance entrance;
    private final Server server;
    private final Connections connections;
    private final QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 1, IDLE_THREAD_MILLIS);
    private final Scheduler scheduler = new ScheduledExecutorScheduler(THREADS + "-scheduler", true, 1);
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final Metrics metrics = new Metrics();
    private final Chronicle chronicle;
    private final Live live;
    private URI uri;

    private Dashboard(Supplier<Optional<Control>> control, Map<String, CoverTrafficStrategy> covers,
                      Entrance entrance, Optional<Path> history) {
        this.control = control;
        this.entrance = entrance;
        chronicle = new Chronicle(history);
        live = new Live(chronicle, covers, entrance.token().isPresent());
        threads.setName(THREADS);
        threads.setDaemon(true);
        server = new Server(threads, scheduler, new ArrayByteBufferPool());
        connections = new Connections(server, scheduler, entrance, MAX_CONNECTIONS, IDLE, endPoint -> true);
        connections.setIdleTimeout(IDLE.toMillis());
        server.addConnector(connections);
        Guard guard = new Guard(entrance, connections::getLocalPort, this::access, true,
                () -> counters.count(Counter.REFUSED_ORIGINS));
        guard.setHandler(new Answers());
        server.setHandler(guard);
        server.setErrorHandler((request, response, callback) -> {
            callback.succeeded();
            return true;
        });
    }

    /** Whoever changes something shows the token; what is the same for everybody is for everybody. */
    private Access access(Request request) {
        if (!HttpMethod.GET.is(request.getMethod())) {
            return Access.TOKEN;
        }
        return FILES.containsKey(Request.getPathInContext(request)) ? Access.LOCAL : entrance.access();
    }

    static Dashboard open(Supplier<Optional<Control>> control, Map<String, CoverTrafficStrategy> covers,
                          Entrance entrance, Optional<Path> history) throws IOException {
        Dashboard dashboard = new Dashboard(control, covers, entrance, history);
        try {
            dashboard.connections.open();
            dashboard.server.start();
        } catch (Exception e) {
            dashboard.close();
            throw new IOException(entrance.cannotListen(e), e);
        }
        dashboard.uri = URI.create(entrance.uri("http", dashboard.connections.getLocalPort()) + "/");
        dashboard.tick();
        return dashboard;
    }

    /** Looks at how things are, and tells it to the pages that are open. */
    private void tick() {
        try {
            control.get().ifPresent(present -> {
                chronicle.look(present);
                if (!watchers.isEmpty()) {
                    byte[] event = ("data: " + live.now(present) + "\n\n").getBytes(StandardCharsets.UTF_8);
                    watchers.forEach(watcher -> watcher.tell(event));
                }
            });
        } catch (RuntimeException | Error e) {
            LOG.warn("what goes on cannot be told", e);
        } finally {
            try {
                scheduler.schedule(this::tick, TICK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopped) {
                LOG.debug("closed already");
            }
        }
    }

    @Override
    public List<URI> addresses() {
        return List.of(uri);
    }

    @Override
    public Map<String, Long> counters() {
        return counters.snapshot();
    }

    @Override
    public List<Figure> figures() {
        return counters.figures();
    }

    @Override
    public List<String> warnings() {
        return entrance.warnings();
    }

    @Override
    public void close() {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        connections.close();
        watchers.forEach(Watcher::end);
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("the dashboard's server does not stop", e);
        }
        connections.closeSockets();
        metrics.close();
        chronicle.save();
    }

    /** A page that is open. One that is slower than the ticks misses some. */
    private final class Watcher implements Callback {

        private final Response response;
        private final Callback callback;
        private final AtomicBoolean writing = new AtomicBoolean();
        private final AtomicBoolean ended = new AtomicBoolean();

        Watcher(Response response, Callback callback) {
            this.response = response;
            this.callback = callback;
        }

        void tell(byte[] event) {
            if (writing.compareAndSet(false, true)) {
                response.write(false, ByteBuffer.wrap(event), this);
            }
        }

        @Override
        public void succeeded() {
            writing.set(false);
        }

        @Override
        public void failed(Throwable gone) {
            end();
        }

        void end() {
            watchers.remove(this);
            if (ended.compareAndSet(false, true)) {
                callback.succeeded();
            }
        }
    }

    private final class Answers extends Handler.Abstract {

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
            response.getHeaders().put("X-Content-Type-Options", "nosniff");
            response.getHeaders().put("Referrer-Policy", "no-referrer");
            response.getHeaders().put("Content-Security-Policy", POLICY);
            String path = Request.getPathInContext(request);
            if (HttpMethod.POST.is(request.getMethod()) && path.equals("/swap")) {
                swap(request, response, callback);
                return true;
            }
            if (!HttpMethod.GET.is(request.getMethod())) {
                Guard.refuse(response, HttpStatus.METHOD_NOT_ALLOWED_405, "there is GET, and POST /swap", callback);
                return true;
            }
            if (FILES.containsKey(path)) {
                answer(response, HttpStatus.OK_200, FILES.get(path), file(path), callback);
                return true;
            }
            if (path.equals("/health/live")) {
                answer(response, HttpStatus.OK_200, JSON, "{\"state\":\"live\"}\n", callback);
                return true;
            }
            if (path.equals("/events")) {
                watch(response, callback);
                return true;
            }
            Optional<Control> present = control.get();
            if (present.isEmpty()) {
                Guard.refuse(response, HttpStatus.SERVICE_UNAVAILABLE_503, "being configured; ask again in a second",
                        callback);
                return true;
            }
            answer(path, present.get(), request, response, callback);
            return true;
        }

        private void answer(String path, Control present, Request request, Response response, Callback callback) {
            switch (path) {
                case "/" -> answer(response, HttpStatus.OK_200, "text/html;charset=utf-8",
                        Page.html(file("/dashboard.html"), present, chronicle), callback);
                case "/state" -> answer(response, HttpStatus.OK_200, JSON, live.now(present) + "\n", callback);
                case "/parts" -> answer(response, HttpStatus.OK_200, JSON, live.parts(present) + "\n", callback);
                case "/metrics" -> {
                    String accepted = request.getHeaders().get(HttpHeader.ACCEPT);
                    String type = accepted != null && accepted.contains("application/openmetrics-text")
                            ? Metrics.OPEN_METRICS : Metrics.TEXT;
                    answer(response, HttpStatus.OK_200, type, metrics.text(present, type), callback);
                }
                case "/health", "/health/ready" -> {
                    Control.Health health = present.health();
                    answer(response, health.isReady() ? HttpStatus.OK_200 : HttpStatus.SERVICE_UNAVAILABLE_503, JSON,
                            Live.health(health) + "\n", callback);
                }
                default -> Guard.refuse(response, HttpStatus.NOT_FOUND_404,
                        "there is /, /metrics, /health, /health/live, /health/ready, /state, /events, /parts",
                        callback);
            }
        }

        private void watch(Response response, Callback callback) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream;charset=utf-8");
            Watcher watcher = new Watcher(response, callback);
            watchers.add(watcher);
            String first = control.get().map(present -> "data: " + live.now(present) + "\n\n").orElse(": wait\n\n");
            watcher.tell(("retry: 1000\n" + first).getBytes(StandardCharsets.UTF_8));
            if (!open.get()) {
                watcher.end();
            }
        }

        private void swap(Request request, Response response, Callback callback) throws IOException {
            byte[] body = Content.Source.asInputStream(request).readNBytes(MAX_REQUEST_BYTES + 1);
            try {
                if (body.length > MAX_REQUEST_BYTES) {
                    throw new IllegalArgumentException("more than " + MAX_REQUEST_BYTES + " bytes");
                }
                Json asked = Json.parse(new String(body, StandardCharsets.UTF_8));
                Control present = control.get().orElseThrow(() -> new IllegalStateException("being configured"));
                Json before = Json.empty();
                String kind = asked.string("kind");
                String name = asked.string("name");
                present.swap(asked.has("client") ? Optional.of(asked.string("client")) : Optional.empty(), kind, name)
                        .forEach(before::with);
                answer(response, HttpStatus.OK_200, JSON, Json.empty().with("before", before) + "\n", callback);
            } catch (WireException | IllegalArgumentException e) {
                Guard.refuse(response, HttpStatus.BAD_REQUEST_400, Texts.shortened(e.getMessage()), callback);
            } catch (IllegalStateException e) {
                Guard.refuse(response, HttpStatus.CONFLICT_409, Texts.shortened(e.getMessage()), callback);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                Guard.refuse(response, HttpStatus.SERVICE_UNAVAILABLE_503, "ending", callback);
            }
        }

        private void answer(Response response, int status, String type, String text, Callback callback) {
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
            Content.Sink.write(response, true, text, callback);
        }

        private static String file(String path) {
            try (InputStream in = Dashboard.class.getResourceAsStream(path.substring(1))) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
