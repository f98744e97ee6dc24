package org.cloakwork.itests.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.frontend.http.HttpFrontEnd;
import org.cloakwork.frontend.socks5.SocksFrontEnd;
import org.cloakwork.itests.testing.programs.SocksProgram;
import org.cloakwork.spi.frontend.FrontEnd;

/** A local network, a client with an exit that reaches this machine only, and one with a SOCKS front-end. */
final class World implements AutoCloseable {

    static final int GRANTED = 0;
    private static final Duration READY = Duration.ofMinutes(2);

    final LocalNetwork network = LocalNetwork.builder().start();
    final MixnetClient exitClient;
    final MixnetClient socksClient = client(1).start();
    /** Whom the exit has had messages from. */
    final Set<SenderTag> senders = ConcurrentHashMap.newKeySet();
    final FrontEnd.Serving exit;
    final FrontEnd.Serving socks;
    final FrontEnd.Serving http;

    World() throws Exception {
        this(Map.of());
    }

    World(Map<String, String> socksSettings) throws Exception {
        this(socksSettings, "none");
    }

    /** @param cover of the exit */
    World(Map<String, String> socksSettings, String cover) throws Exception {
        exitClient = client(0).part("cover", cover, Map.of()).start();
        exitClient.awaitReady(READY);
        socksClient.awaitReady(READY);
        exitClient.intercept(message -> {
            message.sender().ifPresent(senders::add);
            return false;
        });
        exit = new ExitFrontEnd(Map.of()).serve(exitClient,
                Map.of("policy", "reject *:9, accept 127.0.0.0/8:*, accept [::1]:*", "allow-private", "true"));
        Map<String, String> settings = new HashMap<>(Map.of("exit", exitClient.address().toString(), "port", "0"));
        settings.putAll(socksSettings);
        socks = new SocksFrontEnd(Map.of()).serve(socksClient, settings);
        http = new HttpFrontEnd(Map.of()).serve(socksClient, settings);
    }

    private MixnetClient.Builder client(int gateway) {
        return MixnetClient.builder().network(network)
                .gateway(network.topology().gateways().get(gateway).identity());
    }

    int port() {
        return socks.addresses().getFirst().getPort();
    }

    String proxy() {
        return "127.0.0.1:" + port();
    }

    /** {@return the HTTP proxy, {@code host:port}} */
    String httpProxy() {
        return http.addresses().getFirst().getAuthority();
    }

    /** {@return a socket to the front-end on which nothing was said yet} */
    Socket open() throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", port()), 10_000);
        socket.setSoTimeout(120_000);
        return socket;
    }

    /** {@return a socket to the target through the mixnet} */
    Socket connect(String host, int port) throws IOException {
        Socket socket = open();
        int reply = SocksProgram.ask(socket, host, port);
        if (reply != GRANTED) {
            throw new IOException("SOCKS reply " + reply);
        }
        return socket;
    }

    @Override
    public void close() {
        http.close();
        socks.close();
        exit.close();
        socksClient.close();
        exitClient.close();
        network.close();
    }
}
