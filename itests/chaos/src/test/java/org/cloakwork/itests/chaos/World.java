package org.cloakwork.itests.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Network;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.exit.ExitFrontEnd;
import org.cloakwork.frontend.socks5.SocksFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;

/** A local network and two clients, one with a SOCKS port and one with an exit, and a proxy on each line there is. */
final class World implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration DEADLINE = Duration.ofSeconds(45);
    /** Of a machine that does other things, too. */
    private static final Duration TOLERANCE = Duration.ofSeconds(10);

    /** Between whom a line is. */
    enum Place {
        CLIENT_AND_GATEWAY,
        NODE_AND_NODE,
        CLIENT_AND_DIRECTORY,
        PROGRAM_AND_SOCKS,
        EXIT_AND_TARGET
    }

    private final long seed;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Map<Place, List<ChaosProxy>> proxies = new EnumMap<>(Place.class);
    private final LocalNetwork network;
    private final Network reached;
    private final List<MixnetClient> clients = new ArrayList<>();
    private final InetSocketAddress socks;
    private final InetSocketAddress target;
    private volatile Tally tally = new Tally();
    private int made;

    World(long seed) throws Exception {
        this.seed = seed;
        for (Place place : Place.values()) {
            proxies.put(place, new ArrayList<>());
        }
        network = opened(LocalNetwork.builder().announced(
                port -> before(Place.NODE_AND_NODE, Framing.MIX, port),
                port -> before(Place.CLIENT_AND_GATEWAY, Framing.WEBSOCKET, port)).start());
        URI directory = network.directory();
        InetSocketAddress asked = before(Place.CLIENT_AND_DIRECTORY, Framing.BYTES,
                new InetSocketAddress(InetAddress.getByName(directory.getHost()), directory.getPort()));
        reached = () -> URI.create("http://127.0.0.1:" + asked.getPort() + "/");
        client(0, "websocket");
        client(1, "websocket-jdk");
        opened(new ExitFrontEnd(Map.of()).serve(clients.get(1),
                Map.of("policy", "accept 127.0.0.0/8:*", "allow-private", "true")));
        FrontEnd.Serving door = opened(new SocksFrontEnd(Map.of()).serve(clients.get(0),
                Map.of("exit", clients.get(1).address().toString(), "port", "0")));
        socks = before(Place.PROGRAM_AND_SOCKS, Framing.BYTES, new InetSocketAddress(InetAddress.getLoopbackAddress(),
                door.addresses().getFirst().getPort()));
        target = before(Place.EXIT_AND_TARGET, Framing.BYTES, opened(new Transfer.Target()).address());
    }

    private <T extends AutoCloseable> T opened(T resource) {
        opened.push(resource);
        return resource;
    }

    private InetSocketAddress before(Place place, Framing framing, InetSocketAddress port) {
        try {
            ChaosProxy proxy = opened(new ChaosProxy(port, framing, seed + made++));
            proxies.get(place).add(proxy);
            return proxy.address();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void client(int number, String transport) throws Exception {
        MixnetClient client = opened(MixnetClient.builder().network(reached)
                .gateway(network.topology().gateways().get(number).identity()).part("transport", transport, Map.of())
                .start());
        client.awaitReady(PATIENCE);
        client.subscribe(message -> {
            tally.received(number, message.payload());
            message.sender().ifPresent(tag -> send(1 - number, 200,
                    payload -> client.reply(tag, payload, SendOptions.DEFAULT.withDeadline(DEADLINE))));
        });
        clients.add(client);
    }

    private interface Sending {

        Delivery send(byte[] payload);
    }

    private void send(int recipient, int length, Sending how) {
        Tally.Message message = tally.send(recipient, length, DEADLINE.plus(TOLERANCE));
        how.send(message.payload()).outcome().thenAccept(outcome -> {
            switch (outcome) {
                case Outcome.Acknowledged ignored -> message.acknowledged();
                case Outcome.Failed failed -> message.failed(failed.reason().name());
            }
        });
    }

    /** Each client sends messages to the other one, each fifth of which is answered. */
    void send(int count) {
        for (int i = 0; i < count; i++) {
            for (int from = 0; from < clients.size(); from++) {
                MixnetClient sender = clients.get(from);
                MixnetClient recipient = clients.get(1 - from);
                SendOptions plain = SendOptions.DEFAULT.withDeadline(DEADLINE);
                SendOptions options = i % 5 == 0 ? plain.withReplySurbs(5) : plain;
                send(1 - from, 50 + 300 * i, payload -> sender.send(recipient.address(), payload, options));
            }
        }
    }

    /** {@return a new client, which finds the network itself, with less patience than people have} */
    MixnetClient newcomer() {
        return MixnetClient.builder().part("topology", "nym-api",
                Map.of("urls", reached.directory().toString(), "timeout-millis", "2000")).start();
    }

    Transfer transfer(long bytesSeed, int bytes, Duration patience) {
        return new Transfer(socks, target, bytesSeed, bytes, bytes, patience);
    }

    void begin(Place place, Fault fault, int oneIn) {
        proxies.get(place).forEach(proxy -> proxy.begin(fault, oneIn));
    }

    void calm() {
        proxies.values().forEach(all -> all.forEach(ChaosProxy::calm));
    }

    long done(Place place, Fault fault) {
        return proxies.get(place).stream().mapToLong(proxy -> proxy.done(fault)).sum();
    }

    long pieces(Place place) {
        return proxies.get(place).stream().mapToLong(ChaosProxy::pieces).sum();
    }

    /** From here on another account is kept. */
    void account() {
        tally = new Tally();
    }

    Tally.Result result() {
        return tally.result();
    }

    List<MixnetClient> clients() {
        return clients;
    }

    LocalNetwork network() {
        return network;
    }

    /** {@return what each client has counted so far, for people} */
    String counters() {
        return clients.stream().map(client -> System.lineSeparator() + new TreeMap<>(client.counters()))
                .collect(Collectors.joining());
    }

    static void await(BooleanSupplier condition, String what) throws InterruptedException {
        await(condition, () -> what);
    }

    static void await(BooleanSupplier condition, Supplier<String> what) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.multipliedBy(2).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + PATIENCE.multipliedBy(2).toSeconds() + " s: " + what.get());
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Override
    public void close() throws Exception {
        calm();
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
