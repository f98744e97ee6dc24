package org.cloakwork.frontend.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.websocket.ApiRequest;
import org.cloakwork.wire.websocket.ApiResponse;
import org.cloakwork.wire.websocket.ErrorKind;
import org.cloakwork.wire.websocket.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nym-client speaks: answers have the form of the request, text or binary, and messages that of the last request.
 * Source: protocol/6-frontends, 1.
 */
final class Classic implements Dialect {

    /** Content of a packet of the usual size. */
    static final int PACKET_BYTES = PacketSize.REGULAR.fragmentLength() - Fragment.LINKED_HEADER_LENGTH;

    private static final Logger LOG = LoggerFactory.getLogger(Classic.class);

    private final Session session;
    private volatile boolean isText;
    @GuardedBy("this")
    private boolean spoken;
    private boolean addressAsText;

    Classic(Session session) {
        this.session = session;
    }

    /** A program that only listens cannot tell which form it wants; nym-client takes binary then. */
    @Override
    public void opened() {
        session.door().schedule(this::listen, session.door().settings().silence().toMillis());
    }

    /** Once, whatever comes first. */
    private void listen() {
        synchronized (this) {
            if (spoken) {
                return;
            }
            spoken = true;
        }
        session.listen(Long.MAX_VALUE);
    }

    @Override
    public void text(String text) {
        isText = true;
        try {
            handle(ApiRequest.parse(text), true);
        } catch (RefusedException e) {
            answer(new ApiResponse.Error(e.kind(), e.getMessage()), true);
        }
        listen();
    }

    @Override
    public void binary(byte[] frame) {
        isText = false;
        try {
            handle(ApiRequest.parse(frame), false);
        } catch (RefusedException e) {
            answer(new ApiResponse.Error(e.kind(), e.getMessage()), false);
        }
        listen();
    }

    private void handle(ApiRequest request, boolean asText) throws RefusedException {
        switch (request) {
            case ApiRequest.Send(MixnetAddress recipient, OptionalLong connection, byte[] message) ->
                    send(message, connection, OptionalInt.empty(), asText,
                            options -> session.door().client().send(recipient, message, options));
            case ApiRequest.SendAnonymous(MixnetAddress recipient, long surbs, OptionalLong connection,
                                          byte[] message) -> {
                if (surbs > SendOptions.MAX_REPLY_SURBS) {
                    throw new RefusedException(ErrorKind.MALFORMED_REQUEST,
                            "replySurbs must be 0 to " + SendOptions.MAX_REPLY_SURBS + ", not " + surbs);
                }
                send(message, connection, OptionalInt.of((int) surbs), asText,
                        options -> session.door().client().send(recipient, message, options));
            }
            case ApiRequest.Reply reply -> send(reply.message(), reply.connection(), OptionalInt.empty(), asText,
                    options -> session.door().client().reply(reply.sender(), reply.message(), options));
            case ApiRequest.SelfAddress() -> {
                addressAsText = asText;
                session.awaitAddress();
            }
            case ApiRequest.ClosedConnection(long connection) ->
                    session.door().client().closeLane(session.lane(connection));
            case ApiRequest.GetLaneQueueLength(long connection) -> answerQueueLength(connection, asText);
        }
    }

    private void send(byte[] message, OptionalLong connection, OptionalInt surbs, boolean asText,
                      Function<SendOptions, Delivery> send) {
        long lane = connection.isPresent() ? session.lane(connection.getAsLong()) : session.ownLane();
        Duration deadline = SendOptions.DEFAULT.deadline();
        session.submit(new Submission(message.length, deadline,
                left -> send.apply(new SendOptions(surbs, left, OptionalLong.of(lane))),
                outcome -> ended(outcome, asText)));
        connection.ifPresent(id -> answerQueueLength(id, asText));
    }

    /** How messages end is not told, but a request that cannot be fulfilled by anybody is answered. */
    private void ended(Outcome outcome, boolean asText) {
        if (outcome instanceof Outcome.Failed(FailureReason reason, String detail)) {
            LOG.debug("a message was not delivered: {}, {}", reason, detail);
            if (reason == FailureReason.MESSAGE_SIZE) {
                answer(new ApiResponse.Error(ErrorKind.MALFORMED_REQUEST, detail), asText);
            }
        }
    }

    private void answerQueueLength(long connection, boolean asText) {
        long bytes = session.door().client().laneBytes(session.lane(connection));
        answer(new ApiResponse.LaneQueueLength(connection, Math.ceilDiv(bytes, PACKET_BYTES)), asText);
    }

    @Override
    public void address(MixnetAddress address) {
        answer(new ApiResponse.SelfAddress(address), addressAsText);
    }

    private void answer(ApiResponse response, boolean asText) {
        session.answer(asText ? Payload.of(response.toJson()) : Payload.of(response.toBytes()));
    }

    @Override
    public Payload put(ReceivedMessage message) {
        ApiResponse response = new ApiResponse.Received(message.sender(), message.payload());
        return isText ? Payload.of(response.toJson()) : Payload.of(response.toBytes());
    }
}
