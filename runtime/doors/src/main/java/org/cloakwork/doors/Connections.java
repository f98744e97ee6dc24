package org.cloakwork.doors;

import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens, and closes connections that are too many, or not in time what they are to be. */
public final class Connections extends ServerConnector {

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final int BACKLOG = 1024;

    private final int most;
    private final Duration handshakeTimeout;
    private final Predicate<EndPoint> mayStay;
    private final Scheduler scheduler;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Map<EndPoint, Scheduler.Task> handshakes = new ConcurrentHashMap<>();

    /**
     * @param server           whose connections these are
     * @param scheduler        the server's
     * @param entrance         where to listen
     * @param most             connections; more are closed at once
     * @param handshakeTimeout for a connection to become what it is to be
     * @param mayStay          whether it is that
     */
    public Connections(Server server, Scheduler scheduler, Entrance entrance, int most, Duration handshakeTimeout,
                       Predicate<EndPoint> mayStay) {
        // No thread of its own accepts: Jetty would interrupt it at the end, and then the JDK forgets to close what
        // was accepted in the same instant.
        super(server, null, null, null, 0, 1, protocol());
        this.most = most;
        this.handshakeTimeout = handshakeTimeout;
        this.mayStay = mayStay;
        this.scheduler = scheduler;
        setHost(entrance.host().getHostAddress());
        setPort(entrance.port());
        setAcceptQueueSize(BACKLOG);
        setIdleTimeout(0);
    }

    private static HttpConnectionFactory protocol() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        return new HttpConnectionFactory(http);
    }

    /** Called for each that is accepted. */
    @Override
    protected void configure(Socket socket) {
        super.configure(socket);
        sockets.add(socket);
    }

    /** While Jetty stops, it forgets some of those that it has just accepted. */
    public void closeSockets() {
        sockets.forEach(IO::close);
    }

    @Override
    protected void onEndPointOpened(EndPoint endPoint) {
        super.onEndPointOpened(endPoint);
        if (getConnectedEndPoints().size() > most) {
            LOG.warn("a connection is closed: there are {} already", most);
            endPoint.close();
            return;
        }
        try {
            handshakes.put(endPoint, scheduler.schedule(() -> {
                handshakes.remove(endPoint);
                if (!mayStay.test(endPoint)) {
                    endPoint.close();
                }
            }, handshakeTimeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (RejectedExecutionException stopped) {
            LOG.debug("closed already");
        }
    }

    /** What is gone need not be remembered until its time is up. */
    @Override
    protected void onEndPointClosed(EndPoint endPoint) {
        super.onEndPointClosed(endPoint);
        sockets.remove(((SocketChannelEndPoint) endPoint).getChannel().socket());
        Scheduler.Task timeout = handshakes.remove(endPoint);
        if (timeout != null) {
            timeout.cancel();
        }
    }
}
