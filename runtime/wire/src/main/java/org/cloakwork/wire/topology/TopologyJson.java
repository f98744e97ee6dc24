package org.cloakwork.wire.topology;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.Node.Role;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.JsonText;

/** The file that {@code nym-client --custom-mixnet} reads. Source: protocol/7-network, 1.1. */
public final class TopologyJson {

    private static final String EXITS = "exits";
    private static final int MAX_ID_DIGITS = 10;
    private static final long MAX_ID = 0xffff_ffffL;

    private TopologyJson() {
    }

    /**
     * Reads the file form. Unknown fields are ignored; nodes are found by their key in {@code node_details}, whatever
     * their {@code node_id}. A name that is none is left out, which is among the {@link Topology#faults() faults}.
     *
     * @param json the document
     * @param now  when a topology without metadata counts as made
     * @return the topology, {@link Topology#isRoutable() routable} or not
     * @throws WireException naming the field that is wrong, such as {@code node_details.4.sphinx_key}
     */
    public static Topology read(byte[] json, Instant now) throws WireException {
        JsonField root = JsonField.parse(json);
        long rotationId = KeyRotation.NO_ROTATION;
        long epochId = 0;
        Instant refreshedAt = now;
        Optional<JsonField> metadata = root.present("metadata");
        if (metadata.isPresent()) {
            rotationId = metadata.get().get("key_rotation_id").u32();
            epochId = metadata.get().get("absolute_epoch_id").u32();
            refreshedAt = metadata.get().get("refreshed_at").rfc3339();
        }
        JsonField set = root.get("rewarded_set");
        Topology.RewardedSet rewardedSet = readRewardedSet(set, set.get("epoch_id").u32());
        Map<Long, Node> nodes = new HashMap<>();
        List<String> faults = new ArrayList<>();
        for (Map.Entry<String, JsonField> entry : root.get("node_details").fields().entrySet()) {
            nodes.put(id(entry.getKey(), entry.getValue()), readNode(entry.getValue(), faults));
        }
        return new Topology(epochId, rotationId, refreshedAt, rewardedSet, nodes).withFaults(faults);
    }

    /**
     * Writes the file form, readable for {@link #read} and for {@code nym-client}.
     *
     * @param topology what to write; performance has no place in this form
     * @return the document
     */
    public static byte[] write(Topology topology) {
        return JsonText.writeDocument(document(topology));
    }

