package org.cloakwork.doors;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns away pages of the web and programs without the token. Libraries that give our own address as origin mean no
 * harm.
 */
public final class Guard extends Handler.Wrapper {

    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
    private static final String BEARER = "Bearer ";
    private static final int MAX_TOLD = 16;
    private static final int MAX_SHOWN = 200;

    private final Entrance entrance;
    private final IntSupplier port;
    private final Predicate<Request> needsToken;
    private final boolean onlyOurName;
    private final Runnable onRefusedOrigin;
    /** Of pages that were turned away and told of. */
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    /**
     * @param entrance    who may come in
     * @param port        that was really taken
     * @param needsToken  which requests need the token; where there is none, they are refused
     * @param onlyOurName whether a request must name this machine by its address: a page of the web can have its own
     *                    name lead here, and what it asks for then has no origin
     * @param onRefusedOrigin called whenever a page is turned away for its origin
     */
    public Guard(Entrance entrance, IntSupplier port, Predicate<Request> needsToken, boolean onlyOurName,
                 Runnable onRefusedOrigin) {
        this.entrance = entrance;
        this.port = port;
        this.needsToken = needsToken;
        this.onlyOurName = onlyOurName;
        this.onRefusedOrigin = onRefusedOrigin;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin != null && !isOurs(origin) && !entrance.allowedOrigins().contains(origin)) {
            onRefusedOrigin.run();
            tell(origin);
            refuse(response, HttpStatus.FORBIDDEN_403, "this origin is not among allowed-origins", callback);
            return true;
        }
        if (onlyOurName && entrance.host().isLoopbackAddress()
                && !isOurs("http://" + request.getHeaders().get(HttpHeader.HOST))
                && !entrance.allowedOrigins().contains("http://" + request.getHeaders().get(HttpHeader.HOST))) {
            LOG.info("a request was turned away: it names another host than this one");
            refuse(response, HttpStatus.FORBIDDEN_403, "this host name is not this machine's address", callback);
            return true;
        }
        if (needsToken.test(request)
                && !shown(request).flatMap(shown -> entrance.token().map(token -> token.matches(shown)))
                .orElse(false)) {
            LOG.info("a program was turned away: it did not show the token");
            refuse(response, HttpStatus.UNAUTHORIZED_401, "the token is missing or wrong", callback);
            return true;
        }
        return super.handle(request, response, callback);
    }

    /** Once of each, within a limit: what an origin is, whoever connects may choose. */
    private void tell(String origin) {
        String shown = origin.substring(0, Math.min(origin.length(), MAX_SHOWN)).replaceAll("[^!-~]", "?");
        if (refused.size() < MAX_TOLD && refused.add(shown)) {
            LOG.warn("a web page was turned away: its origin {} is not among allowed-origins of port {}{}", shown,
                    port.getAsInt(), refused.size() == MAX_TOLD ? "; others are counted and not told any more" : "");
        }
    }

    private boolean isOurs(String origin) {
        String end = ":" + port.getAsInt();
        return List.of("http://127.0.0.1" + end, "http://localhost" + end, "http://[::1]" + end).contains(origin);
    }

    private static Optional<String> shown(Request request) {
        String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        if (header != null && header.startsWith(BEARER)) {
            return Optional.of(header.substring(BEARER.length()));
        }
        return Optional.ofNullable(Request.extractQueryParameters(request).getValue("token"));
    }

    /**
     * Answers with one line, and closes the connection.
     *
     * @param response to answer with
     * @param status   of it
     * @param why      for people
     * @param callback of the request
     */
    public static void refuse(Response response, int status, String why, Callback callback) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        Content.Sink.write(response, true, why + "\n", callback);
    }
}
