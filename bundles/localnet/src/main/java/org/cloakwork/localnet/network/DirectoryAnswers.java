package org.cloakwork.localnet.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.cloakwork.api.KnownExit;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.topology.DescribedNodes;
import org.cloakwork.wire.topology.KeyRotationInfo;
import org.cloakwork.wire.topology.NodesPage;
import org.cloakwork.wire.topology.NymApiJson;
import org.cloakwork.wire.topology.SkimmedNode;

/**
 * What the directory answers to GET, by path, for the lists by role as path and query. Source: protocol/7-network, 2.
 */
final class DirectoryAnswers {

    private static final ObjectMapper JSON = new ObjectMapper();

    private DirectoryAnswers() {
    }

    static Map<String, byte[]> of(Topology topology, KeyRotationInfo rotation, List<KnownExit> exits) {
        Topology.RewardedSet roles = topology.rewardedSet();
        byte[] mixes = page(topology, union(roles.layer1(), roles.layer2(), roles.layer3()));
        byte[] entries = page(topology, roles.entryGateways());
        byte[] exitGateways = page(topology, roles.exitGateways());
        byte[] all = page(topology, topology.nodes().keySet());
        String skimmed = "/v2/unstable/nym-nodes/skimmed";

        Map<String, byte[]> answers = new HashMap<>();
        answers.put("/v1/epoch/key-rotation-info", NymApiJson.write(rotation));
        answers.put("/v1/nym-nodes/rewarded-set", NymApiJson.write(roles));
        answers.put(skimmed, all);
        answers.put(skimmed + "?role=active-mixnode", mixes);
        answers.put(skimmed + "?role=entry-gateway", entries);
        answers.put(skimmed + "?role=exit-gateway", exitGateways);
        answers.put(skimmed + "/mixnodes/active", mixes);
        answers.put(skimmed + "/mixnodes/all", mixes);
        answers.put(skimmed + "/entry-gateways", entries);
        answers.put(skimmed + "/exit-gateways", exitGateways);
        answers.put("/v2/unstable/nym-nodes/semi-skimmed", semiSkimmed(all));
        // Gateways with an exit only: Nym's nodes measure the way to whom it lists, and there is no need.
        byte[] described = DescribedNodes.write(exits.stream().flatMap(exit -> topology.node(exit.address().gateway())
                .map(gateway -> new DescribedNodes.Described(gateway, Optional.of(exit))).stream()).toList(),
                topology.keyRotationId());
        answers.put("/v1/nym-nodes/described", described);
        answers.put("/v2/nym-nodes/described", described);
        answers.put("/v1/epoch/current", json("null"));
        answers.put("/v1/api-status/health", json("{\"status\":\"up\"}"));
        return Map.copyOf(answers);
    }

    @SafeVarargs
    private static Set<Long> union(Set<Long>... sets) {
        Set<Long> union = new TreeSet<>();
        for (Set<Long> set : sets) {
            union.addAll(set);
        }
        return union;
    }

    private static byte[] page(Topology topology, Set<Long> ids) {
        List<SkimmedNode> nodes = new ArrayList<>();
        for (long id : new TreeSet<>(ids)) {
            Node node = topology.nodes().get(id);
            nodes.add(SkimmedNode.of(node, topology.rewardedSet()));
        }
        return NymApiJson.write(new NodesPage(new NodesPage.Metadata(Optional.empty(), topology.epochId(),
                topology.keyRotationId(), topology.refreshedAt()), nodes.size(), 0, nodes));
    }

    /** {@return a page of skimmed nodes with every node wrapped, and no noise keys: our nodes speak plain TCP} */
    private static byte[] semiSkimmed(byte[] page) {
        try {
            ObjectNode root = (ObjectNode) JSON.readTree(page);
            ObjectNode nodes = (ObjectNode) root.get("nodes");
            ArrayNode wrapped = JSON.createArrayNode();
            for (JsonNode node : nodes.get("data")) {
                wrapped.addObject().putNull("x25519_noise_versioned_key").set("basic", node);
            }
            nodes.set("data", wrapped);
            return Directory.bytes(root);
        } catch (IOException e) {
            throw new IllegalStateException("the directory cannot read its own list", e);
        }
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
