package org.cloakwork.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.Subscription;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Parts;
import org.cloakwork.client.engine.Engine;
import org.cloakwork.client.engine.ThreadedEnvironment;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.routes.RoutePolicy;
import org.cloakwork.spi.runtime.PartFactory;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.transport.GatewayTransport;

/**
 * Bulk and latency from one client to another through a local network, all in this process, on real sockets, without
 * cover. Latency is what is left of the time from the call of send to the call of the listener when the delays are
 * taken off that were drawn for the packet.
 */
final class PipelineMeasurement {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int WARM_UP_ROUNDS = 4;
    private static final int BULK_BYTES = 4 * 1024 * 1024;
    private static final int LATENCY_WARM_UP = 300;
    private static final int LATENCY_MESSAGES = 300;
    private static final long LATENCY_GAP_MILLIS = 20;
    private static final int DATA_PAYLOAD = 2065;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final int rounds;

    /** @param rounds of bulk */
    PipelineMeasurement(int rounds) {
        this.rounds = rounds;
    }

    /** {@return the figures} */
    List<Figure> run() throws Exception {
        Watched format = new Watched(part(PacketFormat.class, "fast"));
        try (LocalNetwork network = LocalNetwork.builder().start();
                ThreadedEnvironment first = new ThreadedEnvironment("alice");
                ThreadedEnvironment second = new ThreadedEnvironment("bob");
                Engine alice = client(network, 0, format, first);
                Engine bob = client(network, 1, format, second)) {
            List<Figure> figures = new ArrayList<>();
            bulk(alice, bob.address(), figures);
            latency(alice, bob, format, figures);
            return figures;
        }
    }

    private void bulk(Engine alice, MixnetAddress bob, List<Figure> figures) throws Exception {
        double[] bytesPerSecond = new double[rounds];
        double[] allocated = new double[rounds];
        double[] cpu = new double[rounds];
        for (int i = -WARM_UP_ROUNDS; i < rounds; i++) {
            long allocatedBefore = allocatedBy("cloakwork-alice");
            long cpuBefore = processCpuNanos();
            Outcome outcome = alice.send(bob, new byte[BULK_BYTES]).outcome().get(PATIENCE.toMillis(),
                    TimeUnit.MILLISECONDS);
            if (!(outcome instanceof Outcome.Acknowledged(int packets, int retransmissions, Duration elapsed))) {
                throw new IllegalStateException("not delivered: " + outcome);
            }
            if (i >= 0) {
                bytesPerSecond[i] = BULK_BYTES / 1e6 / (elapsed.toNanos() / 1e9);
                allocated[i] = (double) (allocatedBy("cloakwork-alice") - allocatedBefore) / packets / 1024;
                cpu[i] = (double) (processCpuNanos() - cpuBefore) / packets / 1000;
            }
        }
        figures.add(new Figure("bulk", "bulk of 4 MiB, to the last acknowledgement", "MB/s", bytesPerSecond));
        figures.add(new Figure("bulk-cpu", "CPU of everything, a packet with its acknowledgement", "us", cpu));
        figures.add(new Figure("bulk-allocation", "allocated by the sender, a packet", "KiB", allocated));
    }

    private static void latency(Engine alice, Engine bob, Watched format, List<Figure> figures) throws Exception {
        double[] millis = new double[LATENCY_MESSAGES];
        for (int i = -LATENCY_WARM_UP; i < LATENCY_MESSAGES; i++) {
            CountDownLatch arrived = new CountDownLatch(1);
            long[] at = new long[1];
            try (Subscription subscription = bob.subscribe(message -> {
                at[0] = System.nanoTime();
                arrived.countDown();
            })) {
                format.delays.clear();
                long start = System.nanoTime();
                var outcome = alice.send(bob.address(), new byte[100]).outcome();
                if (!arrived.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("a message did not arrive");
                }
                outcome.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (i >= 0) {
                    millis[i] = (at[0] - start - format.delays.element()) / 1e6;
                }
            }
            Thread.sleep(LATENCY_GAP_MILLIS);
        }
        figures.add(new Figure("latency", "one way over the chosen delays", "ms", millis));
    }

    private static long processCpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long allocatedBy(String name) {
        long bytes = 0;
        for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith(name)) {
                bytes += THREADS.getThreadAllocatedBytes(thread.getThreadId());
            }
        }
        return bytes;
    }

    private static Engine client(LocalNetwork network, int gateway, PacketFormat format,
            ThreadedEnvironment environment)
            throws Exception {
        Parts parts = new Parts();
        parts.set(PartKind.TOPOLOGY, () -> CompletableFuture.completedFuture(network.topology()));
        parts.set(PartKind.TRANSPORT, part(GatewayTransport.class, "websocket"));
        parts.set(PartKind.SPHINX, format);
        parts.set(PartKind.ROUTES, part(RoutePolicy.class, "uniform"));
        parts.set(PartKind.RETRANSMISSION, part(RetransmissionPolicy.class, "timeout"));
        parts.set(PartKind.COVER, part(CoverTrafficStrategy.class, "none"));
        Engine engine = new Engine(ClientConfiguration.DEFAULT.withGateway(
                network.topology().gateways().get(gateway).identity()), parts, environment.environment());
        engine.start();
        engine.awaitReady(PATIENCE);
        return engine;
    }

    static <T> T part(Class<T> type, String name) {
        return ServiceLoader.load(PartFactory.class).stream().map(ServiceLoader.Provider::get)
                .filter(factory -> factory.type() == type && factory.name().equals(name))
                .map(factory -> type.cast(factory.create(Map.of()))).findFirst().orElseThrow();
    }

    /** Notes the delays of the data packets it has sealed. */
    private record Watched(PacketFormat format, Queue<Long> delays) implements PacketFormat {

        Watched(PacketFormat format) {
            this(format, new ConcurrentLinkedQueue<>());
        }

        @Override
        public void prepare(Collection<EncryptionKey> nodeKeys) {
            format.prepare(nodeKeys);
        }

        @Override
        public List<byte[]> seal(List<SealRequest> requests, Randomness randomness) {
            for (SealRequest request : requests) {
                if (request.payloadLength() == DATA_PAYLOAD) {
                    delays.add(request.route().delayNanos());
                }
            }
            return format.seal(requests, randomness);
        }

        @Override
        public Surb createSurb(Route route, Randomness randomness) {
            return format.createSurb(route, randomness);
        }

        @Override
        public byte[] seal(Surb surb, byte[] message, int payloadLength) {
            return format.seal(surb, message, payloadLength);
        }

        @Override
        public Processed process(byte[] packet, SphinxPrivateKey key) throws SphinxException {
            return format.process(packet, key);
        }
    }
}
