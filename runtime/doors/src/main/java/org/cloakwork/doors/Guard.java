package org.cloakwork.doors;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.cloakwork.spi.frontend.Access;
import org.cloakwork.spi.frontend.LocalPeer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns away pages of the web, programs without the token, and those of other users. Libraries that give our own
 * address as origin mean no harm.
 */
public final class Guard extends Handler.Wrapper {

    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
    private static final String BEARER = "Bearer ";
    private static final int MAX_TOLD = 16;
    private static final int MAX_SHOWN = 200;
    /** Of a connection, once it is known. */
    private static final String SAME_USER = Guard.class.getName() + ".same-user";

    private final Entrance entrance;
    private final IntSupplier port;
    private final Function<Request, Access> access;
    private final boolean onlyOurName;
    private final Runnable onRefusedOrigin;
    /** Of pages that were turned away and told of. */
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    /**
     * @param entrance    who may come in
     * @param port        that was really taken
     * @param access      who may make a request; where there is no token, none can be shown
     * @param onlyOurName whether a request must name this machine by its address: a page of the web can have its own
     *                    name lead here, and what it asks for then has no origin
     * @param onRefusedOrigin called whenever a page is turned away for its origin
     */
    public Guard(Entrance entrance, IntSupplier port, Function<Request, Access> access, boolean onlyOurName,
                 Runnable onRefusedOrigin) {
        this.entrance = entrance;
        this.port = port;
        this.access = access;
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
        Access needed = access.apply(request);
        if (needed != Access.LOCAL && !(needed == Access.SAME_USER && isSameUser(request)) && !showsToken(request)) {
            if (needed == Access.TOKEN) {
                LOG.info("a program was turned away: it did not show the token");
                refuse(response, HttpStatus.UNAUTHORIZED_401, "the token is missing or wrong", callback);
            } else {
                LOG.warn("a program of another user of this machine was turned away (access = {})", needed);
                refuse(response, HttpStatus.FORBIDDEN_403, "only programs of the user that this runs as are served "
                        + "here (access = " + needed + ")", callback);
            }
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

    private static boolean isSameUser(Request request) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        if (connection.getAttribute(SAME_USER) instanceof Boolean known) {
            return known;
        }
        boolean same = LocalPeer.isSameUser((InetSocketAddress) connection.getRemoteSocketAddress(),
                (InetSocketAddress) connection.getLocalSocketAddress());
        connection.setAttribute(SAME_USER, same);
        return same;
    }

    private boolean showsToken(Request request) {
        return shown(request).flatMap(shown -> entrance.token().map(token -> token.matches(shown))).orElse(false);
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
