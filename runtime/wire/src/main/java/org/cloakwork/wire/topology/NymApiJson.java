package org.cloakwork.wire.topology;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.json.JsonText;

/**
 * The answers of a nym-api directory that clients read. Reading ignores unknown fields and names the field that is
 * wrong. Source: protocol/7-network, 2.3.
 */
public final class NymApiJson {

    private static final String NO_UPDATES = "no-updates";
    /** The directory's own form, {@code 2024-05-23 07:41:02.756283766 +00:00:00}. */
    private static final Pattern DIRECTORY_TIME =
            Pattern.compile("(\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?) ([+-]\\d\\d:\\d\\d):\\d\\d");

    private NymApiJson() {
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
        List<NodesPage.Malformed> malformed = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (JsonField node : root.get("nodes").get("data").elements()) {
            try {
                nodes.add(SkimmedNodeJson.read(node, faults));
            } catch (WireException e) {
                malformed.add(new NodesPage.Malformed(SkimmedNodeJson.readIdentity(node), e.getMessage()));
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
        NodesPage.Metadata metadata = page.metadata();
        ObjectNode metadataJson = root.putObject("metadata");
        writeStatus(metadataJson, metadata.status());
        metadataJson.put("absolute_epoch_id", metadata.absoluteEpochId()).put("rotation_id", metadata.rotationId())
                .put("refreshed_at", metadata.refreshedAt().toString());
        ObjectNode nodes = root.putObject("nodes");
        nodes.putObject("pagination").put("total", page.total()).put("page", page.page())
                .put("size", page.nodes().size());
        ArrayNode data = nodes.putArray("data");
        page.nodes().forEach(node -> SkimmedNodeJson.write(data.addObject(), node));
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

    private static NodesPage.Metadata readMetadata(JsonField json) throws WireException {
        Optional<JsonField> status = json.optional("status");
        if (status.isPresent() && !(status.get().isText() && status.get().text().equals(NO_UPDATES))
                && !(status.get().isObject() && status.get().optional("fresh").isPresent())) {
            throw status.get().expected("null, \"" + NO_UPDATES + "\" or {\"fresh\": ...}");
        }
        JsonField refreshedAt = json.present("refreshed_at").orElseThrow(() -> json.missing("refreshed_at"));
        return new NodesPage.Metadata(status.map(field -> field.isText() ? NO_UPDATES : field.canonical()),
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

}
