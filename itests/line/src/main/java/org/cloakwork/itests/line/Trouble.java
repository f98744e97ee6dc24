package org.cloakwork.itests.line;

import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.statistics.inference.BinomialTest;

/** A line in trouble: packets get lost on the way, or the exit ends in the middle of a download. */
final class Trouble {

    private static final Duration SETTLE = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofMinutes(30);
    private static final Duration LENGTH = Duration.ofSeconds(60);
    private static final Duration INTO = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int QUESTION = 400;
    private static final int DEATHS = 20;
    private static final Duration BEFORE = Duration.ofSeconds(10);
    private static final Duration AFTER = Duration.ofSeconds(2);

    private final PrintStream out;

    Trouble(PrintStream out) {
        this.out = out;
    }

    /**
     * @param loss  of the first line, 0 to 1
     * @param bytes that are loaded
     * @param seed  of everything in virtual time
     */
    void tell(double loss, long bytes, long seed) throws Exception {
        out.printf(Locale.ROOT, "| trouble | large frames a second that come: idle | in the download | p | its end |%n"
                + "|---|---|---|---|---|%n");
        lossy(loss, bytes, seed);
        killed(new VirtualWorld(Cover.TWO_WAY, seed, 0));
        deaths(seed);
        try (RealWorld world = new RealWorld(Cover.TWO_WAY, seed)) {
            killedOnSockets(world, bytes * 100);
        }
    }

    private void lossy(double loss, long bytes, long seed) throws Exception {
        VirtualWorld world = new VirtualWorld(Cover.TWO_WAY, seed, loss);
        Trace.View idle = follow(world, SETTLE, LENGTH);
        AtomicBoolean whole = new AtomicBoolean();
        long begun = world.trace().nanoTime();
        world.connect().exchange(QUESTION, bytes, () -> whole.set(true));
        world.await(whole::get, LONGEST);
        Duration took = Duration.ofNanos(world.trace().nanoTime() - begun);
        tell(String.format(Locale.ROOT, "%.0f %% loss, virtual time", loss * 100), idle,
                world.trace().view(begun, took), String.format(Locale.ROOT, "whole, %d bytes in %.0f s", bytes,
                        took.toMillis() / 1000.0));
    }

    private void killed(VirtualWorld world) throws Exception {
        Trace.View idle = follow(world, SETTLE, LENGTH);
        VirtualTunnel tunnel = world.connect();
        tunnel.exchange(QUESTION, Long.MAX_VALUE, () -> { });
        world.run(INTO);
        world.killExit();
        long killed = world.trace().nanoTime();
        Trace.View now = follow(world, Duration.ZERO, LENGTH);
        world.await(() -> tunnel.reason().isPresent(), PATIENCE);
        tell("exit killed, virtual time", idle, now, String.format(Locale.ROOT, "%s; %.0f s after that",
                tunnel.reason().orElseThrow(), (world.trace().nanoTime() - killed) / 1e9));
    }

    /** Whether somebody who sees the pause can tell by it what the exit was used for. */
    private void deaths(long seed) throws Exception {
        long[] idle = new long[2];
        long[] loading = new long[2];
        for (int i = 0; i < DEATHS; i++) {
            death(idle, new VirtualWorld(Cover.TWO_WAY, seed + i, 0), false);
            death(loading, new VirtualWorld(Cover.TWO_WAY, seed + i, 0), true);
        }
        double same = BinomialTest.withDefaults().test((int) (idle[0] + loading[0]), (int) idle[0], 0.5).getPValue();
        out.printf(Locale.ROOT, "| exit killed %d times, virtual time: the %d s after | %.2f | %.2f | %.3g | of %.0f "
                + "are missing %.1f while idle, %.1f while loading |%n", DEATHS, AFTER.toSeconds(),
                rate(idle[0], AFTER), rate(loading[0], AFTER), same, rate(idle[1], BEFORE) * AFTER.toSeconds(),
                missing(idle), missing(loading));
    }

    /** @param counts large frames that came in so long after, and in so long before */
    private static void death(long[] counts, VirtualWorld world, boolean loading) throws Exception {
        if (loading) {
            world.connect().exchange(QUESTION, Long.MAX_VALUE, () -> { });
        }
        world.run(INTO);
        counts[1] += follow(world, Duration.ZERO, BEFORE).count(Frame.Kind.DOWN_LARGE);
        world.killExit();
        counts[0] += follow(world, Duration.ZERO, AFTER).count(Frame.Kind.DOWN_LARGE);
    }

    private static double rate(long count, Duration time) {
        return count * 1000.0 / time.toMillis() / DEATHS;
    }

    private static double missing(long[] counts) {
        return (rate(counts[1], BEFORE) - rate(counts[0], AFTER)) * AFTER.toMillis() / 1000;
    }

    private void killedOnSockets(RealWorld world, long bytes) throws Exception {
        Trace.View idle = follow(world, SETTLE, LENGTH);
        String[] end = new String[1];
        long[] ended = new long[1];
        Thread load = Thread.ofVirtual().start(() -> {
            try (Socket socket = world.connected()) {
                socket.setSoTimeout((int) PATIENCE.toMillis());
                socket.getOutputStream().write(new Question(0, bytes).bytes());
                boolean whole = Arrays.equals(Site.digest(socket.getInputStream(), bytes), Site.digest(bytes));
                end[0] = whole ? "whole" : "NOT EQUAL";
            } catch (IOException e) {
                end[0] = e.getMessage();
            }
            ended[0] = System.nanoTime();
        });
        world.run(INTO);
        long killed = System.nanoTime();
        world.killExit();
        Trace.View now = follow(world, Duration.ZERO, LENGTH);
        load.join(PATIENCE);
        tell("exit killed, sockets", idle, now, String.format(Locale.ROOT, "%s, %.0f s after that; connections that "
                + "ended because the exit did not answer: %d", end[0], (ended[0] - killed) / 1e9,
                world.door().get("socks5.connections.exit-lost")));
    }

    private static Trace.View follow(World world, Duration settle, Duration length) throws Exception {
        world.run(settle);
        long from = world.trace().nanoTime();
        world.run(length);
        return world.trace().view(from, length);
    }

    private void tell(String trouble, Trace.View idle, Trace.View now, String end) {
        Comparison comparison = Comparison.of(Frame.Kind.DOWN_LARGE, idle, now);
        out.printf(Locale.ROOT, "| %s | %.2f | %.2f | %.3g | %s |%n", trouble, comparison.before(), comparison.now(),
                comparison.rate(), end);
    }
}
