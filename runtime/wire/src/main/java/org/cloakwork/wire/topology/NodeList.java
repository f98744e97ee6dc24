package org.cloakwork.wire.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.topology.NodesPage.Malformed;
import org.cloakwork.wire.topology.NodesPage.Metadata;

/**
 * A list of nodes that a directory tells in pages: one after the other, until it holds as many nodes as there are, as
 * Nym's clients do. Whoever asks knows how; this knows what for and what it means.
 */
public final class NodeList {

    /** Path of how often keys are rotated; a directory that does not tell has a network like the public one. */
    public static final String KEY_ROTATION = "v1/epoch/key-rotation-info";
    /** Path of who does what in this epoch. */
    public static final String REWARDED_SET = "v1/nym-nodes/rewarded-set";
    /** Path of the list of mix nodes; pages are asked for by {@code ?page=}. */
    public static final String MIXNODES = "v2/unstable/nym-nodes/skimmed/mixnodes/active";
    /** Path of the list of gateways; pages are asked for by {@code ?page=}. */
    public static final String GATEWAYS = "v2/unstable/nym-nodes/skimmed/entry-gateways";
    /** Longest answer, in bytes; the public network's are some hundreds of kilobytes. */
    public static final int MAX_RESPONSE_BYTES = 8 * 1024 * 1024;
    /** Of all pages of a list together. */
    static final long MAX_LIST_BYTES = 8L * MAX_RESPONSE_BYTES;

    /** Most nodes of one list; the public network has some hundreds. */
    public static final int MAX_NODES = 50_000;
    static final int MAX_PAGES = 1000;

    private final List<SkimmedNode> nodes = new ArrayList<>();
    private final List<Malformed> malformed = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private Metadata metadata;
    private int pages;
    private long bytes;
    private boolean complete;

    /** Makes an empty one, which begins with page 0. */
    public NodeList() {
    }

    /** {@return whether there is no further page} */
    public boolean isComplete() {
        return complete;
    }

    /** {@return the number of the page to ask for} */
    public int nextPage() {
        return pages;
    }

    /**
     * Takes the page that was asked for.
     *
     * @param body what the directory answered
     * @throws WireException if it is not that page, or does not belong to those before
     */
    public void add(byte[] body) throws WireException {
        bytes += body.length;
        if (bytes > MAX_LIST_BYTES) {
            throw new WireException("more than " + MAX_LIST_BYTES + " bytes in all pages");
        }
        NodesPage page = NymApiJson.readNodesPage(body);
        if (page.page() != pages) {
            throw new WireException("is page " + page.page());
        }
        if (metadata == null) {
            metadata = page.metadata();
        } else {
            requireAgreement("this page and the first", page.metadata(), metadata);
        }
        int before = size();
        nodes.addAll(page.nodes());
        malformed.addAll(page.malformed());
        faults.addAll(page.faults());
        pages++;
        complete = size() >= page.total();
        if (page.total() > MAX_NODES || size() > MAX_NODES) {
            throw new WireException("more than " + MAX_NODES + " nodes");
        }
        if (!complete && size() == before) {
            throw new WireException("ends after " + before + " of " + page.total() + " nodes");
        }
        if (!complete && pages == MAX_PAGES) {
            throw new WireException("more than " + MAX_PAGES + " pages");
        }
    }

    private int size() {
        return nodes.size() + malformed.size();
    }

    /**
     * Puts together what a directory said.
     *
     * @param rewardedSet                      what {@link #REWARDED_SET} says
     * @param mixnodes                         whole
     * @param gateways                         whole
     * @param minimumMixnodePerformancePercent mix nodes below are rejected
     * @param minimumGatewayPerformancePercent gateways below are rejected
     * @return a topology that is routable
     * @throws WireException if the lists do not belong together, or nothing can be routed
     */
    public static Topology merge(Topology.RewardedSet rewardedSet, NodeList mixnodes, NodeList gateways,
                                 int minimumMixnodePerformancePercent, int minimumGatewayPerformancePercent)
            throws WireException {
        requireAgreement("the lists of mix nodes and gateways", mixnodes.metadata, gateways.metadata);
        Map<Long, Node> nodes = new HashMap<>();
        List<Topology.Rejected> rejected = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        putMalformed(rejected, faults, mixnodes, Node.Role.MIXNODE);
        putMalformed(rejected, faults, gateways, Node.Role.ENTRY);
        putUsable(nodes, rejected, mixnodes, Node.Role.MIXNODE, minimumMixnodePerformancePercent);
        putUsable(nodes, rejected, gateways, Node.Role.ENTRY, minimumGatewayPerformancePercent);
        Metadata metadata = mixnodes.metadata;
        return RoutableTopology.require(new Topology(metadata.absoluteEpochId(), metadata.rotationId(),
                metadata.refreshedAt(), rewardedSet, nodes, rejected).withFaults(faults));
    }

    private static void putMalformed(List<Topology.Rejected> rejected, List<String> faults, NodeList list,
                                     Node.Role role) {
        list.malformed.forEach(node -> node.identity().ifPresentOrElse(
                identity -> rejected.add(new Topology.Rejected(identity, role, node.fault())),
                () -> faults.add(node.fault())));
        faults.addAll(list.faults);
    }

    private static void putUsable(Map<Long, Node> nodes, List<Topology.Rejected> rejected, NodeList list,
                                  Node.Role role, int minimumPerformancePercent) {
        for (SkimmedNode node : list.nodes) {
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
}
