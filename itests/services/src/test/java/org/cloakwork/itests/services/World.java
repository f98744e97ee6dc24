package org.cloakwork.itests.services;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.frontend.http.HttpFrontEnd;
import org.cloakwork.frontend.serve.ServeFrontEnd;
import org.cloakwork.frontend.socks5.SocksFrontEnd;
import org.cloakwork.itests.testing.programs.SocksProgram;
import org.cloakwork.spi.frontend.FrontEnd;

/** A local network, a client that serves, one with doors for programs, and an exit, which hears of nothing. */
final class World implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(2);

    final LocalNetwork network = LocalNetwork.builder().gateways(3).start();
    final MixnetClient service;
    final MixnetClient caller = client(1);
    private final MixnetClient exitClient = client(0);
    /** What the exit was asked for. */
    final AtomicLong atTheExit = new AtomicLong();
    final FrontEnd.Serving exit;
    final FrontEnd.Serving socks;
    final FrontEnd.Serving http;
    final FrontEnd.Serving served;
    final String name;

    /** @param settings of the services */
    World(Map<String, String> settings) throws Exception {
        this(settings, 0);
    }

    /** @param gateways of the client that serves, in order */
    World(Map<String, String> settings, int... gateways) throws Exception {
        service = client(gateways);
        service.awaitReady(READY);
        caller.awaitReady(READY);
        exitClient.awaitReady(READY);
        exitClient.intercept(message -> {
            atTheExit.incrementAndGet();
            return false;
        });
        exit = new ExitFrontEnd(Map.of()).serve(exitClient,
                Map.of("policy", "accept *:*", "allow-private", "true"));
        Map<String, String> doors = Map.of("exit", exitClient.address().toString(), "port", "0");
        socks = new SocksFrontEnd(Map.of()).serve(caller, doors);
        http = new HttpFrontEnd(Map.of()).serve(caller, doors);
        served = new ServeFrontEnd(Map.of()).serve(service, new HashMap<>(settings));
        name = service.address().toHostName();
    }

    MixnetClient client(int... gateways) {
        MixnetClient.Builder builder = MixnetClient.builder().network(network);
        for (int gateway : gateways) {
            builder.gateway(network.topology().gateways().get(gateway).identity());
        }
        return builder.start();
    }

    MixnetClient exitClient() {
        return exitClient;
    }

    String socksProxy() {
        return socks.addresses().getFirst().getAuthority();
    }

    String httpProxy() {
        return http.addresses().getFirst().getAuthority();
    }

    long counted(String counter) {
        return served.counters().get(counter);
    }

    /** {@return a socket to a port of a name through SOCKS} */
    Socket connect(String host, int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", socks.addresses().getFirst().getPort()), 10_000);
        socket.setSoTimeout(120_000);
        int reply = SocksProgram.ask(socket, host, port);
        if (reply != 0) {
            socket.close();
            throw new IOException("SOCKS reply " + reply);
        }
        return socket;
    }

    @Override
    public void close() {
        served.close();
        http.close();
        socks.close();
        exit.close();
        caller.close();
        service.close();
        exitClient.close();
        network.close();
    }
}
