package org.cloakwork.topology.nymapi;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.topology.NodesPage;
import org.cloakwork.wire.topology.NodesPage.Malformed;
import org.cloakwork.wire.topology.NodesPage.Metadata;
import org.cloakwork.wire.topology.NymApiJson;
import org.cloakwork.wire.topology.RoutableTopology;
import org.cloakwork.wire.topology.SkimmedNode;

/** One question to one directory: three calls at once, the first time four, each of them blocking a virtual thread. */
final class Directory {

    static final int MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
    /** Of one list; the public network has some hundreds. */
    static final int MAX_NODES = 50_000;
    static final int MAX_PAGES = 1000;

    private static final String KEY_ROTATION = "v1/epoch/key-rotation-info";
    private static final String REWARDED_SET = "v1/nym-nodes/rewarded-set";
    private static final String MIXNODES = "v2/unstable/nym-nodes/skimmed/mixnodes/active";
    private static final String GATEWAYS = "v2/unstable/nym-nodes/skimmed/entry-gateways";
    private static final String BINCODE = "application/bincode";

    private final URI base;
    private final ExecutorService executor;
    private final Duration timeout;
    private Optional<Duration> epochLength;

    /** @param epochLength empty: not told yet, so it is asked for, too */
    Directory(URI base, ExecutorService executor, Duration timeout, Optional<Duration> epochLength) {
        this.epochLength = epochLength;
        this.base = base;
        this.executor = executor;
        this.timeout = timeout;
    }

    private record NodeList(Metadata metadata, List<SkimmedNode> nodes, List<Malformed> malformed,
                            List<String> faults) {

        private int size() {
            return nodes.size() + malformed.size();
        }
    }

    /** The error of a call that names its URL already. */
    private static final class CallException extends Exception {

        private static final long serialVersionUID = 1L;

        CallException(URI url, String fault, Throwable cause) {
            super(url + ": " + fault, cause, false, false);
        }
    }

    /** {@return what was told, now or before} */
    Optional<Duration> epochLength() {
        return epochLength;
    }

