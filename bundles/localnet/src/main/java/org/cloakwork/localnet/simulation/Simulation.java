package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.Simulator;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Holdings;
import org.cloakwork.localnet.node.Frames;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.sphinx.PacketFormat;

/** One run of the simulator, from the first event to the report. */
final class Simulation {

    /** After the start of the first client the last one starts. */
    private static final Duration STARTS = Duration.ofSeconds(1);
    private static final Duration CHECKS = Duration.ofSeconds(1);
    /** Faults begin and end at round times; then some tasks are due at once, and others follow from them. */
    private static final Duration FIRST_CHECK = Duration.ofNanos(123_456_789);
    private static final Duration LONGEST_DRAIN = SendOptions.DEFAULT.deadline().plusSeconds(30);
    private static final Duration STOP = Duration.ofSeconds(2);
    private static final Duration REORDER = Duration.ofMillis(200);

    /**
     * What all clients use.
     *
     * @param format         of packets
     * @param cryptography   of clients
     * @param frames         of gateways
     * @param cover          of all clients
     * @param routes         of all clients
     * @param retransmission of all clients
     */
    record SharedParts(PacketFormat format, Cryptography cryptography, Frames frames, CoverTrafficStrategy cover,
            RoutePolicy routes, RetransmissionPolicy retransmission) {
    }

    private final Simulator.Options options;
    private final List<SimulatedFault> faults;
    private final SimulatedTime time = new SimulatedTime();
    /** Where the simulation itself runs. */
    private final SimulatedTime.Host host = time.host();
    private final SimulatedNetwork network;
    private final SimulatedStatistics statistics = new SimulatedStatistics();
    private final SimulatedPeaks peaks = new SimulatedPeaks();
    private final SimulatedWitness witness = new SimulatedWitness(time);
    private final Optional<HostileCryptography> hostile;
    private final List<SimulatedClient> clients = new ArrayList<>();
    private long timersAmiss;

    /**
     * @param options what to simulate
     * @param parts   what all clients use
     * @throws IllegalArgumentException if a fault cannot be read
     */
    Simulation(Simulator.Options options, SharedParts parts) {
        this.options = options;
        faults = options.faults().stream().map(SimulatedFault::parse).toList();
        for (int i = 0; i < faults.size(); i++) {
            if (faults.get(i).from().compareTo(options.duration()) > 0) {
                throw new IllegalArgumentException("fault \"" + options.faults().get(i) + "\": begins after the end");
            }
            if (faults.get(i) instanceof SimulatedFault.Rotation && options.rotation().isPresent()) {
                throw new IllegalArgumentException("fault \"" + options.faults().get(i) + "\": keys rotate anyway");
            }
        }
        hostile = Optional.of(parts.cryptography()).filter(ignored -> options.hostile()).map(HostileCryptography::new);
        SimulatedRandomness randomness = new SimulatedRandomness(options.seed());
        network = new SimulatedNetwork(time, randomness.split(), parts.format(), parts.frames(), options.clients(),
                options.loss());
        for (int i = 0; i < options.clients(); i++) {
            SimulatedTime.Host clientHost = time.host();
            SimulatedRandomness own = randomness.split();
            SimulatedClient client = new SimulatedClient(i, clients, time, clientHost, own,
                    parts(parts, clientHost), new SimulatedRetransmission(parts.retransmission(), time),
                    witness.watch(i == 0 && hostile.isPresent() ? hostile.get() : parts.cryptography()), statistics);
            clients.add(client);
            clientHost.schedule(Duration.ofNanos(own.nextInt((int) STARTS.toNanos())), client::start);
        }
        options.rotation().ifPresent(network::rotateKeysEach);
        faults.forEach(this::schedule);
        host.schedule(FIRST_CHECK, this::check);
    }

    private Parts parts(SharedParts shared, SimulatedTime.Host clientHost) {
        Parts parts = new Parts();
        parts.set(PartKind.TOPOLOGY, network::directory);
        parts.set(PartKind.TRANSPORT, network.transport(clientHost));
        parts.set(PartKind.SPHINX, shared.format());
        parts.set(PartKind.COVER, shared.cover());
        parts.set(PartKind.ROUTES, shared.routes());
        return parts;
    }

    SimulatedTime.Host host() {
        return host;
    }

