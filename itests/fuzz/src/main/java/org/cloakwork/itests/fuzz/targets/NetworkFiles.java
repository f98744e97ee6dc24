package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.itests.vectors.Vectors;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.topology.TopologyJson;

/** The file of a network. */
public final class NetworkFiles implements Target {

    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
    private static final Topology NETWORK = read();

    private static Topology read() {
        Map<Long, Node> nodes = new HashMap<>();
        for (JsonNode node : Vectors.load("acks.json").root().get("network").get("nodes")) {
            long id = node.get("nodeId").asLong();
            NodeAddress address = NodeAddress.parse(node.get("mixHost").asText());
            boolean gateway = node.get("name").asText().startsWith("gateway");
            List<InetAddress> ips = List.of(address.ip(), NodeAddress.parseIp("2001:db8::1"));
            nodes.put(id, new Node(id, address,
                    gateway ? Optional.of(new Node.Entry(ips, 9000, Optional.of("gateway.example"),
                    OptionalInt.of(9001)))
                            : Optional.empty(),
                    new IdentityKey(Vectors.bytes(node.get("identityPublicKey"))),
                    new EncryptionKey(Vectors.bytes(node.get("sphinxPublicKey"))),
                    gateway ? Set.of(Node.Role.ENTRY, Node.Role.EXIT) : Set.of(Node.Role.MIXNODE),
                    OptionalInt.empty()));
        }
        return new Topology(7, 2, AT, new Topology.RewardedSet(7, Set.of(4L), Set.of(5L), Set.of(1L), Set.of(2L),
                Set.of(3L), Set.of()), nodes);
    }

    static Topology network() {
        return NETWORK;
    }

    static KnownExit exit(Node gateway) {
        return new KnownExit(new MixnetAddress(gateway.identity(), gateway.sphinxKey(), gateway.identity()),
                Optional.of("DE"), OptionalInt.empty());
    }

    @Override
    public String name() {
        return "network-file";
    }

    @Override
    public Stream<byte[]> seeds() {
        byte[] file = TopologyJson.write(NETWORK);
        String text = new String(file, StandardCharsets.UTF_8);
        List<KnownExit> exits = NETWORK.gateways().stream().map(NetworkFiles::exit).toList();
        return Stream.of(file, TopologyJson.write(NETWORK, exits),
                text.replaceFirst("\"metadata\":\\{[^}]*},?", "").getBytes(StandardCharsets.UTF_8),
                text.replace("gateway.example", "[::1]").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> words() {
        return List.of("null", "\"hostname\":", "\"node_id\":4294967295", "::ffff:1.2.3.4", "[::1]:1", "true", "-0",
                "01");
    }

    @Override
    public int maxInputBytes() {
        return 8192;
    }

    @Override
    public long maxAllocatedBytes(int inputBytes) {
        return 1024 * 1024 + 512L * inputBytes;
    }

    @Override
    public List<String> instrumented() {
        return JsonTexts.INSTRUMENTED;
    }

    @Override
    public void check(byte[] input) throws WireException {
        Topology topology;
        List<KnownExit> exits;
        try {
            topology = TopologyJson.read(input, AT);
            exits = TopologyJson.readExits(input);
        } catch (WireException e) {
            require(e.getMessage().length() <= 1000 && e.getMessage().chars().noneMatch(Character::isISOControl),
                    "shown is: " + e.getMessage());
            return;
        }
        requireSame(exits, TopologyJson.readExits(TopologyJson.write(topology, exits)));
        topology.isRoutable();
        Topology again = TopologyJson.read(TopologyJson.write(topology), Instant.EPOCH);
        require(again.faults().isEmpty(), "faults are written");
        requireSame(topology.nodes(), again.nodes());
        requireSame(topology.rewardedSet(), again.rewardedSet());
        require(topology.epochId() == again.epochId() && topology.keyRotationId() == again.keyRotationId()
                && topology.refreshedAt().equals(again.refreshedAt()), "another epoch");
    }
}
