package org.cloakwork.launcher.commands;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.cloakwork.api.Internet;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.Subscription;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyProvider;

/** What takes a client: from the directory to a name that an exit looks up, each step with its time. */
final class Examination {

    private static final Duration READY = Duration.ofSeconds(20);
    private static final Duration LOOP = Duration.ofSeconds(15);
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration EXIT = Duration.ofSeconds(30);
    private static final int LOOPS = 3;
    private static final String UNKNOWN_HOST = "unknown host";
    private static final String NOT_ALLOWED = "not allowed";
    private static final String REFUSED = "connection refused";

    private final Consumer<Finding> found;

    Examination(Consumer<Finding> found) {
        this.found = found;
    }

    /** {@return the network; empty if it cannot be had} */
    Optional<Topology> directory(TopologyProvider provider) throws InterruptedException {
        long started = System.nanoTime();
        try {
            Topology topology = provider.fetch().get(TopologyProvider.MAX_ANSWER_TIME.toSeconds(), TimeUnit.SECONDS);
            found.accept(Finding.ok("directory", topology.layer(1).size() + ", " + topology.layer(2).size() + " and "
                    + topology.layer(3).size() + " mixes in the layers, " + topology.gateways().size() + " gateways",
                    millis(started)));
            return Optional.of(topology);
        } catch (ExecutionException e) {
            found.accept(Finding.fault("directory", String.valueOf(e.getCause().getMessage()),
                    "see whether this machine reaches the internet; try another directory with --network URL"));
        } catch (TimeoutException e) {
            found.accept(Finding.fault("directory", "no answer within " + TopologyProvider.MAX_ANSWER_TIME.toSeconds()
                    + " s", "try another directory with --network URL"));
        }
        return Optional.empty();
    }

    /** {@return whether the client is ready} */
    boolean gateway(MixnetClient client, Topology topology) throws InterruptedException {
        long started = System.nanoTime();
        try {
            client.awaitReady(READY);
        } catch (TimeoutException | IllegalStateException e) {
            found.accept(Finding.fault("gateway", client.state().text(), client.remedy().orElse(
                    "choose another gateway: --gateway IDENTITY, or gateway-choice = fastest")));
            return false;
        }
        String leg = topology.gateways().stream().filter(node -> node.identity().equals(client.address().gateway()))
                .findFirst().flatMap(Examination::connectMillis).map(millis -> "; TCP to it takes " + millis + " ms")
                .orElse("");
        found.accept(Finding.ok("gateway", "connected and let in" + leg, millis(started)));
        client.warnings().forEach(warning -> found.accept(Finding.remark("gateway", warning, client.remedy().orElse(
                "see docs/threat-model.md"))));
        return true;
    }

