package org.cloakwork.client.session;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.client.base.Environment;
import org.cloakwork.client.base.GatewayPolicy;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few gateways a client uses, drawn at random once and kept, in order: whoever blocks one of them brings it to the
 * next of them, and never to one of his own choice. One is replaced after weeks, or when it was gone from the network
 * for days. Used on the client's own thread.
 */
final class Guards {

    private static final Logger LOG = LoggerFactory.getLogger(Guards.class);

    /** How long a guard stays, but for {@link #SPREAD}. */
    static final Duration LIFETIME = Duration.ofDays(60);
    /** How much less or more than {@link #LIFETIME} at most, drawn for each, so that not all go at once. */
    static final Duration SPREAD = Duration.ofDays(15);
    /** One that cannot be used according to the topology for so long is replaced. */
    static final Duration UNLISTED_LIMIT = Duration.ofDays(7);
    private static final int MOST_NAMED = 5;

    private final Environment environment;
    private final GatewayPolicy policy;
    private final Ledger ledger;
    private List<Saved.Guard> guards;
    /** The nodes of the topology before. */
    private Set<IdentityKey> known;
    /** Why others cannot be drawn. */
    private Map<IdentityKey, String> rejections = Map.of();

    /** @param saved what was there before the client started; a gateway of before there were guards is the first */
    Guards(Environment environment, GatewayPolicy policy, Saved saved, Ledger ledger) {
        this.environment = environment;
        this.policy = policy;
        this.ledger = ledger;
        guards = saved.guards().isEmpty()
                ? saved.gateway().filter(saved.registrations()::containsKey).map(this::guard).stream().toList()
                : saved.guards();
        known = saved.topology().map(last -> identities(last.topology())).orElse(Set.of());
    }

    private static Set<IdentityKey> identities(Topology topology) {
        return topology.nodes().values().stream().map(Node::identity).collect(Collectors.toUnmodifiableSet());
    }

    private Saved.Guard guard(IdentityKey gateway) {
        Instant now = environment.clock().now();
        long spread = 2 * SPREAD.toHours();
        return new Saved.Guard(gateway, now, now.plus(LIFETIME).minus(SPREAD)
                .plus(Duration.ofHours(environment.randomness().nextInt((int) spread + 1))), Optional.empty());
    }

    /** {@return them, the first to be used first} */
    List<IdentityKey> order() {
        return !policy.named().isEmpty() ? policy.named() : guards.stream().map(Saved.Guard::gateway).toList();
    }

    boolean contains(IdentityKey gateway) {
        return order().contains(gateway);
    }

    /** {@return when the first place is free that is taken by one that is gone, if any is} */
    Optional<Instant> nextReplacement() {
        return !policy.named().isEmpty() ? Optional.empty()
                : guards.stream().flatMap(guard -> guard.unlistedSince().stream()).min(Comparator.naturalOrder())
                .map(since -> since.plus(UNLISTED_LIMIT));
    }

    /** {@return why no gateway can be drawn, for people} */
    String rejections() {
        return rejections.isEmpty() ? "no node of the network takes clients"
                : "no gateway can be used: " + text(rejections);
    }

    private static String text(Map<IdentityKey, String> reasons) {
        String named = reasons.entrySet().stream().limit(MOST_NAMED)
                .map(reason -> reason.getKey() + ": " + reason.getValue()).collect(Collectors.joining(", "));
        return reasons.size() <= MOST_NAMED ? named : named + " and " + (reasons.size() - MOST_NAMED) + " more";
    }

    /** Takes note of who is in the network, lets those go whose time has come, and fills the free places. */
    void update(Topology topology) {
        if (!policy.named().isEmpty()) {
            return;
        }
        Set<IdentityKey> present = identities(topology);
        if (!guards.isEmpty() && !known.isEmpty() && Collections.disjoint(known, present)) {
            LOG.warn("this is another network, none of the {} nodes of before is in it: gateways are drawn anew",
                    known.size());
            guards = List.of();
        }
        known = present;
        Instant now = environment.clock().now();
        List<Saved.Guard> next = new ArrayList<>();
        for (Saved.Guard guard : guards) {
            Optional<Instant> unlisted = topology.node(guard.gateway())
                    .filter(node -> Reach.of(node, policy.tls()).isPossible()).isPresent() ? Optional.empty()
                    : Optional.of(guard.unlistedSince().orElse(now));
            next.add(new Saved.Guard(guard.gateway(), guard.since(), guard.until(), unlisted));
        }
        Map<IdentityKey, String> before = rejections;
        List<IdentityKey> candidates = candidates(topology);
        int replaceable = candidates.size();
        for (Saved.Guard guard : List.copyOf(next)) {
            if (replaceable > 0 && isOver(guard, now)) {
                LOG.info("guard {} is replaced", guard.gateway());
                next.remove(guard);
                replaceable--;
            }
        }
        boolean draws = next.size() < policy.guards();
        while (next.size() < policy.guards() && !candidates.isEmpty()) {
            next.add(guard(candidates.remove(environment.randomness().nextInt(candidates.size()))));
        }
        if (draws && !rejections.isEmpty() && !rejections.equals(before)) {
            LOG.info("gateways that cannot be used: {}", text(rejections));
        }
        keep(List.copyOf(next.subList(0, Math.min(next.size(), policy.guards()))));
    }

    private boolean isOver(Saved.Guard guard, Instant now) {
        boolean gone = guard.unlistedSince().filter(since -> !now.isBefore(since.plus(UNLISTED_LIMIT))).isPresent();
        // The only one is pinned.
        return gone || policy.guards() > 1 && !now.isBefore(guard.until());
    }

    private List<IdentityKey> candidates(Topology topology) {
        List<IdentityKey> candidates = new ArrayList<>();
        Map<IdentityKey, String> rejected = new LinkedHashMap<>();
        for (Node node : topology.nodes().values().stream().sorted(Comparator.comparingLong(Node::id)).toList()) {
            if (!contains(node.identity()) && !node.roles().equals(Set.of(Node.Role.MIXNODE))) {
                topology.rejection(node.identity(), Node.Role.ENTRY).or(() -> fault(node)).ifPresentOrElse(
                        reason -> rejected.put(node.identity(), reason), () -> candidates.add(node.identity()));
            }
        }
        for (Topology.Rejected left : topology.rejected()) {
            if (left.role() == Node.Role.ENTRY && topology.node(left.identity()).isEmpty()) {
                rejected.put(left.identity(), left.reason());
            }
        }
        rejections = rejected;
        return candidates;
    }

    private Optional<String> fault(Node node) {
        return Reach.of(node, policy.tls()).fault().or(() -> node.roles().contains(Node.Role.ENTRY) ? Optional.empty()
                : Optional.of("no entry gateway in this epoch"));
    }

    /** @param first the ones to come first, in this order */
    void prefer(List<IdentityKey> first) {
        List<Saved.Guard> next = new ArrayList<>(guards);
        next.sort(Comparator.comparingInt(guard -> {
            int place = first.indexOf(guard.gateway());
            return place < 0 ? first.size() : place;
        }));
        keep(List.copyOf(next));
    }

    private void keep(List<Saved.Guard> next) {
        if (!next.equals(guards)) {
            guards = next;
            ledger.guards(guards);
        }
    }
}
