package @package@;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.part.Cloakwork;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Lines over TCP, on the loopback interface only: {@code ADDRESS TEXT} sends a text, {@code address} asks for one's own
 * address, and what arrives is written to every connection as {@code received TEXT}.
 */
@Component(service = FrontEnd.class, configurationPid = "@package@")
@Cloakwork(part = "frontend", name = "@name@")
public final class @class@ implements FrontEnd {

    private static final int MAX_CONNECTIONS = 16;
    /** Longer lines end the connection. */
    private static final int MAX_LINE_CHARS = 64 * 1024;

    private final Map<String, String> defaults = new HashMap<>();

    /** @param properties of the component: {@code port}; 0 takes a free one */
    @Activate
    public @class@(Map<String, Object> properties) {
        if (properties.containsKey("port")) {
            defaults.put("port", properties.get("port").toString());
        }
        PartConfiguration configuration = PartConfiguration.ofProperties("frontend @name@", properties);
        port(configuration);
        configuration.verify();
    }

    private static int port(PartConfiguration configuration) {
        return configuration.integer("port", 0, 0, 0xffff);
    }

    @Override
    public Serving serve(MixnetClient client, Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(defaults);
        all.putAll(settings);
        PartConfiguration configuration = new PartConfiguration("frontend @name@", all);
        int port = port(configuration);
        configuration.verify();
        ServerSocket server = new ServerSocket();
        try {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            server.close();
            throw new IOException("port " + port + ": " + e.getMessage(), e);
        }
        return new Lines(client, server);
    }

    private static final class Lines implements Serving {

        private final MixnetClient client;
        private final ServerSocket server;
        private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
        private final Subscription messages;

        private Lines(MixnetClient client, ServerSocket server) {
            this.client = client;
            this.server = server;
            Thread.ofVirtual().name("@name@-accept").start(this::accept);
            messages = client.subscribe(this::received);
        }

        private void accept() {
            try {
                while (true) {
                    Socket connection = server.accept();
                    if (connections.size() >= MAX_CONNECTIONS) {
                        connection.close();
                        continue;
                    }
                    connections.add(connection);
                    Thread.ofVirtual().name("@name@-connection").start(() -> serve(connection));
                }
            } catch (IOException e) {
                close();
            }
        }

        private void serve(Socket connection) {
            try (connection; BufferedReader in = new BufferedReader(
                    new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = line(in); line != null; line = line(in)) {
                    write(connection, answer(line));
                }
            } catch (IOException e) {
                // whoever was there has left
            } finally {
                connections.remove(connection);
            }
        }

        private static String line(BufferedReader in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0 || line.length() == MAX_LINE_CHARS) {
                    return null;
                }
                line.append((char) c);
            }
            return line.toString().strip();
        }

        private String answer(String line) {
            try {
                if (line.equals("address")) {
                    return client.address().toString();
                }
                int space = line.indexOf(' ');
                if (space < 0) {
                    return "wrong: ADDRESS TEXT or address, please";
                }
                client.send(MixnetAddress.parse(line.substring(0, space)),
                        line.substring(space + 1).getBytes(StandardCharsets.UTF_8));
                return "sent";
            } catch (IllegalArgumentException | IllegalStateException e) {
                return "wrong: " + e.getMessage();
            }
        }

        private void received(ReceivedMessage message) {
            for (Socket connection : connections) {
                try {
                    write(connection, "received " + message.text().replace('\n', ' '));
                } catch (IOException e) {
                    connections.remove(connection);
                }
            }
        }

        private static void write(Socket connection, String line) throws IOException {
            synchronized (connection) {
                OutputStream out = connection.getOutputStream();
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
        }

        @Override
        public List<URI> addresses() {
            return List.of(URI.create("tcp://127.0.0.1:" + server.getLocalPort()));
        }

        @Override
        public void close() {
            messages.close();
            closeQuietly(server);
            connections.forEach(Lines::closeQuietly);
        }

        private static void closeQuietly(AutoCloseable open) {
            try {
                open.close();
            } catch (Exception e) {
                // it is of no use any more
            }
        }
    }
}
