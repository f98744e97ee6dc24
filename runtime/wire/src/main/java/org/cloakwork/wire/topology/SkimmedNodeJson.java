package org.cloakwork.wire.topology;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.wire.WireException;

/** One node in a list of a directory, between its JSON and {@link SkimmedNode}. Source: protocol/7-network, 2.3. */
final class SkimmedNodeJson {

    private static final int MAX_LAYER = 0xff;
    /** Up to 18 places, as the chain's decimals have. */
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,39}(\\.\\d{1,18})?");

    private SkimmedNodeJson() {
    }

    /** {@return who the node is, if that can be read} */
    static Optional<IdentityKey> readIdentity(JsonField node) {
        try {
            JsonField identity = node.get("ed25519_identity_pubkey");
            return Optional.of(identity.convert(identity.text(), IdentityKey::parse));
        } catch (WireException e) {
            return Optional.empty();
        }
    }

    /** @param faults one line is added for what is left out of the node */
    static SkimmedNode read(JsonField json, List<String> faults) throws WireException {
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

    private static SkimmedNode.EpochRole readRole(JsonField json) throws WireException {
        if (json.isObject()) {
            Map<String, JsonField> variant = json.fields();
            if (variant.size() == 1 && variant.containsKey("Mixnode")) {
                return new SkimmedNode.EpochRole.Mixnode((int) json.get("Mixnode").get("layer").integer(MAX_LAYER));
            }
        } else if (json.isText()) {
            switch (json.text()) {
                case "EntryGateway", "entry", "gateway" -> {
                    return SkimmedNode.EpochRole.Other.ENTRY_GATEWAY;
                }
                case "ExitGateway", "exit" -> {
                    return SkimmedNode.EpochRole.Other.EXIT_GATEWAY;
                }
                case "Standby" -> {
                    return SkimmedNode.EpochRole.Other.STANDBY;
                }
                case "Inactive" -> {
                    return SkimmedNode.EpochRole.Other.INACTIVE;
                }
                default -> {
                    // said below
                }
            }
        }
        throw json.expected("{\"Mixnode\":{\"layer\":n}}, EntryGateway, ExitGateway, Standby or Inactive");
    }

    private static SkimmedNode.DeclaredRoles readDeclaredRoles(Optional<JsonField> json) throws WireException {
        if (json.isEmpty()) {
            return new SkimmedNode.DeclaredRoles(false, false, false, false);
        }
        JsonField roles = json.get();
        return new SkimmedNode.DeclaredRoles(roles.get("mixnode").bool(), roles.get("entry").bool(),
                roles.get("exit_nr").bool(), roles.get("exit_ipr").bool());
    }

    private static SkimmedNode.EntryPorts readEntry(JsonField json, List<String> faults) throws WireException {
        return new SkimmedNode.EntryPorts(TopologyJson.readHostName(json, faults), json.get("ws_port").u16(),
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

    static void write(ObjectNode json, SkimmedNode node) {
        json.put("node_id", node.id()).put("ed25519_identity_pubkey", node.identity().toString());
        TopologyJson.putIps(json.putArray("ip_addresses"), node.addresses());
        json.put("mix_port", node.mixPort()).put("x25519_sphinx_pubkey", node.sphinxKey().toString());
        switch (node.role()) {
            case SkimmedNode.EpochRole.Mixnode mixnode ->
                    json.putObject("role").putObject("Mixnode").put("layer", mixnode.layer());
            case SkimmedNode.EpochRole.Other other -> json.put("role", switch (other) {
                case ENTRY_GATEWAY -> "EntryGateway";
                case EXIT_GATEWAY -> "ExitGateway";
                case STANDBY -> "Standby";
                case INACTIVE -> "Inactive";
            });
        }
        json.putObject("supported_roles").put("mixnode", node.roles().mixnode()).put("entry", node.roles().entry())
                .put("exit_nr", node.roles().exitNr()).put("exit_ipr", node.roles().exitIpr());
        if (node.entry().isPresent()) {
            SkimmedNode.EntryPorts entry = node.entry().get();
            ObjectNode entryJson = json.putObject("entry").put("hostname", entry.hostname().orElse(null))
                    .put("ws_port", entry.websocketPort());
            TopologyJson.putPort(entryJson, "wss_port", entry.securePort());
        } else {
            json.putNull("entry");
        }
        json.put("performance", node.performance().stripTrailingZeros().toPlainString());
    }
}
