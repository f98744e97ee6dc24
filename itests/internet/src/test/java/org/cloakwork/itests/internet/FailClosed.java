package org.cloakwork.itests.internet;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloakwork.api.Internet;
import org.cloakwork.frontend.http.HttpFrontEnd;
import org.cloakwork.frontend.socks5.SocksFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;

/** What {@link FailClosedIT} watches from outside: every way to the internet, while parts of it are taken away. */
final class FailClosed {

    /** Nobody's: RFC 5737. */
    static final String NOBODY = "192.0.2.7";
    static final String CONTROL = "192.0.2.250";
    private static final Duration DEADLINE = Duration.ofSeconds(75);
    private static final Duration AWAY = Duration.ofSeconds(35);

    private final World world = new World();
    private final WebServer web = WebServer.plain();
    private final GrpcServer grpc = new GrpcServer();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Internet internet;
    private FrontEnd.Serving socks;
    private FrontEnd.Serving http;

    private FailClosed() throws Exception {
        open();
    }

    private void open() throws Exception {
        Map<String, String> settings = Map.of("exit", world.exitClient.address().toString(), "port", "0",
                "connect-timeout-millis", "30000");
        internet = world.client.internet(world.exitClient.address());
        socks = new SocksFrontEnd(Map.of()).serve(world.client, settings);
        http = new HttpFrontEnd(Map.of()).serve(world.client, settings);
    }

    private void close() {
        internet.close();
        socks.close();
        http.close();
    }

    private Map<String, Adapter> ways() {
        Map<String, Adapter> ways = new LinkedHashMap<>(Adapters.all());
        int socksPort = socks.addresses().getFirst().getPort();
        int httpPort = http.addresses().getFirst().getPort();
        ways.put("SOCKS front-end", (ignored, page) -> socks(socksPort, page));
        ways.put("HTTP front-end", (ignored, page) -> http(httpPort, page));
        return ways;
    }

    private static Socket connected(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private static String http(int port, URI page) throws IOException {
        try (Socket socket = connected(port)) {
            return exchange(socket, page.toString(), page);
        }
    }

    private static String exchange(Socket socket, String target, URI page) throws IOException {
        socket.getOutputStream().write(("GET " + target + " HTTP/1.1\r\nHost: " + page.getAuthority()
                + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        if (!answer.startsWith("HTTP/1.1 200 ")) {
            throw new IOException(body.strip());
        }
        return body;
    }

    private static String socks(int port, URI page) throws IOException {
        try (Socket socket = connected(port)) {
            byte[] host = page.getHost().getBytes(StandardCharsets.US_ASCII);
            byte[] request = new byte[10 + host.length];
            byte[] start = {5, 1, 0, 5, 1, 0, 3, (byte) host.length};
            System.arraycopy(start, 0, request, 0, start.length);
            System.arraycopy(host, 0, request, start.length, host.length);
            request[request.length - 2] = (byte) (page.getPort() >> 8);
            request[request.length - 1] = (byte) page.getPort();
            socket.getOutputStream().write(request);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] reply = new byte[12];
            in.readFully(reply);
            if (reply[3] != 0) {
                throw new IOException("SOCKS reply " + reply[3]);
            }
            return exchange(socket, page.getPath(), page);
        }
    }

    /** All at once; a line for each. */
    private void phase(String phase, boolean works) throws Exception {
        Map<String, Future<String>> calls = new LinkedHashMap<>();
        long started = System.nanoTime();
        ways().forEach((name, way) -> {
            int port = name.equals(Adapters.GRPC) ? grpc.port() : web.port();
            calls.put(name + ", a name", threads.submit(() -> way.get(internet,
                    URI.create("http://" + LookUps.freshName() + ':' + port + "/x"))));
            calls.put(name + ", an address", threads.submit(() -> way.get(internet,
                    URI.create("http://" + NOBODY + ':' + port + "/x"))));
        });
        for (Map.Entry<String, Future<String>> call : calls.entrySet()) {
            String end;
            long left = DEADLINE.toNanos() - (System.nanoTime() - started);
            try {
                end = "answer " + call.getValue().get(Math.max(left, 1), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                end = "exception " + e.getCause().getClass().getSimpleName();
            } catch (TimeoutException e) {
                end = "late";
            }
            System.out.printf("call | %s | %s | %s | %s%n", phase, call.getKey(), works, end);
        }
        System.out.printf("phase %s: %.1f s%n", phase, (System.nanoTime() - started) / 1e9);
    }

    private void awaitBack() throws Exception {
        for (int i = 0; i < 10; i++) {
            try {
                new SocketAdapter().get(internet, URI.create("http://" + LookUps.freshName() + ':' + web.port()
                        + "/x"));
                return;
            } catch (IOException e) {
                System.out.println("not yet: " + e.getMessage());
            }
        }
    }

    private void run() throws Exception {
        awaitBack();
        phase("all there", true);
        Thread gateway = Thread.ofVirtual().name("gateway-away").start(() -> {
            try {
                world.network.restartGateway(world.network.topology().gateways().get(1).identity(), AWAY);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        phase("gateway away", false);
        gateway.join();
        awaitBack();
        world.takeExit();
        phase("exit away", false);
        world.giveExit();
        awaitBack();
        close();
        phase("front-end away", false);
        open();
        awaitBack();
        phase("all back", true);
        System.out.println("look-ups at the exit: " + LookUps.byTheExit());
        System.out.println("look-ups elsewhere: " + LookUps.byOthers());
        control();
    }

    /** What must be seen, or nothing is seen. */
    private static void control() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(CONTROL, 9), 100);
        } catch (IOException e) {
            // nobody is there
        }
        try {
            InetAddress.getByName(LookUps.freshName());
            throw new AssertionError("the name is known");
        } catch (UnknownHostException e) {
            System.out.println("look-ups with the control: " + LookUps.byOthers().size());
        }
    }

    public static void main(String[] arguments) throws Exception {
        new FailClosed().run();
        System.exit(0);
    }
}
