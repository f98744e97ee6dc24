package org.cloakwork.wire.topology;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.JsonText;

/**
 * The nodes as they describe themselves, told by a directory in pages; here for the exits among them, of which
 * everything else is skipped. Source: protocol/7-network, 2.2 and 2.3; protocol/6-frontends, 3.4.
 */
public final class DescribedNodes {

    /** Path of the list; pages are asked for by {@code ?page=}. */
    public static final String PATH = "v1/nym-nodes/described";
    /** Most exits that are read. */
    public static final int MAX_EXITS = 4096;
    private static final int MOST_FAULTS = 100;
    private static final String NETWORK_REQUESTER = "network_requester";
    /** What a node has of a build that is none. */
    private static final List<String> BUILD_KEYS = List.of("binary_name", "build_timestamp", "build_version",
            "commit_sha", "commit_timestamp", "commit_branch", "rustc_version", "rustc_channel", "cargo_profile",
            "cargo_triple");

    private final Map<MixnetAddress, KnownExit> exits = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();
    private long nodes;
    private int pages;
    private long bytes;
    private boolean complete;

    /** Makes an empty one, which begins with page 0. */
    public DescribedNodes() {
    }

    /** {@return whether there is no further page} */
    public boolean isComplete() {
        return complete;
    }

    /** {@return the number of the page to ask for} */
    public int nextPage() {
        return pages;
    }

    /** {@return the exits so far, each address once} */
    public List<KnownExit> exits() {
        return List.copyOf(exits.values());
    }

    /** {@return what of exits could not be read, one line each, the first of them} */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    /**
     * Takes the page that was asked for. An exit that cannot be read costs itself and no other.
     *
     * @param body what the directory answered
     * @throws WireException if it is not that page, or there is too much of it
     */
    public void add(byte[] body) throws WireException {
        bytes += body.length;
        if (bytes > NodeList.MAX_LIST_BYTES) {
            throw new WireException("more than " + NodeList.MAX_LIST_BYTES + " bytes in all pages");
        }
        JsonField root = JsonField.parse(body);
        JsonField pagination = root.get("pagination");
        long total = pagination.get("total").integer(Long.MAX_VALUE);
        if (pagination.get("page").integer(Long.MAX_VALUE) != pages) {
            throw new WireException("is page " + pagination.get("page").integer(Long.MAX_VALUE));
        }
        List<JsonField> data = root.get("data").elements();
        nodes += data.size();
        if (total > NodeList.MAX_NODES || nodes > NodeList.MAX_NODES) {
            throw new WireException("more than " + NodeList.MAX_NODES + " nodes");
        }
        for (JsonField node : data) {
            try {
                read(node);
            } catch (WireException e) {
                fault(e.getMessage());
            }
        }
        pages++;
        complete = nodes >= total;
        if (!complete && data.isEmpty()) {
            throw new WireException("ends after " + nodes + " of " + total + " nodes");
        }
        if (!complete && pages == NodeList.MAX_PAGES) {
            throw new WireException("more than " + NodeList.MAX_PAGES + " pages");
        }
    }

    private void fault(String what) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(what);
        }
    }

    private void read(JsonField node) throws WireException {
        JsonField description = node.get("description");
        Optional<JsonField> requester = description.optional(NETWORK_REQUESTER);
        if (requester.isEmpty()) {
            return;
        }
        if (exits.size() >= MAX_EXITS) {
            throw new WireException("more than " + MAX_EXITS + " exits");
        }
        JsonField text = requester.get().get("address");
        MixnetAddress address = text.convert(text.text(), MixnetAddress::parse);
        JsonField key = description.get("host_information").get("keys").get("ed25519");
        if (!key.convert(key.text(), IdentityKey::parse).equals(address.gateway())) {
            throw text.wrong("is at another gateway than the node that names it");
        }
        exits.putIfAbsent(address, new KnownExit(address, country(description), OptionalInt.empty()));
    }

    private Optional<String> country(JsonField description) throws WireException {
        Optional<JsonField> details = description.optional("auxiliary_details");
        Optional<JsonField> location = details.isPresent() ? details.get().optional("location") : Optional.empty();
        if (location.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> country = KnownExit.countryOf(location.get().text());
        if (country.isEmpty()) {
            fault(location.get().expected("an ISO 3166 code of two letters").getMessage());
        }
        return country;
    }

    /**
     * A node to describe.
     *
     * @param node what the network knows of it
     * @param exit that it is, if it is one
     */
    public record Described(Node node, Optional<KnownExit> exit) {
    }

    /**
     * @param described  nodes of one page, the only one
     * @param rotationId of the keys that they have
     * @return the body, with all that Nym's nodes read of it
     */
    public static byte[] write(List<Described> described, long rotationId) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.putObject("pagination").put("total", described.size()).put("page", 0).put("size", described.size());
        ArrayNode data = root.putArray("data");
        for (Described one : described) {
            Node node = one.node();
            ObjectNode json = data.addObject().put("node_id", node.id()).put("contract_node_type", "nym_node")
                    .putObject("description");
            ObjectNode host = json.putObject("host_information");
            TopologyJson.putIps(host.putArray("ip_address"), List.of(node.mixAddress().ip()));
            host.put("hostname", node.entry().flatMap(Node.Entry::hostname).orElse(null));
            ObjectNode keys = host.putObject("keys").put("ed25519", node.identity().toString())
                    .put("x25519", node.sphinxKey().toString());
            keys.putObject("current_x25519_sphinx_key").put("rotation_id", rotationId)
                    .put("public_key", node.sphinxKey().toString());
            json.putObject("declared_role").put("mixnode", node.roles().contains(Node.Role.MIXNODE))
                    .put("entry", node.roles().contains(Node.Role.ENTRY))
                    .put("exit_nr", one.exit().isPresent()).put("exit_ipr", false);
            ObjectNode details = json.putObject("auxiliary_details")
                    .put("location", one.exit().flatMap(KnownExit::country).orElse(null));
            details.putObject("announce_ports").putNull("verloc_port").put("mix_port", node.mixAddress().port());
            details.put("accepted_operator_terms_and_conditions", true);
            ObjectNode build = json.putObject("build_information");
            BUILD_KEYS.forEach(name -> build.put(name, ""));
            one.exit().ifPresentOrElse(exit -> json.putObject(NETWORK_REQUESTER)
                    .put("address", exit.address().toString()).put("uses_exit_policy", true),
                    () -> json.putNull(NETWORK_REQUESTER));
            json.putObject("mixnet_websockets").put("ws_port", node.entry().map(Node.Entry::websocketPort).orElse(0))
                    .putNull("wss_port");
        }
        return JsonText.writeDocument(root);
    }
}
