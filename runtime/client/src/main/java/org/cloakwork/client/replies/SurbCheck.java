package org.cloakwork.client.replies;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloakwork.client.base.Counter;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.ReplySurb;

/**
 * Looks at reply blocks of others before they are kept. A packet made with one must look to our gateway like any other
 * of ours, so its first hop has to be a mix that our own packets begin with, and its label one that they carry.
 */
final class SurbCheck {

    /** Of a packet. Source: protocol/1-sphinx, 2. */
    private static final int MOST_HOPS = 5;
    /** So long whoever made a block may not have known of a new epoch: twice the period at which clients ask. */
    static final Duration GRACE = Duration.ofMinutes(10);

    private final Counters<Counter> counters;
    private Set<NodeAddress> firstHops = Set.of();
    /** First hops of before, and until when they are still taken. */
    private final Map<NodeAddress, Long> earlier = new HashMap<>();
    private KeyRotation rotation = KeyRotation.UNKNOWN;

    SurbCheck(Counters<Counter> counters) {
        this.counters = counters;
    }

    /**
     * @param present  the present topology
     * @param nowNanos monotonic time
     */
    void topologyChanged(Topology present, long nowNanos) {
        rotation = present.keyRotation();
        Set<NodeAddress> now = present.layer(1).stream().map(Node::mixAddress).collect(Collectors.toUnmodifiableSet());
        earlier.values().removeIf(until -> nowNanos - until > 0);
        firstHops.stream().filter(hop -> !now.contains(hop))
                .forEach(hop -> earlier.put(hop, nowNanos + GRACE.toNanos()));
        firstHops = now;
    }

    /**
     * @param surbs    of somebody else
     * @param nowNanos monotonic time
     * @return those that may be used, with the label a packet with them gets; the others are counted
     */
    List<ReplySurb> usable(List<ReplySurb> surbs, long nowNanos) {
        List<ReplySurb> usable = new ArrayList<>(surbs.size());
        for (ReplySurb surb : surbs) {
            Long until = earlier.get(surb.surb().firstHop());
            if (surb.surb().hops() > MOST_HOPS) {
                counters.count(Counter.SURBS_HOPS);
            } else if (!firstHops.contains(surb.surb().firstHop()) && (until == null || nowNanos - until > 0)) {
                counters.count(Counter.SURBS_FIRST_HOP);
            } else {
                usable.add(labelled(surb));
            }
        }
        return usable;
    }

    /**
     * Blocks without a label, or in a network of which no rotation is known, get the label that all our packets carry.
     */
    private ReplySurb labelled(ReplySurb surb) {
        boolean asIs = surb.rotation() == rotation
                || surb.rotation() != KeyRotation.UNKNOWN && rotation != KeyRotation.UNKNOWN;
        return asIs ? surb : new ReplySurb(surb.key(), surb.surb(), rotation);
    }

    /** {@return whether our own packets may begin there at present} */
    boolean isFirstHop(ReplySurb surb) {
        return firstHops.contains(surb.surb().firstHop());
    }
}
