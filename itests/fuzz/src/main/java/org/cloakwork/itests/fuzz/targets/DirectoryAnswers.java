package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.api.KnownExit;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.topology.DescribedNodes;
import org.cloakwork.wire.topology.KeyRotationInfo;
import org.cloakwork.wire.topology.NodeList;
import org.cloakwork.wire.topology.NodesPage;
import org.cloakwork.wire.topology.NymApiJson;
import org.cloakwork.wire.topology.SkimmedNode;

/** What a directory answers: pages of nodes, the rewarded set, when keys rotate. */
public final class DirectoryAnswers implements Target {

    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

    @Override
    public String name() {
        return "directory";
    }

    @Override
    public Stream<byte[]> seeds() {
        List<SkimmedNode> nodes = NetworkFiles.network().nodes().values().stream()
                .map(node -> SkimmedNode.of(node, NetworkFiles.network().rewardedSet())).toList();
        NodesPage.Metadata metadata = new NodesPage.Metadata(Optional.empty(), 7, 2, AT);
        return Stream.of(NymApiJson.write(new NodesPage(metadata, nodes.size(), 0, nodes)),
                NymApiJson.write(new NodesPage(new NodesPage.Metadata(Optional.of("no-updates"), 7, 2, AT), 1, 0,
                        nodes.subList(0, 1))),
                NymApiJson.write(new NodesPage(new NodesPage.Metadata(Optional.of("{\"fresh\":{\"a\":1}}"), 7, 2, AT),
                0, 0,
                        List.of())),
                new String(NymApiJson.write(new NodesPage(metadata, 1, 0, nodes.subList(0, 1))),
                        StandardCharsets.UTF_8).replace("2026-01-02T03:04:05Z", "2024-05-23 07:41:02.756 +00:00:00")
                        .getBytes(StandardCharsets.UTF_8),
                DescribedNodes.write(NetworkFiles.network().gateways().stream().map(node ->
                        new DescribedNodes.Described(node, Optional.of(NetworkFiles.exit(node)))).toList(), 2),
                NymApiJson.write(NetworkFiles.network().rewardedSet()),
                NymApiJson.write(new KeyRotationInfo(24, 1, 30, AT, Duration.ofHours(1))));
    }

    @Override
    public List<String> words() {
        return List.of("\"fresh\":", "no-updates", "null", "EntryGateway", "ExitGateway", "Standby", "Inactive",
                "{\"Mixnode\":{\"layer\":3}}", "epoch_role", "\"0.5\"", "localhost", "2026-01-02T03:04:05.5+01:00",
                "::ffff:1.2.3.4", "fe80::1%1", "1e999", "\"location\":\"DE\"", "network_requester");
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
        page(input);
        described(input);
        try {
            Topology.RewardedSet set = NymApiJson.readRewardedSet(input);
            requireSame(set, NymApiJson.readRewardedSet(NymApiJson.write(set)));
        } catch (WireException e) {
            shownSafely(e);
        }
        KeyRotationInfo info;
        try {
            info = NymApiJson.readKeyRotationInfo(input);
        } catch (WireException e) {
            shownSafely(e);
            return;
        }
        requireSame(info, NymApiJson.readKeyRotationInfo(NymApiJson.write(info)));
        require(info.rotationId(info.currentEpochId()) >= 0, "a negative rotation");
    }

    private static void page(byte[] input) throws WireException {
        NodesPage page;
        try {
            page = NymApiJson.readNodesPage(input);
        } catch (WireException e) {
            shownSafely(e);
            return;
        }
        page.malformed().forEach(node -> shownSafely(node.fault()));
        page.faults().forEach(DirectoryAnswers::shownSafely);
        byte[] written = NymApiJson.write(page);
        requireSame(written, NymApiJson.write(NymApiJson.readNodesPage(written)));
        require(page.nodes().stream().allMatch(node -> node.performancePercent() >= 0
                && node.performancePercent() <= 100), "a performance out of range");
        try {
            NodeList list = new NodeList();
            list.add(input);
            Topology topology = NodeList.merge(NetworkFiles.network().rewardedSet(), list, list, 50, 50);
            require(topology.isRoutable(), "taken over without a route");
        } catch (WireException e) {
            shownSafely(e);
        }
    }

    private static void described(byte[] input) {
        DescribedNodes described = new DescribedNodes();
        try {
            described.add(input);
        } catch (WireException e) {
            shownSafely(e);
        }
        described.faults().forEach(DirectoryAnswers::shownSafely);
        require(described.exits().stream().map(KnownExit::address).distinct().count() == described.exits().size(),
                "an address twice");
    }

    private static void shownSafely(WireException e) {
        shownSafely(e.getMessage());
    }

    private static void shownSafely(String line) {
        require(line.length() <= 1000 && line.chars().noneMatch(Character::isISOControl), "shown is: " + line);
    }
}
