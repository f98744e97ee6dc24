package org.cloakwork.directory;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloakwork.api.KnownExit;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.topology.DescribedNodes;
import org.cloakwork.wire.topology.NodeList;
import org.cloakwork.wire.topology.NymApiJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One question to one nym-api directory: three calls at once, the first time four, each of them blocking a virtual
 * thread. Source: protocol/7-network, 1.3, 1.5 and 2.
 */
public final class Directory {

    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);
    private static final int STALE_EPOCHS = 3;
    private static final String BINCODE = "application/bincode";

    /**
     * Where a directory is asked.
     *
     * @param url   its base
     * @param front the host that is connected to instead of the one of the URL; empty: that one
     */
    public record Place(URI url, Optional<String> front) {

        /**
         * @param text a base URL
         * @return it, without a front; empty if it is not http or https with a host, or has more than a port and a path
         */
        public static Optional<Place> of(String text) {
            try {
                URI url = new URI(text);
                boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
                return http && url.getHost() != null && url.getRawQuery() == null && url.getRawFragment() == null
                        && url.getRawUserInfo() == null && url.getPort() <= 0xffff
                        ? Optional.of(new Place(url, Optional.empty())) : Optional.empty();
            } catch (URISyntaxException e) {
                return Optional.empty();
            }
        }

        @Override
        public String toString() {
            return front.map(host -> host + "=>").orElse("") + url;
        }
    }

    private final Place base;
    private final ExecutorService executor;
    private final Semaphore reading;
    private final Duration timeout;
    private Optional<Duration> epochLength;

    /**
     * @param base        where it is
     * @param executor    whose threads are virtual ones
     * @param reading     held while an answer is understood, which takes several times its bytes: one at a time
     * @param timeout     of all calls together
     * @param epochLength empty: not told yet, so it is asked for, too
     */
    public Directory(Place base, ExecutorService executor, Semaphore reading, Duration timeout,
              Optional<Duration> epochLength) {
        this.reading = reading;
        this.epochLength = epochLength;
        this.base = base;
        this.executor = executor;
        this.timeout = timeout;
    }

    /** The error of a call that names its URL already. */
    private static final class CallException extends Exception {

        private static final long serialVersionUID = 1L;

        CallException(String url, String fault, Throwable cause) {
            super(url + ": " + fault, cause, false, false);
        }
    }

    /** What takes a while. */
    @FunctionalInterface
    public interface Source<T> {

        /** {@return the answer} */
        T ask() throws TopologyException, InterruptedException;
    }

    /**
     * @param part     that asks, for errors
     * @param executor whose thread does it
     * @param source   of the answer
     * @return the answer, or a {@link TopologyException}, whatever went wrong
     */
    public static <T> CompletableFuture<T> answer(String part, ExecutorService executor, Source<T> source) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    answer.complete(source.ask());
                } catch (TopologyException e) {
                    answer.completeExceptionally(e);
                } catch (InterruptedException | RejectedExecutionException e) {
                    answer.completeExceptionally(new TopologyException(part + ": closed while asking", e));
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(new TopologyException(part + ": " + e, e));
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new TopologyException(part + ": closed", e));
        }
        return answer;
    }

    /** {@return monotonic time, for who asks one after the other} */
    public static long nanoTime() {
        return System.nanoTime();
    }

    /**
     * @param answer of one
     * @return whether a directory that is awake would have drawn up another one long ago
     */
    public static boolean isStale(Topology answer) {
        return Duration.between(answer.refreshedAt(), Instant.now())
                .compareTo(answer.epochLength().multipliedBy(STALE_EPOCHS)) > 0;
    }

    /** {@return what was told, now or before} */
    public Optional<Duration> epochLength() {
        return epochLength;
    }

    /**
     * @param minimumMixnodePerformancePercent 0 to 100; mix nodes below are left out
     * @param minimumGatewayPerformancePercent 0 to 100; gateways below are left out
     * @return what it describes
     * @throws TopologyException naming the URL and what is wrong
     */
    public Topology topology(int minimumMixnodePerformancePercent, int minimumGatewayPerformancePercent)
            throws TopologyException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        List<Future<?>> calls = new ArrayList<>();
        try {
            Future<Topology.RewardedSet> rewardedSet = submit(this::rewardedSet, calls);
            Future<NodeList> mixnodes = submit(() -> nodes(NodeList.MIXNODES), calls);
            Future<NodeList> gateways = submit(() -> nodes(NodeList.GATEWAYS), calls);
            Future<Optional<Duration>> epoch = submit(epochLength.isPresent() ? () -> epochLength
                    : this::askEpochLength, calls);
            Topology merged = NodeList.merge(await(rewardedSet, NodeList.REWARDED_SET, deadlineNanos),
                    await(mixnodes, NodeList.MIXNODES, deadlineNanos),
                    await(gateways, NodeList.GATEWAYS, deadlineNanos), minimumMixnodePerformancePercent,
                    minimumGatewayPerformancePercent);
            epochLength = await(epoch, NodeList.KEY_ROTATION, deadlineNanos);
            return merged.withEpochLength(epochLength.orElse(Topology.EPOCH));
        } catch (WireException e) {
            throw new TopologyException(base + ": " + e.getMessage(), e);
        } catch (RejectedExecutionException | InterruptedException e) {
            throw new TopologyException(base + ": closed while asking", e);
        } finally {
            // The one time limit: interrupting a call also ends its connection attempt or exchange.
            calls.forEach(call -> call.cancel(true));
        }
    }

    private <T> Future<T> submit(Callable<T> call, List<Future<?>> calls) {
        Future<T> future = executor.submit(call);
        calls.add(future);
        return future;
    }

    private <T> T await(Future<T> call, String path, long deadlineNanos)
            throws TopologyException, InterruptedException {
        try {
            return call.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new TopologyException(shown(url(path, "")) + ": no answer within " + timeout.toMillis() + " ms", e);
        } catch (CancellationException e) {
            throw new TopologyException(base + ": closed while asking", e);
        } catch (ExecutionException e) {
            String message = e.getCause() instanceof CallException known ? known.getMessage()
                    : shown(url(path, "")) + ": " + e.getCause();
            throw new TopologyException(message, e.getCause());
        }
    }

    /**
     * {@return the exits that it names}
     *
     * @throws TopologyException naming the URL and what is wrong
     */
    public List<KnownExit> exits() throws TopologyException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        List<Future<?>> calls = new ArrayList<>();
        try {
            return await(submit(this::askExits, calls), DescribedNodes.PATH, deadlineNanos);
        } catch (RejectedExecutionException | InterruptedException e) {
            throw new TopologyException(base + ": closed while asking", e);
        } finally {
            calls.forEach(call -> call.cancel(true));
        }
    }

    private List<KnownExit> askExits() throws CallException, InterruptedException {
        DescribedNodes described = new DescribedNodes();
        while (!described.isComplete()) {
            get(url(DescribedNodes.PATH, "?page=" + described.nextPage()), body -> {
                described.add(body);
                return described;
            });
        }
        if (!described.faults().isEmpty()) {
            LOG.info("{} faults of described exits were left out, the first: {}", described.faults().size(),
                    described.faults().getFirst());
        }
        return described.exits();
    }

    /** A directory that does not tell has a network like the public one. */
    private Optional<Duration> askEpochLength() throws InterruptedException {
        try {
            return Optional.of(get(url(NodeList.KEY_ROTATION, ""), NymApiJson::readKeyRotationInfo).epochDuration());
        } catch (CallException e) {
            return Optional.empty();
        }
    }

    private Topology.RewardedSet rewardedSet() throws CallException, InterruptedException {
        return get(url(NodeList.REWARDED_SET, ""), NymApiJson::readRewardedSet);
    }

    private NodeList nodes(String path) throws CallException, InterruptedException {
        NodeList list = new NodeList();
        while (!list.isComplete()) {
            get(url(path, "?page=" + list.nextPage()), body -> {
                list.add(body);
                return list;
            });
        }
        return list;
    }

    /** Understands an answer. */
    @FunctionalInterface
    private interface Reader<T> {

        T read(byte[] body) throws WireException;
    }

    private <T> T get(URI url, Reader<T> reader) throws CallException, InterruptedException {
        try (HttpGet answer = HttpGet.of(url, base.front())) {
            if (answer.status() / 100 != 2) {
                throw new CallException(shown(url), "answers with status " + answer.status(), null);
            }
            if (answer.field("content-type").filter(type -> type.toLowerCase(Locale.ROOT).startsWith(BINCODE))
                    .isPresent()) {
                throw new CallException(shown(url), "answers in bincode, not JSON", null);
            }
            byte[] body;
            try (InputStream in = answer.body()) {
                body = in.readNBytes(NodeList.MAX_RESPONSE_BYTES + 1);
                if (body.length > NodeList.MAX_RESPONSE_BYTES) {
                    throw new CallException(shown(url), "answers with more than " + NodeList.MAX_RESPONSE_BYTES
                            + " bytes", null);
                }
                if (body.length == 0) {
                    throw new CallException(shown(url), "answers with an empty body", null);
                }
            }
            reading.acquire();
            try {
                return reader.read(body);
            } finally {
                reading.release();
            }
        } catch (WireException e) {
            throw new CallException(shown(url), e.getMessage(), e);
        } catch (IOException e) {
            throw new CallException(shown(url), e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(),
                    e);
        }
    }

    private String shown(URI url) {
        return new Place(url, base.front()).toString();
    }

    private URI url(String path, String query) {
        String text = base.url().toString();
        return URI.create((text.endsWith("/") ? text : text + "/") + path + query);
    }
}
