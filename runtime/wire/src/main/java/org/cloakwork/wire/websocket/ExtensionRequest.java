package org.cloakwork.wire.websocket;

import static org.cloakwork.wire.websocket.ApiJson.malformed;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;

/** A request in the subprotocol {@link #SUBPROTOCOL}: a text frame with a JSON object. Source: docs/websocket.md. */
public sealed interface ExtensionRequest {

    /** Offered by a program and taken by Cloakwork; a native client takes none. */
    String SUBPROTOCOL = "cloakwork.v1";
    /** Longest id, in characters. */
    int MAX_ID_LENGTH = 64;
    /** Longest deadline: 30 days. */
    long MAX_DEADLINE_MILLIS = Duration.ofDays(30).toMillis();

    /** A request for which there is one outcome, under its id. */
    sealed interface Message extends ExtensionRequest {

        /** {@return names the outcome} */
        String id();

        /** {@return deadline and, for {@link Send}, reply blocks; no lane} */
        SendOptions options();

        /** {@return whose lane it waits on} */
        OptionalLong connection();

        /** {@return what to send} */
        byte[] payload();
    }

    /**
     * Sends a message.
     *
     * @param id         names the outcome
     * @param recipient  where to
     * @param options    reply blocks and deadline; no lane
     * @param connection whose lane it waits on
     * @param payload    what to send
     */
    record Send(String id, MixnetAddress recipient, SendOptions options, OptionalLong connection, byte[] payload)
            implements Message {

        public Send {
            Objects.requireNonNull(id);
            Objects.requireNonNull(recipient);
            Objects.requireNonNull(options);
            Objects.requireNonNull(connection);
            Objects.requireNonNull(payload);
        }
    }

    /**
     * Answers an anonymous sender.
     *
     * @param id         names the outcome
     * @param sender     the tag that came with its message
     * @param options    deadline; no lane
     * @param connection whose lane it waits on
     * @param payload    what to send
     */
    record Reply(String id, SenderTag sender, SendOptions options, OptionalLong connection, byte[] payload)
            implements Message {

        public Reply {
            Objects.requireNonNull(id);
            Objects.requireNonNull(sender);
            Objects.requireNonNull(options);
            Objects.requireNonNull(connection);
            Objects.requireNonNull(payload);
        }
    }

    /**
     * Asks for messages: none arrive on a connection before.
     *
     * @param count so many more; empty: all that come from here on
     */
    record Receive(OptionalLong count) implements ExtensionRequest {

        public Receive {
            Objects.requireNonNull(count);
        }
    }

    /** Asks for the client's state now and at every change. */
    record FollowState() implements ExtensionRequest {
    }

    /** Asks for the client's own address. */
    record SelfAddress() implements ExtensionRequest {
    }

    /** @param connection whose lane is given up */
    record CloseLane(long connection) implements ExtensionRequest {
    }

    /** @param connection whose lane is asked about */
    record GetLaneQueueLength(long connection) implements ExtensionRequest {
    }

    /** {@return the text frame} */
    default String toJson() {
        ApiJson json = switch (this) {
            case Send send -> message("send", send).with("recipient", send.recipient().toString());
            case Reply reply -> message("reply", reply).with("senderTag", reply.sender().toString());
            case Receive(OptionalLong count) -> ApiJson.typed("receive").withU64("count", count);
            case FollowState() -> ApiJson.typed("state");
            case SelfAddress() -> ApiJson.typed("selfAddress");
            case CloseLane(long connection) -> ApiJson.typed("closeLane").withU64("connectionId", connection);
            case GetLaneQueueLength(long connection) ->
                    ApiJson.typed("laneQueueLength").withU64("connectionId", connection);
        };
        return json.toString();
    }

    private static ApiJson message(String type, Message message) {
        ApiJson json = ApiJson.typed(type).with("id", message.id())
                .with("deadlineMillis", message.options().deadline().toMillis())
                .withU64("connectionId", message.connection());
        if (message.options().replySurbs().isPresent()) {
            json.with("replySurbs", message.options().replySurbs().getAsInt());
        }
        return json.withBase64("payload", message.payload());
    }

    /**
     * @param text payload of a text frame
     * @return the request
     * @throws InvalidException if it is none
     */
    static ExtensionRequest parse(String text) throws InvalidException {
        Optional<String> id = Optional.empty();
        try {
            ApiJson json = ApiJson.parse(text);
            id = json.stringOrNone("id").filter(given -> given.length() <= MAX_ID_LENGTH);
            return parse(json);
        } catch (RefusedException e) {
            throw new InvalidException(id, e.getMessage());
        }
    }

    /** Thrown for what is no request, with the id it came with, if that can be told. */
    final class InvalidException extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient Optional<String> id;

        InvalidException(Optional<String> id, String message) {
            super(message, null, false, false);
            this.id = id;
        }

        /** {@return the id it came with, if that can be told} */
        public Optional<String> id() {
            return id;
        }
    }

    private static ExtensionRequest parse(ApiJson json) throws RefusedException {
        return switch (json.string("type")) {
            case "send" -> new Send(id(json), json.recipient(), options(json), json.u64OrNone("connectionId"),
                    payload(json));
            case "reply" -> new Reply(id(json), json.senderTag(), options(json), json.u64OrNone("connectionId"),
                    payload(json));
            case "receive" -> new Receive(json.numberOrNone("count", Long.MAX_VALUE));
            case "state" -> new FollowState();
            case "selfAddress" -> new SelfAddress();
            case "closeLane" -> new CloseLane(json.u64("connectionId"));
            case "laneQueueLength" -> new GetLaneQueueLength(json.u64("connectionId"));
            default -> throw malformed(
                    "type is none of send, reply, receive, state, selfAddress, closeLane, laneQueueLength");
        };
    }

    private static String id(ApiJson json) throws RefusedException {
        String id = json.string("id");
        if (id.length() > MAX_ID_LENGTH) {
            throw malformed("id has more than " + MAX_ID_LENGTH + " characters");
        }
        return id;
    }

    private static SendOptions options(ApiJson json) throws RefusedException {
        OptionalLong surbs = json.numberOrNone("replySurbs", SendOptions.MAX_REPLY_SURBS);
        Duration deadline = SendOptions.DEFAULT.deadline();
        if (json.has("deadlineMillis")) {
            deadline = Duration.ofMillis(json.number("deadlineMillis", MAX_DEADLINE_MILLIS));
            if (deadline.isZero()) {
                throw malformed("deadlineMillis is 0");
            }
        }
        return new SendOptions(surbs.isPresent() ? OptionalInt.of((int) surbs.getAsLong()) : OptionalInt.empty(),
                deadline, OptionalLong.empty());
    }

    private static byte[] payload(ApiJson json) throws RefusedException {
        if (json.has("message") == json.has("payload")) {
            throw malformed("one of message (text) and payload (base64) is needed");
        }
        return json.has("message") ? json.utf8("message") : json.base64("payload");
    }
}