    private static Optional<Long> connectMillis(Node gateway) {
        if (gateway.entry().isEmpty() || gateway.entry().get().addresses().isEmpty()) {
            return Optional.empty();
        }
        try (Socket socket = new Socket()) {
            long started = System.nanoTime();
            socket.connect(new InetSocketAddress(gateway.entry().get().addresses().getFirst(),
                    gateway.entry().get().websocketPort()), (int) CONNECT.toMillis());
            return Optional.of(millis(started));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** {@return whether what is sent through three mixes comes back} */
    boolean loop(MixnetClient client) throws InterruptedException {
        List<Long> there = new ArrayList<>();
        List<Long> back = new ArrayList<>();
        String failure = "";
        for (int i = 0; i < LOOPS && failure.isEmpty(); i++) {
            CountDownLatch arrived = new CountDownLatch(1);
            byte[] message = ("doctor " + i).getBytes(StandardCharsets.US_ASCII);
            try (Subscription ignored = client.intercept(received -> {
                boolean ours = Arrays.equals(received.payload(), message);
                if (ours) {
                    arrived.countDown();
                }
                return ours;
            })) {
                long started = System.nanoTime();
                var outcome = client.send(client.address(), message, SendOptions.DEFAULT.withDeadline(LOOP)).outcome();
                if (arrived.await(LOOP.toSeconds(), TimeUnit.SECONDS)) {
                    there.add(millis(started));
                }
                switch (outcome.get()) {
                    case Outcome.Acknowledged acknowledged -> back.add(acknowledged.elapsed().toMillis());
                    case Outcome.Failed failed -> failure = failed.detail();
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        if (there.isEmpty() || !failure.isEmpty()) {
            found.accept(Finding.fault("loop", failure.isEmpty() ? "what was sent did not come back" : failure,
                    "a mix or a gateway is down, or packets are lost: try again; if it stays so, another gateway"));
            return false;
        }
        found.accept(Finding.ok("loop", "through three mixes to this client " + median(there)
                + " ms, acknowledged after " + median(back) + " ms (median of " + LOOPS
                + "; most of it is what mixes wait)", median(there)));
        return true;
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0L);
    }

    /** {@return those that could be used} */
    List<MixnetAddress> exits(MixnetClient client, List<MixnetAddress> named) throws InterruptedException {
        if (!named.isEmpty()) {
            found.accept(Finding.ok("exits", named.size() + " named"));
            return named;
        }
        long started = System.nanoTime();
        try {
            List<KnownExit> known = client.exits().get(TopologyProvider.MAX_ANSWER_TIME.toSeconds(), TimeUnit.SECONDS);
            if (!known.isEmpty()) {
                found.accept(Finding.ok("exits", "the network names " + known.size(), millis(started)));
                return known.stream().map(KnownExit::address).toList();
            }
            found.accept(Finding.fault("exits", "the network names none",
                    "name one with --exit ADDRESS, or run one: frontends = exit"));
        } catch (ExecutionException | TimeoutException e) {
            found.accept(Finding.fault("exits", "they cannot be found out: " + (e.getCause() == null ? "no answer"
                    : e.getCause().getMessage()), "name one with --exit ADDRESS"));
        }
        return List.of();
    }

    void exit(Internet internet, String host, int port) {
        long started = System.nanoTime();
        try (Socket socket = internet.socketFactory().createSocket()) {
            socket.connect(InetSocketAddress.createUnresolved(host, port), (int) EXIT.toMillis());
            found.accept(Finding.ok("exit", "it answers, and connects to " + host + " port " + port, millis(started)));
            found.accept(Finding.ok("names", "the exit has found " + host));
        } catch (SocketTimeoutException e) {
            refused("it does not answer", host, port, millis(started));
        } catch (IOException e) {
            refused(String.valueOf(e.getMessage()), host, port, millis(started));
        }
    }

    private void refused(String reason, String host, int port, long millis) {
        String where = host + " port " + port;
        if (reason.contains(NOT_ALLOWED)) {
            found.accept(Finding.remark("exit", "it answers after " + millis + " ms; its policy does not let " + where
                    + " be reached", "name a target that it serves with --target HOST:PORT, or another exit"));
            found.accept(Finding.skipped("names", "the exit's policy comes first"));
        } else if (reason.contains(UNKNOWN_HOST)) {
            found.accept(Finding.ok("exit", "it answers", millis));
            found.accept(Finding.fault("names", "the exit does not find " + host,
                    "if the name is right, the exit's name server is not: take another exit"));
        } else if (reason.contains(REFUSED)) {
            found.accept(Finding.ok("exit", "it answers", millis));
            found.accept(Finding.remark("names", "the exit has found " + host + "; nobody listens at port " + port,
                    "name a target that is there with --target HOST:PORT"));
        } else {
            found.accept(Finding.fault("exit", reason + " (after " + millis + " ms)",
                    "take another exit: cloakwork exits lists them, exit = auto changes by itself"));
            found.accept(Finding.skipped("names", "the exit comes first"));
        }
    }

    private static long millis(long startedNanos) {
        return (System.nanoTime() - startedNanos) / 1_000_000;
    }
}
