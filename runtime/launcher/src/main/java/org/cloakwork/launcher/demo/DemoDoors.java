package org.cloakwork.launcher.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.commons.cli.CommandLine;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.commands.Instance;
import org.cloakwork.launcher.felix.Framework;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.frontend.FrontEnd;
import org.cloakwork.spi.topology.Node;

/** Doors into the demo's network for programs people have already, each with a client of its own. */
final class DemoDoors implements AutoCloseable {

    static final String PORT_BASE = "port-base";
    private static final Duration START = Duration.ofSeconds(30);
    private static final int WEBSOCKET_PORT = 1977;
    private static final int SOCKS_PORT = 1080;
    private static final int HTTP_PORT = 8118;
    /** Where a door's port is, from the base on. */
    private static final int WEBSOCKET = 0;
    private static final int SOCKS = 1;
    private static final int PAGE = 2;
    private static final int DASHBOARD = 3;
    private static final int WEB = 4;
    private static final int HTTP = 5;
    private static final int DOORS = 6;

    private final Framework framework;
    private final Instance instance;
    private final OptionalInt base;
    private final Optional<String> services;
    private final List<String> clients = new ArrayList<>();
    private DemoPage page;
    private DemoWeb web;

    DemoDoors(Framework framework, Instance instance, CommandLine line) throws UsageException {
        this.framework = framework;
        this.instance = instance;
        services = Optional.ofNullable(line.getOptionValue(Instance.SERVE));
        base = line.hasOption(PORT_BASE)
                ? OptionalInt.of(Arguments.number(line, PORT_BASE, 0, 0, 65536 - DOORS)) : OptionalInt.empty();
        if (!line.hasOption("once")) {
            check(port(WEBSOCKET_PORT, WEBSOCKET));
            check(port(SOCKS_PORT, SOCKS));
            check(port(HTTP_PORT, HTTP));
            check(port(0, PAGE));
            check(port(0, WEB));
            check(dashboardPort());
        }
    }

    /** Better now than after the demo's messages. */
    private static void check(int port) throws UsageException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new UsageException("port " + port + " cannot be had (" + e.getMessage()
                    + "); --port-base 0 takes free ones");
        }
    }

    /** The usual port, one from the base on, or any. */
    private int port(int usual, int door) {
        return base.isEmpty() ? usual : base.getAsInt() == 0 ? 0 : base.getAsInt() + door;
    }

    int dashboardPort() {
        return port(DemoDashboard.PORT, DASHBOARD);
    }

    /**
     * @param running clients of the instance
     * @throws IllegalStateException if a port cannot be had or something does not start; the message says which
     */
    void open(List<String> running, LocalNetwork network, MixnetClient bob, PrintStream out) throws Exception {
        clients.addAll(running);
        page = new DemoPage(port(0, PAGE));
        MixnetClient exit = client("exit", network.topology().gateways().get(0), Map.of("frontends", "exit",
                "exit.policy", "accept 127.0.0.0/8:*, accept [::1]:*", "exit.allow-private", "true"));
        exit.awaitReady(START);
        network.announce(new KnownExit(exit.address(), Optional.empty(), OptionalInt.empty()));
        String more = services.map(text -> ", " + text).orElse("");
        MixnetClient site = client("site", network.topology().gateways().get(1), Map.of("frontends", Instance.SERVE,
                Instance.SERVE, "80 -> " + page.address().getAuthority() + more));
        site.awaitReady(START);
        String name = "http://" + site.address().toHostName() + "/";
        web = new DemoWeb(Home.path().resolve("examples").resolve("web"), port(0, WEB), network.directory(),
                exit.address(), page.address());
        client("proxy", network.topology().gateways().get(1), Map.of("frontends", "socks5, http",
                "socks5.exit", exit.address().toString(), "socks5.port", String.valueOf(port(SOCKS_PORT, SOCKS)),
                "http.exit", exit.address().toString(), "http.port", String.valueOf(port(HTTP_PORT, HTTP))))
                .awaitReady(START);
        client("websocket", network.topology().gateways().get(0), Map.of("frontends", "websocket", "websocket.port",
                String.valueOf(port(WEBSOCKET_PORT, WEBSOCKET)))).awaitReady(START);
        URI socks = framework.await(FrontEnd.Serving.class, "(&(cloakwork.client=proxy)(cloakwork.name=socks5))", START,
                "org.cloakwork.frontend.socks5.SocksFrontEnd", "the SOCKS front-end").addresses().getFirst();
        URI http = framework.await(FrontEnd.Serving.class, "(&(cloakwork.client=proxy)(cloakwork.name=http))", START,
                "org.cloakwork.frontend.http.HttpFrontEnd", "the HTTP proxy").addresses().getFirst();
        URI websocket = framework.await(FrontEnd.Serving.class,
                "(&(cloakwork.client=websocket)(cloakwork.name=websocket))", START,
                "org.cloakwork.frontend.websocket.WebSocketFrontEnd", "the websocket front-end").addresses().getFirst();
        out.println("  websocket   " + websocket + "  (as nym-client has it)");
        out.println("  SOCKS       " + socks + "  (its exit reaches this machine only)");
        out.println("  HTTP proxy  " + http + "  (for programs that know no SOCKS)");
        out.println("  browser     " + web.address() + "  (open it: a client of its own in a page)");
        out.println("  a page      " + page.address() + "  to be fetched through it:");
        out.println("  a service   " + name);
        out.println("              (the same page without an exit: its client is reached through the mixnet alone)");
        String url = websocket.getPort() == WEBSOCKET_PORT ? "" : " --url " + websocket;
        out.println("\n  echo hello | ./cloakwork send " + bob.address() + " - --reply-surbs 5" + url);
        out.println("  ./cloakwork receive --count 1" + url);
        out.println("  curl --socks5-hostname " + socks.getAuthority() + " " + page.address() + "16MiB -o 16MiB");
        out.println("  curl -x " + http + " " + page.address());
        out.println("  curl -x " + http + " " + name);
    }

    private MixnetClient client(String name, Node gateway, Map<String, String> frontEnds)
            throws IOException, InterruptedException, UsageException {
        String file = Instance.client(name);
        instance.set(file, "gateway", gateway.identity().toString());
        instance.set(file, "cover", "none");
        frontEnds.forEach((key, value) -> instance.set(file, key, value));
        clients.add(name);
        instance.start(clients, false);
        return framework.awaitClient(name, START);
    }

    @Override
    public void close() {
        if (page != null) {
            page.close();
        }
        if (web != null) {
            web.close();
        }
    }
}
