package org.cloakwork.wire.websocket;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SenderTag;

/**
 * What Cloakwork says in the subprotocol {@link ExtensionRequest#SUBPROTOCOL}: a text frame with a JSON object.
 * Source: docs/websocket.md.
 */
public sealed interface ExtensionResponse {

    /**
     * A request could not be understood.
     *
     * @param id      of the request, if it had one
     * @param message for people
     */
    record Error(Optional<String> id, String message) implements ExtensionResponse {

        public Error {
            Objects.requireNonNull(id);
            Objects.requireNonNull(message);
        }
    }

    /**
     * A message ended.
     *
     * @param id      of the request
     * @param outcome how
     */
    record Ended(String id, Outcome outcome) implements ExtensionResponse {

        public Ended {
            Objects.requireNonNull(id);
            Objects.requireNonNull(outcome);
        }
    }

    /**
     * A message arrived.
     *
     * @param sender  the tag to answer it with, if the sender gave one
     * @param payload what was sent
     */
    record Received(Optional<SenderTag> sender, byte[] payload) implements ExtensionResponse {

        public Received {
            Objects.requireNonNull(sender);
            Objects.requireNonNull(payload);
        }
    }

    /** @param state what the client is able to do */
    record State(ClientState state) implements ExtensionResponse {

        public State {
            Objects.requireNonNull(state);
        }
    }

    /** @param address the client's own */
    record SelfAddress(MixnetAddress address) implements ExtensionResponse {

        public SelfAddress {
            Objects.requireNonNull(address);
        }
    }

    /**
     * How much waits on a lane.
     *
     * @param connection whose lane
     * @param bytes      that have not left for the first time
     * @param packets    about as many packets
     */
    record LaneQueueLength(long connection, long bytes, long packets) implements ExtensionResponse {
    }

    /** {@return the text frame} */
    default String toJson() {
        ApiJson json = switch (this) {
            case Error(Optional<String> id, String message) ->
                    ApiJson.typed("error").with("id", id).with("message", message);
            case Ended(String id, Outcome.Acknowledged(int packets, int retransmissions, Duration elapsed)) ->
                    ApiJson.typed("outcome").with("id", id).with("acknowledged", true).with("packets", packets)
                            .with("retransmissions", retransmissions).with("elapsedMillis", elapsed.toMillis());
            case Ended(String id, Outcome.Failed(FailureReason reason, String detail)) ->
                    ApiJson.typed("outcome").with("id", id).with("acknowledged", false).with("reason", reason.name())
                            .with("detail", detail);
            case Received(Optional<SenderTag> sender, byte[] payload) -> ApiJson.typed("received")
                    .with("senderTag", sender.map(SenderTag::toString)).withBase64("payload", payload);
            case State(ClientState state) ->
                    ApiJson.typed("state").with("state", state.word()).with("reason", state.why());
            case SelfAddress(MixnetAddress address) -> ApiJson.typed("selfAddress").with("address", address.toString());
            case LaneQueueLength(long connection, long bytes, long packets) -> ApiJson.typed("laneQueueLength")
                    .withU64("connectionId", connection).with("bytes", bytes).with("packets", packets);
        };
        return json.toString();
    }

    /**
     * @param text payload of a text frame
     * @return the response
     * @throws RefusedException if it is none
     */
    static ExtensionResponse parse(String text) throws RefusedException {
        ApiJson json = ApiJson.parse(text);
        return switch (json.string("type")) {
            case "error" -> new Error(json.stringOrNone("id"), json.string("message"));
            case "outcome" -> new Ended(json.string("id"), json.bool("acknowledged")
                    ? new Outcome.Acknowledged((int) json.number("packets", Integer.MAX_VALUE),
                            (int) json.number("retransmissions", Integer.MAX_VALUE),
                            Duration.ofMillis(json.number("elapsedMillis", Long.MAX_VALUE)))
                    : new Outcome.Failed(reason(json), json.string("detail")));
            case "received" -> new Received(json.has("senderTag") ? Optional.of(json.senderTag()) : Optional.empty(),
                    json.base64("payload"));
            case "state" -> new State(switch (json.string("state")) {
                case "connecting" -> new ClientState.Connecting(json.string("reason"));
                case "ready" -> new ClientState.Ready();
                case "degraded" -> new ClientState.Degraded(json.string("reason"));
                case "stopped" -> new ClientState.Stopped(json.string("reason"));
                default -> throw ApiJson.malformed("state is none of connecting, ready, degraded, stopped");
            });
            case "selfAddress" -> new SelfAddress(json.address("address"));
            case "laneQueueLength" ->
                    new LaneQueueLength(json.u64("connectionId"), json.number("bytes", Long.MAX_VALUE),
                    json.number("packets", Long.MAX_VALUE));
            default -> throw ApiJson.malformed("unknown type of response");
        };
    }

    private static FailureReason reason(ApiJson json) throws RefusedException {
        String name = json.string("reason");
        try {
            return FailureReason.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw ApiJson.malformed("unknown reason");
        }
    }
}