    private static ObjectNode document(Topology topology) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.putObject("metadata").put("key_rotation_id", topology.keyRotationId())
                .put("absolute_epoch_id", topology.epochId()).put("refreshed_at", topology.refreshedAt().toString());
        root.set("rewarded_set", writeRewardedSet(topology.rewardedSet()));
        ObjectNode details = root.putObject("node_details");
        new TreeMap<>(topology.nodes()).forEach((id, node) -> writeNode(details.putObject(Long.toString(id)), node));
        return root;
    }

    /**
     * Writes the file form with what {@link #readExits} reads, which {@code nym-client} skips.
     *
     * @param topology what to write; performance has no place in this form
     * @param exits    of this network
     * @return the document
     */
    public static byte[] write(Topology topology, List<KnownExit> exits) {
        ObjectNode root = document(topology);
        ArrayNode array = root.putArray(EXITS);
        for (KnownExit exit : exits) {
            ObjectNode json = array.addObject().put("address", exit.address().toString());
            exit.country().ifPresent(country -> json.put("country", country));
        }
        return JsonText.writeDocument(root);
    }

    /**
     * Reads which exits a file names: {@code "exits": [{"address": "...", "country": "DE"}]}, a key of ours beside
     * those of the file form.
     *
     * @param json the document
     * @return each address once; none if the key is not there
     * @throws WireException naming the field that is wrong, such as {@code exits.0.address}
     */
    public static List<KnownExit> readExits(byte[] json) throws WireException {
        Optional<JsonField> list = JsonField.parse(json).optional(EXITS);
        if (list.isEmpty()) {
            return List.of();
        }
        Map<MixnetAddress, KnownExit> exits = new LinkedHashMap<>();
        for (JsonField exit : list.get().elements()) {
            if (exits.size() >= DescribedNodes.MAX_EXITS) {
                throw list.get().wrong("has more than " + DescribedNodes.MAX_EXITS + " exits");
            }
            JsonField text = exit.get("address");
            MixnetAddress address = text.convert(text.text(), MixnetAddress::parse);
            Optional<JsonField> country = exit.optional("country");
            Optional<String> code = country.isEmpty() ? Optional.empty() : KnownExit.countryOf(country.get().text());
            if (country.isPresent() && code.isEmpty()) {
                throw country.get().expected("an ISO 3166 code of two letters");
            }
            exits.putIfAbsent(address, new KnownExit(address, code, OptionalInt.empty()));
        }
        return List.copyOf(exits.values());
    }

    static Topology.RewardedSet readRewardedSet(JsonField set, long epochId) throws WireException {
        return new Topology.RewardedSet(epochId, set.get("entry_gateways").u32Set(), set.get("exit_gateways").u32Set(),
                set.get("layer1").u32Set(), set.get("layer2").u32Set(), set.get("layer3").u32Set(),
                set.get("standby").u32Set());
    }

    static ObjectNode writeRewardedSet(Topology.RewardedSet set) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("epoch_id", set.epochId());
        putIds(json.putArray("entry_gateways"), set.entryGateways());
        putIds(json.putArray("exit_gateways"), set.exitGateways());
        putIds(json.putArray("layer1"), set.layer1());
        putIds(json.putArray("layer2"), set.layer2());
        putIds(json.putArray("layer3"), set.layer3());
        putIds(json.putArray("standby"), set.standby());
        return json;
    }

    private static void putIds(ArrayNode array, Set<Long> ids) {
        ids.stream().sorted().forEach(array::add);
    }

    static void putIps(ArrayNode array, Collection<InetAddress> ips) {
        ips.forEach(ip -> array.add(HostName.text(ip)));
    }

    private static long id(String key, JsonField value) throws WireException {
        if (key.matches("\\d{1," + MAX_ID_DIGITS + "}")) {
            long id = Long.parseLong(key);
            if (id <= MAX_ID) {
                return id;
            }
        }
        throw value.wrong("is not a node id");
    }

    private static Node readNode(JsonField json, List<String> faults) throws WireException {
        JsonField host = json.get("mix_host");
        JsonField identity = json.get("identity_key");
        JsonField roles = json.get("supported_roles");
        Set<Role> supported = EnumSet.noneOf(Role.class);
        addIf(supported, Role.MIXNODE, roles.get("mixnode").bool());
        addIf(supported, Role.ENTRY, roles.get("mixnet_entry").bool());
        addIf(supported, Role.EXIT, roles.get("mixnet_exit").bool());
        Optional<JsonField> entry = json.optional("entry");
        return new Node(json.get("node_id").u32(), host.convert(host.text(), NodeAddress::parse),
                entry.isPresent() ? Optional.of(readEntry(entry.get(), faults)) : Optional.empty(),
                identity.convert(identity.byteArray(IdentityKey.LENGTH), IdentityKey::new),
                new EncryptionKey(json.get("sphinx_key").byteArray(EncryptionKey.LENGTH)), supported,
                OptionalInt.empty());
    }

    static void addIf(Set<Role> roles, Role role, boolean supported) {
        if (supported) {
            roles.add(role);
        }
    }

    private static Node.Entry readEntry(JsonField json, List<String> faults) throws WireException {
        return new Node.Entry(json.get("ip_addresses").ips(), json.get("clients_ws_port").u16(),
                readHostName(json, faults), optionalPort(json, "clients_wss_port"));
    }

    /** {@return the announced name; one that is none is a fault, and left out} */
    static Optional<String> readHostName(JsonField json, List<String> faults) throws WireException {
        Optional<JsonField> field = json.optional("hostname");
        if (field.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(field.get().convert(field.get().text(), HostName::parse));
        } catch (WireException e) {
            faults.add(e.getMessage());
            return Optional.empty();
        }
    }

    static OptionalInt optionalPort(JsonField json, String name) throws WireException {
        Optional<JsonField> field = json.optional(name);
        return field.isPresent() ? OptionalInt.of(field.get().u16()) : OptionalInt.empty();
    }

    private static void writeNode(ObjectNode json, Node node) {
        json.put("node_id", node.id()).put("mix_host", node.mixAddress().toString());
        if (node.entry().isPresent()) {
            Node.Entry entry = node.entry().get();
            ObjectNode entryJson = json.putObject("entry");
            putIps(entryJson.putArray("ip_addresses"), entry.addresses());
            entryJson.put("clients_ws_port", entry.websocketPort()).put("hostname", entry.hostname().orElse(null));
            putPort(entryJson, "clients_wss_port", entry.securePort());
        } else {
            json.putNull("entry");
        }
        putBytes(json.putArray("identity_key"), node.identity().bytes());
        putBytes(json.putArray("sphinx_key"), node.sphinxKey().bytes());
        json.putObject("supported_roles").put("mixnode", node.roles().contains(Role.MIXNODE))
                .put("mixnet_entry", node.roles().contains(Role.ENTRY))
                .put("mixnet_exit", node.roles().contains(Role.EXIT));
    }

    static void putPort(ObjectNode json, String name, OptionalInt port) {
        if (port.isPresent()) {
            json.put(name, port.getAsInt());
        } else {
            json.putNull(name);
        }
    }

    private static void putBytes(ArrayNode array, byte[] bytes) {
        for (byte b : bytes) {
            array.add(b & 0xff);
        }
    }
}
