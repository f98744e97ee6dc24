package org.cloakwork.itests.line;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.StreamException;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.localnet.simulation.VirtualMixnet;
import org.cloakwork.proxy.ExitConnection;
import org.cloakwork.proxy.ExitWatch;
import org.cloakwork.retransmission.timeout.TimeoutRetransmission;
import org.cloakwork.routes.uniform.UniformRoutes;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.streams.ByteBudget;
import org.cloakwork.streams.StreamLimits;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.socks5.ProviderResponse;

/**
 * In virtual time: real engines, gateways, mixes and streams, and a client side of connections as it is behind the
 * SOCKS port. The exit, which elsewhere has sockets and threads, is a small one of its own.
 */
final class VirtualWorld implements World {

    /** From one node to the next. */
    private static final Duration HOP_DELAY = Duration.ofMillis(15);
    private static final Duration READY = Duration.ofSeconds(30);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final long BUDGET_BYTES = 64L << 20;
    private static final String ISOLATION = "a user";

    private final VirtualMixnet network;
    private final Trace trace;
    private final Randomness randomness;
    private final Engine client;
    private final Engine exit;
    private final Engine friend;
    private final ExitWatch watch;
    private final ByteBudget budget = new ByteBudget(BUDGET_BYTES);
    private final Map<Long, VirtualTunnel> tunnels = new HashMap<>();

    /**
     * @param cover of the client that is watched
     * @param seed  same seed, same run
     * @param loss  how likely a packet gets lost on its way into the mixes
     */
    VirtualWorld(Cover cover, long seed, double loss) {
        network = new VirtualMixnet(seed, HOP_DELAY, loss);
        trace = new Trace(network.clock()::nanoTime);
        randomness = network.randomness();
        exit = start(ClientConfiguration.DEFAULT, Cover.NONE, new Trace(network.clock()::nanoTime));
        exit.returnPackets(true);
        friend = start(ClientConfiguration.DEFAULT, Cover.NONE, new Trace(network.clock()::nanoTime));
        network.run(READY, () -> isReady(exit) && isReady(friend));
        client = start(cover.configuration(), cover, trace);
        client.partner(exit.address());
        network.run(READY, () -> false);
        new VirtualExit(exit, network.scheduler(), network.clock(), network.randomness());
        watch = new ExitWatch(client, exit.address(), "watch", randomness.nextLong(), ExitWatch.Patience.DEFAULT,
                network.clock()::nanoTime);
        client.intercept(this::received);
        tick();
    }

    private Engine start(ClientConfiguration configuration, Cover cover, Trace seen) {
        return network.client(configuration, cover.strategy(), new UniformRoutes(),
                new TimeoutRetransmission(Map.of()), transport -> new WatchedTransport(transport, seen));
    }

    private static boolean isReady(Engine engine) {
        return engine.state() instanceof ClientState.Ready;
    }

    private void tick() {
        List<VirtualTunnel> relying = tunnels.values().stream().filter(VirtualTunnel::relies).toList();
        if (watch.tick(!relying.isEmpty())) {
            relying.forEach(tunnel -> tunnel.fail(new StreamException(StreamException.Reason.SILENT,
                    watch.reason())));
        }
        tunnels.values().removeIf(VirtualTunnel::tick);
        network.scheduler().schedule(TICK, this::tick);
    }

    private boolean received(ReceivedMessage message) {
        if (watch.received(message)) {
            return true;
        }
        ProviderResponse response;
        try {
            response = ProviderResponse.parse(message.payload());
        } catch (WireException e) {
            return false;
        }
        ExitConnection.idOf(response).map(tunnels::get).ifPresent(tunnel -> {
            tunnel.received(response);
            watch.heard();
        });
        return true;
    }

    @Override
    public Trace trace() {
        return trace;
    }

    @Override
    public Randomness randomness() {
        return randomness;
    }

    @Override
    public void after(Duration delay, Runnable task) {
        network.scheduler().schedule(delay, task);
    }

    @Override
    public VirtualTunnel connect() {
        long id = randomness.nextLong();
        try {
            VirtualTunnel tunnel = new VirtualTunnel(network.scheduler(), ready -> new ExitConnection(
                    new ExitConnection.Route(client, exit.address(), true, true), id, randomness.nextLong(), ISOLATION,
                    StreamLimits.DEFAULT, budget, network.clock()::nanoTime, ready, piece -> { }));
            tunnels.put(id, tunnel);
            return tunnel;
        } catch (StreamException e) {
            throw new IllegalStateException("no room for one more connection", e);
        }
    }

    @Override
    public void messageOut(int bytes) {
        client.send(friend.address(), message(bytes), SendOptions.DEFAULT);
    }

    @Override
    public void messageIn(int bytes) {
        friend.send(client.address(), message(bytes), SendOptions.DEFAULT);
    }

    /** Text, which no exit takes for a request. */
    private static byte[] message(int bytes) {
        return "x".repeat(bytes).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean isVirtual() {
        return true;
    }

    @Override
    public void run(Duration duration) {
        network.run(duration, () -> false);
        check();
    }

    /**
     * Lets time pass until something is so.
     *
     * @param condition that comes true
     * @param limit     how long that may take
     * @throws IllegalStateException if it takes longer
     */
    void await(BooleanSupplier condition, Duration limit) {
        network.run(limit, condition);
        check();
        if (!condition.getAsBoolean()) {
            throw new IllegalStateException("not within " + limit.toSeconds() + " s");
        }
    }

    /** Ends the exit, in whatever it is. */
    void killExit() {
        exit.stop();
    }

    private void check() {
        if (network.failures() > 0) {
            throw new IllegalStateException(network.failures() + " tasks failed");
        }
    }

    @Override
    public void close() {
        // is gone with its clock
    }
}
