package org.cloakwork.wire.topology;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.JsonText;

/**
 * The answers of a nym-api directory that clients read. Reading ignores unknown fields and names the field that is
 * wrong. Source: protocol/7-network, 2.3.
 */
public final class NymApiJson {

    private static final String NO_UPDATES = "no-updates";
    private static final int MAX_LAYER = 0xff;
    /** Up to 18 places, as the chain's decimals have. */
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,39}(\\.\\d{1,18})?");
    /** The directory's own form, {@code 2024-05-23 07:41:02.756283766 +00:00:00}. */
    private static final Pattern DIRECTORY_TIME =
            Pattern.compile("(\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?) ([+-]\\d\\d:\\d\\d):\\d\\d");

    private NymApiJson() {
    }

    /**
     * What a list of nodes belongs to; the lists of one refresh must agree in all but the time.
     *
     * @param status          as sent, objects with their keys in order; empty for null
     * @param absoluteEpochId u32
     * @param rotationId      which rotation's Sphinx keys are listed, u32
     * @param refreshedAt     when the directory made it; 1970 if its form is unknown
     */
    public record Metadata(Optional<String> status, long absoluteEpochId, long rotationId, Instant refreshedAt) {

        public Metadata {
            Objects.requireNonNull(status);
            Objects.requireNonNull(refreshedAt);
        }
    }

    /**
     * A page of a list of nodes.
     *
     * @param metadata  of the list
     * @param total     nodes on all pages
     * @param page      its number, from 0
     * @param nodes     on this page that can be read
     * @param malformed the others
     * @param faults    what of the nodes was left out, such as a name that is none: one line each, naming the field
     */
    public record NodesPage(Metadata metadata, long total, long page, List<SkimmedNode> nodes,
                            List<Malformed> malformed, List<String> faults) {

        public NodesPage {
            Objects.requireNonNull(metadata);
            nodes = List.copyOf(nodes);
            malformed = List.copyOf(malformed);
            faults = List.copyOf(faults);
        }

        /**
         * A page without faults.
         *
         * @param metadata of the list
         * @param total    nodes on all pages
         * @param page     its number, from 0
         * @param nodes    on this page
         */
        public NodesPage(Metadata metadata, long total, long page, List<SkimmedNode> nodes) {
            this(metadata, total, page, nodes, List.of(), List.of());
        }
    }

    /**
     * A node in a list that cannot be read.
     *
     * @param identity who it is, if that can be read
     * @param fault    names the field
     */
    public record Malformed(Optional<IdentityKey> identity, String fault) {

        public Malformed {
            Objects.requireNonNull(identity);
            Objects.requireNonNull(fault);
        }
    }

    /** What a node does in an epoch, as the directory sees it. */
    public sealed interface EpochRole {

        /** @param layer 1 to 3, u8 */
        record Mixnode(int layer) implements EpochRole {
        }

        /** Any other. */
        enum Other implements EpochRole { ENTRY_GATEWAY, EXIT_GATEWAY, STANDBY, INACTIVE }
    }

    /**
     * What a node declared to be able to do.
     *
     * @param mixnode mixes
     * @param entry   accepts clients
     * @param exitNr  runs a network requester
     * @param exitIpr runs an IP packet router
     */
    public record DeclaredRoles(boolean mixnode, boolean entry, boolean exitNr, boolean exitIpr) {
    }

    /**
     * Where clients connect to a gateway, at its addresses.
     *
     * @param hostname      if announced, as {@link HostName} allows it
     * @param websocketPort plain
     * @param securePort    TLS, if announced
     */
    public record EntryPorts(Optional<String> hostname, int websocketPort, OptionalInt securePort) {

        public EntryPorts {
            Objects.requireNonNull(hostname);
            Objects.requireNonNull(securePort);
        }
    }

    /**
     * A node in a list.
     *
     * @param id          u32
     * @param identity    who it is
     * @param addresses   numeric, the first for mix packets; may be empty
     * @param mixPort     where it takes mix packets
     * @param sphinxKey   of the list's rotation
     * @param role        in this epoch; routes follow the rewarded set instead
     * @param roles       what it is able to do
     * @param entry       where clients connect, if it is a gateway
     * @param performance 0 to 1
     */
    public record SkimmedNode(long id, IdentityKey identity, List<InetAddress> addresses, int mixPort,
                              EncryptionKey sphinxKey, EpochRole role, DeclaredRoles roles, Optional<EntryPorts> entry,
                              BigDecimal performance) {

        public SkimmedNode {
            Objects.requireNonNull(identity);
            addresses = List.copyOf(addresses);
            Objects.requireNonNull(sphinxKey);
            Objects.requireNonNull(role);
            Objects.requireNonNull(roles);
            Objects.requireNonNull(entry);
            Objects.requireNonNull(performance);
        }

        /**
         * @param node        as clients know it; without performance it counts as perfect
         * @param rewardedSet says its role
         * @return as a directory lists it
         */
        public static SkimmedNode of(Node node, Topology.RewardedSet rewardedSet) {
            List<InetAddress> addresses = new ArrayList<>(List.of(node.mixAddress().ip()));
            node.entry().ifPresent(entry -> entry.addresses().stream().filter(ip -> !addresses.contains(ip))
                    .forEach(addresses::add));
            boolean exit = node.roles().contains(Node.Role.EXIT);
            return new SkimmedNode(node.id(), node.identity(), addresses, node.mixAddress().port(), node.sphinxKey(),
                    epochRole(node.id(), rewardedSet),
                    new DeclaredRoles(node.roles().contains(Node.Role.MIXNODE), node.roles().contains(Node.Role.ENTRY),
                            exit, exit),
                    node.entry().map(e -> new EntryPorts(e.hostname(), e.websocketPort(), e.securePort())),
                    BigDecimal.valueOf(node.performance().orElse(100), 2));
        }

        private static EpochRole epochRole(long id, Topology.RewardedSet set) {
            if (set.entryGateways().contains(id)) {
                return EpochRole.Other.ENTRY_GATEWAY;
            }
            if (set.exitGateways().contains(id)) {
                return EpochRole.Other.EXIT_GATEWAY;
            }
            if (set.layer1().contains(id)) {
                return new EpochRole.Mixnode(1);
            }
            if (set.layer2().contains(id)) {
                return new EpochRole.Mixnode(2);
            }
            if (set.layer3().contains(id)) {
                return new EpochRole.Mixnode(3);
            }
            return set.standby().contains(id) ? EpochRole.Other.STANDBY : EpochRole.Other.INACTIVE;
        }

        /** {@return performance in whole percent, rounded down, as thresholds are compared} */
        public int performancePercent() {
            return performance.movePointRight(2).setScale(0, RoundingMode.FLOOR).intValueExact();
        }

        /** {@return as clients use it; empty without an address. Source: protocol/7-network, 1.3} */
        public Optional<Node> toNode() {
            if (addresses.isEmpty()) {
                return Optional.empty();
            }
            Set<Node.Role> supported = EnumSet.noneOf(Node.Role.class);
            TopologyJson.addIf(supported, Node.Role.MIXNODE, roles.mixnode());
            TopologyJson.addIf(supported, Node.Role.ENTRY, roles.entry());
            TopologyJson.addIf(supported, Node.Role.EXIT, roles.exitNr() && roles.exitIpr());
            return Optional.of(new Node(id, new NodeAddress(addresses.getFirst(), mixPort),
                    entry.map(e -> new Node.Entry(addresses, e.websocketPort(), e.hostname(), e.securePort())),
                    identity, sphinxKey, supported, OptionalInt.of(performancePercent())));
        }
    }

    /**
     * When Sphinx keys rotate. Source: protocol/7-network, 2.4.
     *
     * @param validityEpochs    epochs a rotation lasts, u32, at least 1
     * @param initialEpochId    first epoch of rotation 0, u32
     * @param currentEpochId    u32
     * @param currentEpochStart when it began
     * @param epochDuration     of every epoch, positive
     */
    public record KeyRotationInfo(long validityEpochs, long initialEpochId, long currentEpochId,
                                  Instant currentEpochStart, Duration epochDuration) {

        public KeyRotationInfo {
            if (validityEpochs < 1) {
                throw new IllegalArgumentException("validity must be at least 1 epoch, not " + validityEpochs);
            }
            Objects.requireNonNull(currentEpochStart);
            if (epochDuration.compareTo(Duration.ZERO) <= 0) {
                throw new IllegalArgumentException("epoch duration must be positive, not " + epochDuration);
            }
        }

        /**
         * @param epochId absolute
         * @return the rotation it belongs to
         */
        public long rotationId(long epochId) {
            return Math.max(0, epochId - initialEpochId) / validityEpochs;
        }

        /**
         * @param rotationId from 0
         * @return its first epoch
         */
        public long firstEpochId(long rotationId) {
            return initialEpochId + validityEpochs * rotationId;
        }
    }

    /**
     * Reads a page of {@code /v2/unstable/nym-nodes/skimmed...}. A node that cannot be read costs itself and no other.
     *
     * @param json the body
     * @return the page
     * @throws WireException naming the field that is wrong, outside of nodes
     */
    public static NodesPage readNodesPage(byte[] json) throws WireException {
        JsonField root = JsonField.parse(json);
        JsonField pagination = root.get("nodes").get("pagination");
        List<SkimmedNode> nodes = new ArrayList<>();
        List<Malformed> malformed = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (JsonField node : root.get("nodes").get("data").elements()) {
            try {
                nodes.add(readNode(node, faults));
            } catch (WireException e) {
                malformed.add(new Malformed(readIdentity(node), e.getMessage()));
            }
        }
        return new NodesPage(readMetadata(root.get("metadata")), pagination.get("total").integer(Long.MAX_VALUE),
                pagination.get("page").integer(Long.MAX_VALUE), nodes, malformed, faults);
    }

    /**
     * @param page a page
     * @return the body
     */
    public static byte[] write(NodesPage page) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        Metadata metadata = page.metadata();
        ObjectNode metadataJson = root.putObject("metadata");
        writeStatus(metadataJson, metadata.status());
        metadataJson.put("absolute_epoch_id", metadata.absoluteEpochId()).put("rotation_id", metadata.rotationId())
                .put("refreshed_at", metadata.refreshedAt().toString());
        ObjectNode nodes = root.putObject("nodes");
        nodes.putObject("pagination").put("total", page.total()).put("page", page.page())
                .put("size", page.nodes().size());
        ArrayNode data = nodes.putArray("data");
        page.nodes().forEach(node -> writeNode(data.addObject(), node));
        return JsonText.writeDocument(root);
    }

    /**
     * Reads {@code /v1/nym-nodes/rewarded-set}.
     *
     * @param json the body
     * @return the set; epoch 0 if it names none
     * @throws WireException naming the field that is wrong
     */
    public static Topology.RewardedSet readRewardedSet(byte[] json) throws WireException {
        JsonField root = JsonField.parse(json);
        Optional<JsonField> epochId = root.present("epoch_id");
        return TopologyJson.readRewardedSet(root, epochId.isPresent() ? epochId.get().u32() : 0);
    }

    /**
     * @param set roles in an epoch
     * @return the body
     */
    public static byte[] write(Topology.RewardedSet set) {
        return JsonText.writeDocument(TopologyJson.writeRewardedSet(set));
    }

    /**
     * Reads {@code /v1/epoch/key-rotation-info}. What it says of progress is not read: it follows from the rest.
     *
     * @param json the body
     * @return the rotation
     * @throws WireException naming the field that is wrong
     */
    public static KeyRotationInfo readKeyRotationInfo(byte[] json) throws WireException {
        JsonField root = JsonField.parse(json);
        JsonField state = root.get("key_rotation_state");
        JsonField validity = state.get("validity_epochs");
        if (validity.u32() == 0) {
            throw validity.expected("at least 1");
        }
        JsonField duration = root.get("epoch_duration");
        Duration epoch = Duration.ofSeconds(duration.get("secs").integer(Integer.MAX_VALUE),
                duration.get("nanos").integer(999_999_999));
        if (epoch.isZero()) {
            throw duration.wrong("must be positive");
        }
        return new KeyRotationInfo(validity.u32(), state.get("initial_epoch_id").u32(),
                root.get("current_absolute_epoch_id").u32(), root.get("current_epoch_start").rfc3339(), epoch);
    }

    /**
     * @param info when keys rotate
     * @return the body
     */
    public static byte[] write(KeyRotationInfo info) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.putObject("key_rotation_state").put("validity_epochs", info.validityEpochs())
                .put("initial_epoch_id", info.initialEpochId());
        root.put("current_absolute_epoch_id", info.currentEpochId())
                .put("current_epoch_start", info.currentEpochStart().toString());
        root.putObject("epoch_duration").put("secs", info.epochDuration().toSeconds())
                .put("nanos", info.epochDuration().getNano());
        long rotation = info.rotationId(info.currentEpochId());
        root.putObject("progress").put("current_key_rotation_id", rotation)
                .put("current_rotation_starting_epoch", info.firstEpochId(rotation))
                .put("current_rotation_ending_epoch", info.firstEpochId(rotation + 1) - 1);
        return JsonText.writeDocument(root);
    }

    private static Metadata readMetadata(JsonField json) throws WireException {
        Optional<JsonField> status = json.optional("status");
        if (status.isPresent() && !(status.get().isText() && status.get().text().equals(NO_UPDATES))
                && !(status.get().isObject() && status.get().optional("fresh").isPresent())) {
            throw status.get().expected("null, \"" + NO_UPDATES + "\" or {\"fresh\": ...}");
        }
        JsonField refreshedAt = json.present("refreshed_at").orElseThrow(() -> json.missing("refreshed_at"));
        return new Metadata(status.map(field -> field.isText() ? NO_UPDATES : field.canonical()),
                json.get("absolute_epoch_id").u32(), json.get("rotation_id").u32(), directoryTime(refreshedAt));
    }

    private static void writeStatus(ObjectNode metadata, Optional<String> status) {
        if (status.isEmpty() || status.get().equals(NO_UPDATES)) {
            metadata.put("status", status.orElse(null));
            return;
        }
        try {
            metadata.set("status", JsonText.readDocument(status.get().getBytes(StandardCharsets.UTF_8)));
        } catch (JsonText.MalformedException e) {
            throw new IllegalArgumentException("status must be " + NO_UPDATES + " or a JSON object", e);
        }
    }

    private static Instant directoryTime(JsonField json) throws WireException {
        if (!json.isText()) {
            return Instant.EPOCH;
        }
        Matcher own = DIRECTORY_TIME.matcher(json.text());
        return JsonField.parseRfc3339(own.matches() ? own.group(1) + "T" + own.group(2) + own.group(3) : json.text())
                .orElse(Instant.EPOCH);
    }

    private static Optional<IdentityKey> readIdentity(JsonField node) {
        try {
            JsonField identity = node.get("ed25519_identity_pubkey");
            return Optional.of(identity.convert(identity.text(), IdentityKey::parse));
        } catch (WireException e) {
            return Optional.empty();
        }
    }

    private static SkimmedNode readNode(JsonField json, List<String> faults) throws WireException {
        JsonField identity = json.get("ed25519_identity_pubkey");
        JsonField sphinxKey = json.get("x25519_sphinx_pubkey");
        Optional<JsonField> role = json.optional("role");
        Optional<JsonField> entry = json.optional("entry");
        return new SkimmedNode(json.get("node_id").u32(), identity.convert(identity.text(), IdentityKey::parse),
                json.get("ip_addresses").ips(), json.get("mix_port").u16(),
                sphinxKey.convert(sphinxKey.text(), EncryptionKey::parse),
                readRole(role.isPresent() ? role.get() : json.optional("epoch_role")
                        .orElseThrow(() -> json.missing("role"))),
                readDeclaredRoles(json.present("supported_roles")),
                entry.isPresent() ? Optional.of(readEntry(entry.get(), faults)) : Optional.empty(),
                readPerformance(json.get("performance")));
    }

    private static EpochRole readRole(JsonField json) throws WireException {
        if (json.isObject()) {
            Map<String, JsonField> variant = json.fields();
            if (variant.size() == 1 && variant.containsKey("Mixnode")) {
                return new EpochRole.Mixnode((int) json.get("Mixnode").get("layer").integer(MAX_LAYER));
            }
        } else if (json.isText()) {
            switch (json.text()) {
                case "EntryGateway", "entry", "gateway" -> {
                    return EpochRole.Other.ENTRY_GATEWAY;
                }
                case "ExitGateway", "exit" -> {
                    return EpochRole.Other.EXIT_GATEWAY;
                }
                case "Standby" -> {
                    return EpochRole.Other.STANDBY;
                }
                case "Inactive" -> {
                    return EpochRole.Other.INACTIVE;
                }
                default -> {
                    // said below
                }
            }
        }
        throw json.expected("{\"Mixnode\":{\"layer\":n}}, EntryGateway, ExitGateway, Standby or Inactive");
    }

    private static DeclaredRoles readDeclaredRoles(Optional<JsonField> json) throws WireException {
        if (json.isEmpty()) {
            return new DeclaredRoles(false, false, false, false);
        }
        JsonField roles = json.get();
        return new DeclaredRoles(roles.get("mixnode").bool(), roles.get("entry").bool(), roles.get("exit_nr").bool(),
                roles.get("exit_ipr").bool());
    }

    private static EntryPorts readEntry(JsonField json, List<String> faults) throws WireException {
        return new EntryPorts(TopologyJson.readHostName(json, faults), json.get("ws_port").u16(),
                TopologyJson.optionalPort(json, "wss_port"));
    }

    private static BigDecimal readPerformance(JsonField json) throws WireException {
        String form = "a string with a decimal from 0 to 1";
        if (!json.isText() || !DECIMAL.matcher(json.text()).matches()) {
            throw json.expected(form);
        }
        BigDecimal performance = new BigDecimal(json.text());
        if (performance.compareTo(BigDecimal.ONE) > 0) {
            throw json.expected(form);
        }
        return performance;
    }

    private static void writeNode(ObjectNode json, SkimmedNode node) {
        json.put("node_id", node.id()).put("ed25519_identity_pubkey", node.identity().toString());
        TopologyJson.putIps(json.putArray("ip_addresses"), node.addresses());
        json.put("mix_port", node.mixPort()).put("x25519_sphinx_pubkey", node.sphinxKey().toString());
        switch (node.role()) {
            case EpochRole.Mixnode mixnode ->
                    json.putObject("role").putObject("Mixnode").put("layer", mixnode.layer());
            case EpochRole.Other other -> json.put("role", switch (other) {
                case ENTRY_GATEWAY -> "EntryGateway";
                case EXIT_GATEWAY -> "ExitGateway";
                case STANDBY -> "Standby";
                case INACTIVE -> "Inactive";
            });
        }
        json.putObject("supported_roles").put("mixnode", node.roles().mixnode()).put("entry", node.roles().entry())
                .put("exit_nr", node.roles().exitNr()).put("exit_ipr", node.roles().exitIpr());
        if (node.entry().isPresent()) {
            EntryPorts entry = node.entry().get();
            ObjectNode entryJson = json.putObject("entry").put("hostname", entry.hostname().orElse(null))
                    .put("ws_port", entry.websocketPort());
            TopologyJson.putPort(entryJson, "wss_port", entry.securePort());
        } else {
            json.putNull("entry");
        }
        json.put("performance", node.performance().stripTrailingZeros().toPlainString());
    }
}
