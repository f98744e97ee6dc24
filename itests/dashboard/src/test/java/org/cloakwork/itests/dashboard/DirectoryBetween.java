package org.cloakwork.itests.dashboard;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * Stands between a client and a local network: answers as its directory does, except for the time, and leads to its
 * gateways by ports of its own, which may be closed.
 */
final class DirectoryBetween implements AutoCloseable {

    private static final Pattern PORT = Pattern.compile("(\"ws_port\":)(\\d+)");
    private static final Pattern TIME = Pattern.compile("(\"refreshed_at\":\")([^\"]+)\"");

    private final URI directory;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<Integer, ServerSocket> gateways = new ConcurrentHashMap<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean open = true;
    private volatile Duration ahead = Duration.ZERO;

    DirectoryBetween(URI directory) throws IOException {
        this.directory = directory;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** @param by how much its time is later than ours */
    void setAhead(Duration by) {
        ahead = by;
    }

    /** @param lets whether gateways can be reached */
    void setOpen(boolean lets) {
        open = lets;
        if (!lets) {
            sockets.forEach(DirectoryBetween::close);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var real = Http.get(directory.resolve(exchange.getRequestURI().toString().substring(1)));
            String body = PORT.matcher(real.body()).replaceAll(port ->
                    port.group(1) + between(Integer.parseInt(port.group(2))));
            byte[] bytes = TIME.matcher(body).replaceAll(time -> time.group(1)
                    + Instant.parse(time.group(2)).plus(ahead) + "\"").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(real.statusCode(), bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int between(int port) {
        return gateways.computeIfAbsent(port, real -> {
            try {
                ServerSocket listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
                threads.execute(() -> accept(listener, real));
                return listener;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }).getLocalPort();
    }

    private void accept(ServerSocket listener, int port) {
        while (!listener.isClosed()) {
            try {
                Socket near = listener.accept();
                if (!open) {
                    near.close();
                    continue;
                }
                Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
                sockets.add(near);
                sockets.add(far);
                threads.execute(() -> copy(near, far));
                threads.execute(() -> copy(far, near));
            } catch (IOException e) {
                // the listener was closed, or the gateway is not there
            }
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from; to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // over
        }
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        gateways.values().forEach(DirectoryBetween::close);
        sockets.forEach(DirectoryBetween::close);
        threads.shutdownNow();
    }
}