    Topology topology(int minimumMixnodePerformancePercent, int minimumGatewayPerformancePercent)
            throws TopologyException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        List<Future<?>> calls = new ArrayList<>();
        try {
            Future<Topology.RewardedSet> rewardedSet = submit(this::rewardedSet, calls);
            Future<NodeList> mixnodes = submit(() -> nodes(MIXNODES), calls);
            Future<NodeList> gateways = submit(() -> nodes(GATEWAYS), calls);
            Future<Optional<Duration>> epoch = submit(epochLength.isPresent() ? () -> epochLength
                    : this::askEpochLength, calls);
            Topology merged = merge(await(rewardedSet, REWARDED_SET, deadlineNanos),
                    await(mixnodes, MIXNODES, deadlineNanos),
                    await(gateways, GATEWAYS, deadlineNanos), minimumMixnodePerformancePercent,
                    minimumGatewayPerformancePercent);
            epochLength = await(epoch, KEY_ROTATION, deadlineNanos);
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
            throw new TopologyException(url(path, "") + ": no answer within " + timeout.toMillis() + " ms", e);
        } catch (CancellationException e) {
            throw new TopologyException(base + ": closed while asking", e);
        } catch (ExecutionException e) {
            String message = e.getCause() instanceof CallException known ? known.getMessage()
                    : url(path, "") + ": " + e.getCause();
            throw new TopologyException(message, e.getCause());
        }
    }

    private static Topology merge(Topology.RewardedSet rewardedSet, NodeList mixnodes, NodeList gateways,
                                  int minimumMixnodePerformancePercent, int minimumGatewayPerformancePercent)
            throws WireException {
        requireAgreement("the lists of mix nodes and gateways", mixnodes.metadata(), gateways.metadata());
        Map<Long, Node> nodes = new HashMap<>();
        List<Topology.Rejected> rejected = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        putMalformed(rejected, faults, mixnodes, Node.Role.MIXNODE);
        putMalformed(rejected, faults, gateways, Node.Role.ENTRY);
        putUsable(nodes, rejected, mixnodes, Node.Role.MIXNODE, minimumMixnodePerformancePercent);
        putUsable(nodes, rejected, gateways, Node.Role.ENTRY, minimumGatewayPerformancePercent);
        Metadata metadata = mixnodes.metadata();
        return RoutableTopology.require(new Topology(metadata.absoluteEpochId(), metadata.rotationId(),
                metadata.refreshedAt(), rewardedSet, nodes, rejected).withFaults(faults));
    }

    private static void putMalformed(List<Topology.Rejected> rejected, List<String> faults, NodeList list,
                                     Node.Role role) {
        list.malformed().forEach(node -> node.identity().ifPresentOrElse(
                identity -> rejected.add(new Topology.Rejected(identity, role, node.fault())),
                () -> faults.add(node.fault())));
        faults.addAll(list.faults());
    }

    private static void putUsable(Map<Long, Node> nodes, List<Topology.Rejected> rejected, NodeList list,
                                  Node.Role role, int minimumPerformancePercent) {
        for (SkimmedNode node : list.nodes()) {
            Optional<Node> usable = node.toNode();
            if (usable.isEmpty()) {
                rejected.add(new Topology.Rejected(node.identity(), role, "no address"));
            } else if (node.performancePercent() < minimumPerformancePercent) {
                rejected.add(new Topology.Rejected(node.identity(), role, "performance " + node.performancePercent()
                        + " % is below " + minimumPerformancePercent + " %"));
            } else {
                nodes.put(node.id(), usable.get());
            }
        }
    }

    private static void requireAgreement(String what, Metadata one, Metadata other) throws WireException {
        if (one.absoluteEpochId() != other.absoluteEpochId()) {
            throw disagreement(what, "absolute_epoch_id", one.absoluteEpochId(), other.absoluteEpochId());
        }
        if (one.rotationId() != other.rotationId()) {
            throw disagreement(what, "rotation_id", one.rotationId(), other.rotationId());
        }
        if (!one.status().equals(other.status())) {
            throw new WireException(what + " disagree in status");
        }
    }

    private static WireException disagreement(String what, String field, long one, long other) {
        return new WireException(what + " disagree in " + field + ": " + one + " and " + other);
    }

    /** A directory that does not tell has a network like the public one. */
    private Optional<Duration> askEpochLength() {
        try {
            return Optional.of(NymApiJson.readKeyRotationInfo(get(url(KEY_ROTATION, ""))).epochDuration());
        } catch (CallException | WireException e) {
            return Optional.empty();
        }
    }

    private Topology.RewardedSet rewardedSet() throws CallException, InterruptedException {
        URI url = url(REWARDED_SET, "");
        byte[] body = get(url);
        try {
            return NymApiJson.readRewardedSet(body);
        } catch (WireException e) {
            throw new CallException(url, e.getMessage(), e);
        }
    }

    /** Goes on to the next page until it holds as many nodes as there are, as Nym's clients do. */
    private NodeList nodes(String path) throws CallException, InterruptedException {
        NodeList list = null;
        for (int number = 0; number < MAX_PAGES; number++) {
            URI url = url(path, "?page=" + number);
            byte[] body = get(url);
            try {
                NodesPage page = NymApiJson.readNodesPage(body);
                if (page.page() != number) {
                    throw new WireException("is page " + page.page());
                }
                if (list == null) {
                    list = new NodeList(page.metadata(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
                } else {
                    requireAgreement("this page and the first", page.metadata(), list.metadata());
                }
                int before = list.size();
                list.nodes().addAll(page.nodes());
                list.malformed().addAll(page.malformed());
                list.faults().addAll(page.faults());
                if (page.total() > MAX_NODES || list.size() > MAX_NODES) {
                    throw new WireException("more than " + MAX_NODES + " nodes");
                }
                if (list.size() >= page.total()) {
                    return list;
                }
                if (list.size() == before) {
                    throw new WireException("ends after " + before + " of " + page.total() + " nodes");
                }
            } catch (WireException e) {
                throw new CallException(url, e.getMessage(), e);
            }
        }
        throw new CallException(url(path, ""), "more than " + MAX_PAGES + " pages", null);
    }

    private byte[] get(URI url) throws CallException {
        try (HttpGet answer = HttpGet.of(url)) {
            if (answer.status() / 100 != 2) {
                throw new CallException(url, "answers with status " + answer.status(), null);
            }
            if (answer.field("content-type").filter(type -> type.toLowerCase(Locale.ROOT).startsWith(BINCODE))
                    .isPresent()) {
                throw new CallException(url, "answers in bincode, not JSON", null);
            }
            try (InputStream in = answer.body()) {
                byte[] body = in.readNBytes(MAX_RESPONSE_BYTES + 1);
                if (body.length > MAX_RESPONSE_BYTES) {
                    throw new CallException(url, "answers with more than " + MAX_RESPONSE_BYTES + " bytes", null);
                }
                if (body.length == 0) {
                    throw new CallException(url, "answers with an empty body", null);
                }
                return body;
            }
        } catch (IOException e) {
            throw new CallException(url, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e);
        }
    }

    private URI url(String path, String query) {
        String text = base.toString();
        return URI.create((text.endsWith("/") ? text : text + "/") + path + query);
    }
}
