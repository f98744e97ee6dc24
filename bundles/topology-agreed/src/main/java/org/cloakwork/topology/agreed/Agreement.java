package org.cloakwork.topology.agreed;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.spi.topology.TopologyException;

/**
 * What enough directories say alike: nodes with their keys, addresses and places in the rewarded set, for one epoch.
 *
 * @param topology of these alone; what others say otherwise are its faults
 * @param alike    directories that say exactly that
 */
record Agreement(Topology topology, int alike) {

    /** Where a node is in the rewarded set. */
    private enum Place { ENTRY, EXIT, LAYER_1, LAYER_2, LAYER_3, STANDBY }

    /** All that matters of a node. */
    private record Said(long id, NodeAddress address, Optional<Node.Entry> entry, IdentityKey identity,
            EncryptionKey key, Set<Place> places) {
    }

    private record Epoch(long id, long keyRotation) {
    }

    /**
     * @param answers  by the name of the directory
     * @param failures of the others, by their names
     * @param enough   so many must say the same, more than half of all
     * @return what they agree on
     * @throws TopologyException if that is no network; names who said what
     */
    static Agreement of(Map<String, Topology> answers, Map<String, String> failures, int enough)
            throws TopologyException {
        List<String> dissents = new ArrayList<>(failures.values());
        Map<Epoch, Map<String, Topology>> epochs = new HashMap<>();
        answers.forEach((name, answer) -> epochs.computeIfAbsent(
                new Epoch(answer.epochId(), answer.keyRotationId()), added -> new TreeMap<>()).put(name, answer));
        Optional<Map.Entry<Epoch, Map<String, Topology>>> most = epochs.entrySet().stream()
                .filter(epoch -> epoch.getValue().size() >= enough).findFirst();
        if (most.isEmpty()) {
            answers.forEach((name, answer) -> dissents.add(name + ": epoch " + answer.epochId() + ", key rotation "
                    + answer.keyRotationId()));
            throw new TopologyException("fewer than " + enough + " directories name the same epoch: "
                    + String.join("; ", dissents));
        }
        Epoch epoch = most.get().getKey();
        Map<String, Topology> same = most.get().getValue();
        answers.forEach((name, answer) -> {
            if (!same.containsKey(name)) {
                dissents.add(name + ": epoch " + answer.epochId() + ", key rotation " + answer.keyRotationId()
                        + ", where " + same.size() + " others have " + epoch.id + " and " + epoch.keyRotation);
            }
        });
        Map<String, Set<Said>> said = new TreeMap<>();
        same.forEach((name, answer) -> said.put(name, said(answer)));
        Map<Said, Integer> counts = new HashMap<>();
        said.values().forEach(nodes -> nodes.forEach(node -> counts.merge(node, 1, Integer::sum)));
        Set<Said> agreed = counts.entrySet().stream().filter(count -> count.getValue() >= enough)
                .map(Map.Entry::getKey).collect(Collectors.toSet());
        int alike = 0;
        for (Map.Entry<String, Set<Said>> each : said.entrySet()) {
            Optional<String> dissent = dissent(each.getValue(), agreed);
            alike += dissent.isPresent() ? 0 : 1;
            dissent.ifPresent(text -> dissents.add(each.getKey() + ": " + text));
        }
        Topology topology = topology(epoch, agreed, List.copyOf(same.values()), enough).withFaults(dissents);
        if (!topology.isRoutable()) {
            throw new TopologyException("what " + enough + " directories agree on is no network: "
                    + String.join("; ", dissents));
        }
        return new Agreement(topology, alike);
    }

    private static Set<Said> said(Topology answer) {
        Topology.RewardedSet set = answer.rewardedSet();
        Map<Place, Set<Long>> places = Map.of(Place.ENTRY, set.entryGateways(), Place.EXIT, set.exitGateways(),
                Place.LAYER_1, set.layer1(), Place.LAYER_2, set.layer2(), Place.LAYER_3, set.layer3(),
                Place.STANDBY, set.standby());
        Set<Said> said = new HashSet<>();
        answer.nodes().forEach((id, node) -> said.add(new Said(id, node.mixAddress(), node.entry(), node.identity(),
                node.sphinxKey(), places.entrySet().stream().filter(place -> place.getValue().contains(id))
                        .map(Map.Entry::getKey).collect(Collectors.toSet()))));
        return said;
    }

    private static Optional<String> dissent(Set<Said> nodes, Set<Said> agreed) {
        Set<Said> own = new HashSet<>(nodes);
        own.removeAll(agreed);
        Set<Said> missing = new HashSet<>(agreed);
        missing.removeAll(nodes);
        if (own.isEmpty() && missing.isEmpty()) {
            return Optional.empty();
        }
        Said first = (own.isEmpty() ? missing : own).stream().min(Comparator.comparingLong(Said::id)).orElseThrow();
        return Optional.of(own.size() + " nodes that too few others name so, " + missing.size()
                + " missing, the first: node " + first.id + ", identity " + first.identity);
    }

    private static Topology topology(Epoch epoch, Set<Said> agreed, List<Topology> answers, int enough) {
        Map<Place, Set<Long>> places = new HashMap<>();
        Map<Long, Node> nodes = new HashMap<>();
        for (Said node : agreed) {
            node.places.forEach(place -> places.computeIfAbsent(place, added -> new HashSet<>()).add(node.id));
            List<Node> as = answers.stream().map(answer -> answer.nodes().get(node.id))
                    .filter(one -> one != null && one.identity().equals(node.identity)).toList();
            Set<Node.Role> roles = new HashSet<>(Set.of(Node.Role.values()));
            as.forEach(one -> roles.retainAll(one.roles()));
            // Each directory measures for itself.
            OptionalInt performance = as.stream().map(Node::performance).flatMapToInt(OptionalInt::stream).min();
            nodes.put(node.id, new Node(node.id, node.address, node.entry, node.identity, node.key, roles,
                    performance));
        }
        Topology.RewardedSet set = new Topology.RewardedSet(epoch.id, at(places, Place.ENTRY), at(places, Place.EXIT),
                at(places, Place.LAYER_1), at(places, Place.LAYER_2), at(places, Place.LAYER_3),
                at(places, Place.STANDBY));
        // The one in the middle: neither end may be a lie.
        Instant made = answers.stream().map(Topology::refreshedAt).sorted().toList().get((answers.size() - 1) / 2);
        Duration length = answers.stream().collect(Collectors.groupingBy(Topology::epochLength)).entrySet().stream()
                .filter(same -> same.getValue().size() >= enough).map(Map.Entry::getKey).findFirst()
                .orElse(Topology.EPOCH);
        return new Topology(epoch.id, epoch.keyRotation, made, set, nodes, answers.getFirst().rejected())
                .withEpochLength(length);
    }

    private static Set<Long> at(Map<Place, Set<Long>> places, Place place) {
        return places.getOrDefault(place, Set.of());
    }
}
