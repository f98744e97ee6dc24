package org.cloakwork.frontend.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.Subscription;
import org.cloakwork.wire.websocket.ExtensionRequest;
import org.cloakwork.wire.websocket.ExtensionResponse;

/** The subprotocol {@link ExtensionRequest#SUBPROTOCOL}: docs/websocket.md. */
final class Extended implements Dialect {

    private final Session session;
    private final MixnetClient client;
    @GuardedBy("this")
    private Subscription states;

    Extended(Session session) {
        this.session = session;
        client = session.door().client();
    }

    @Override
    public void text(String text) {
        try {
            handle(ExtensionRequest.parse(text));
        } catch (ExtensionRequest.InvalidException e) {
            answer(new ExtensionResponse.Error(e.id(), e.getMessage()));
        }
    }

    @Override
    public void binary(byte[] frame) {
        answer(new ExtensionResponse.Error(Optional.empty(),
                ExtensionRequest.SUBPROTOCOL + " is spoken here: requests are text"));
    }

    private void handle(ExtensionRequest request) {
        switch (request) {
            case ExtensionRequest.Send send -> submit(send);
            case ExtensionRequest.Reply reply -> submit(reply);
            case ExtensionRequest.Receive(OptionalLong count) -> session.listen(count.orElse(Long.MAX_VALUE));
            case ExtensionRequest.FollowState() -> followState();
            case ExtensionRequest.SelfAddress() -> session.awaitAddress();
            case ExtensionRequest.CloseLane(long connection) -> client.closeLane(session.lane(connection));
            case ExtensionRequest.GetLaneQueueLength(long connection) -> {
                long bytes = client.laneBytes(session.lane(connection));
                answer(new ExtensionResponse.LaneQueueLength(connection, bytes,
                        Math.ceilDiv(bytes, Classic.PACKET_BYTES)));
            }
        }
    }

    private void submit(ExtensionRequest.Message message) {
        OptionalLong connection = message.connection();
        SendOptions options = message.options()
                .withLane(connection.isPresent() ? session.lane(connection.getAsLong()) : session.ownLane());
        session.submit(new Submission(message.payload().length, options.deadline(),
                left -> switch (message) {
                    case ExtensionRequest.Send send ->
                            client.send(send.recipient(), send.payload(), options.withDeadline(left));
                    case ExtensionRequest.Reply reply ->
                            client.reply(reply.sender(), reply.payload(), options.withDeadline(left));
                },
                outcome -> answer(new ExtensionResponse.Ended(message.id(), outcome))));
    }

    private synchronized void followState() {
        if (states == null) {
            states = client.onState(this::stateChanged);
        }
    }

    private void stateChanged(ClientState state) {
        answer(new ExtensionResponse.State(state));
    }

    @Override
    public void address(MixnetAddress address) {
        answer(new ExtensionResponse.SelfAddress(address));
    }

    private void answer(ExtensionResponse response) {
        session.answer(Payload.of(response.toJson()));
    }

    @Override
    public Payload put(ReceivedMessage message) {
        return Payload.of(new ExtensionResponse.Received(message.sender(), message.payload()).toJson());
    }

    @Override
    public synchronized void ended() {
        if (states != null) {
            states.close();
        }
    }
}