    SimulatedNetwork network() {
        return network;
    }

    private void schedule(SimulatedFault fault) {
        switch (fault) {
            case SimulatedFault.Delay(Duration delay, Duration from, Duration to) ->
                    span(from, to, () -> network.wires().setDelay(delay),
                            () -> network.wires().setDelay(Duration.ZERO));
            case SimulatedFault.Reorder(Duration from, Duration to) ->
                    span(from, to, () -> network.wires().setJitter(REORDER),
                            () -> network.wires().setJitter(Duration.ZERO));
            case SimulatedFault.GatewayRestart(Duration from, Duration downtime) ->
                    host.schedule(from, () -> network.restartGateway(downtime));
            case SimulatedFault.DirectoryOutage(Duration from, Duration to) ->
                    span(from, to, () -> network.setDirectoryDown(true), () -> network.setDirectoryDown(false));
            case SimulatedFault.Epoch(Duration from) -> host.schedule(from, network::nextEpoch);
            case SimulatedFault.Rotation(Duration from) -> host.schedule(from, network::rotateKeys);
            case SimulatedFault.Suspend(Duration from, Duration to) -> host.schedule(from,
                    () -> clients.getFirst().suspend(to.minus(from)));
        }
    }

    private void span(Duration from, Duration to, Runnable begin, Runnable end) {
        host.schedule(from, begin);
        host.schedule(to, end);
    }

    List<SimulatedClient> clients() {
        return clients;
    }

    private void check() {
        for (SimulatedClient client : clients) {
            Holdings held = client.engine().holdings();
            timersAmiss += Math.abs(held.deadlines() - held.messages());
        }
        host.schedule(CHECKS, this::check);
    }

    private Duration untilAllAreAwake() {
        long awake = 0;
        for (SimulatedClient client : clients) {
            awake = Math.max(awake, client.resumesNanos());
        }
        return Duration.ofNanos(Math.max(0, awake - time.nanoTime()));
    }

    /**
     * @param passed is told how far it is
     * @return what happened
     */
    Simulator.Report run(Consumer<Duration> passed) {
        time.run(options.duration(), () -> {
            passed.accept(Duration.ofNanos(time.nanoTime()));
            return false;
        });
        clients.forEach(SimulatedClient::endTraffic);
        long endedNanos = time.nanoTime();
        time.run(untilAllAreAwake());
        time.run(LONGEST_DRAIN, () -> statistics.open() == 0);
        Duration drain = Duration.ofNanos(time.nanoTime() - endedNanos);
        long unended = statistics.open();
        clients.forEach(client -> client.engine().stop());
        time.run(STOP);
        Map<String, Long> counters = new TreeMap<>();
        long surbs = 0;
        long vain = 0;
        long timersLeft = 0;
        long overBudget = 0;
        int mostCopies = 0;
        long shortestWaitNanos = Long.MAX_VALUE;
        for (SimulatedClient client : clients) {
            client.engine().counters().forEach((key, count) -> counters.merge(key, count, Long::sum));
            surbs += client.engine().holdings().surbs();
            // Nobody need take what a hostile client sends.
            vain += hostile.isPresent() && client == clients.getFirst() ? 0 : client.acknowledgedInVain();
            timersLeft += client.waiting();
            SimulatedRetransmission retransmission = client.retransmission();
            overBudget += retransmission.overBudget();
            mostCopies = Math.max(mostCopies, retransmission.mostCopies());
            shortestWaitNanos = Math.min(shortestWaitNanos, retransmission.shortestWaitNanos());
            peaks.add(client.engine().peaks());
        }
        peaks.add(SimulatedPeaks.Queue.LINK, network.mostPendingBytes());
        peaks.add(SimulatedPeaks.Queue.MIX, network.mostHeldBytes());
        peaks.add(SimulatedPeaks.Queue.GATEWAY, network.mostInboxBytes());
        return new SimulatedReport(new SimulatedFindings(options, drain, unended, statistics, peaks, counters,
                network.findings(), surbs, hostile.map(HostileCryptography::surbs).orElse(0L), witness, vain,
                faults.stream().anyMatch(SimulatedFault.GatewayRestart.class::isInstance), timersAmiss, timersLeft,
                new SimulatedFindings.Copies(mostCopies, overBudget, shortestWaitNanos), time.failures())).report();
    }
}
