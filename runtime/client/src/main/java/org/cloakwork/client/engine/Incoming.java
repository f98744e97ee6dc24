package org.cloakwork.client.engine;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.inbox.Inbox;
import org.cloakwork.client.inbox.Mailbox;
import org.cloakwork.client.replies.Replies;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.WireException;

/**
 * The way in: {@code session -> acknowledgement, or inbox -> mailbox and replies}. On the client's own thread.
 */
final class Incoming {

    /** Payloads up to this length are acknowledgements or nothing. Source: protocol/3-messages, 7. */
    private static final int LONGEST_ACK = 48;

    private final Ground ground;
    private final Ledger ledger;
    private final Inbox inbox;
    private final Mailbox mailbox;
    private final Replies replies;
    private final Supplier<Optional<MixnetAddress>> own;
    private final Consumer<FragmentId> acknowledged;

    /**
     * @param ledger       writes down what arrives
     * @param inbox        makes messages of it
     * @param mailbox      hands them over
     * @param replies      keeps reply blocks that come along
     * @param own          our address at the time
     * @param acknowledged is told which fragments have arrived
     */
    Incoming(Ground ground, Ledger ledger, Inbox inbox, Mailbox mailbox, Replies replies,
             Supplier<Optional<MixnetAddress>> own, Consumer<FragmentId> acknowledged) {
        this.ground = ground;
        this.ledger = ledger;
        this.inbox = inbox;
        this.mailbox = mailbox;
        this.replies = replies;
        this.own = own;
        this.acknowledged = acknowledged;
    }

    /** Goes on with what had arrived before the client started. */
    void restore(Saved saved) {
        inbox.restore(saved.fragments(), saved.completed(), saved.seen(), ground::nanosOf, ground.nowNanos());
        saved.received().forEach(message -> mailbox.deliver(message.message(), ledger.gone(message.id())));
    }

    /** @param bytes that the gateway delivered */
    void payload(byte[] bytes) {
        if (bytes.length > LONGEST_ACK) {
            inbox.delivered(bytes, ground.nowNanos()).ifPresent(this::received);
            return;
        }
        try {
            acknowledged.accept(ground.cryptography().openAck(bytes, ground.identity().ackKey()));
        } catch (WireException e) {
            ground.counters().count(Counter.ACKS_MALFORMED);
        }
    }

    private void received(Inbox.Delivered delivered) {
        switch (delivered) {
            case Inbox.ToAddress(NymMessage.Plain(byte[] data)) ->
                    deliver(new ReceivedMessage(data, new ReceivedMessage.Unknown()));
            case Inbox.ToAddress(NymMessage.Repliable(SenderTag sender, RepliableContent content)) -> {
                switch (content) {
                    case RepliableContent.Data data -> {
                        replies.received(sender, data.surbs(), false, own.get(), data.data().length);
                        deliver(new ReceivedMessage(data.data(), new ReceivedMessage.Sender(sender)));
                    }
                    case RepliableContent.AdditionalSurbs more ->
                            replies.received(sender, more.surbs(), true, own.get(), 0);
                    case RepliableContent.Heartbeat heartbeat ->
                            replies.pulled(sender, heartbeat.surbs(), own.get());
                }
            }
            case Inbox.OverReplyBlock(ReplyContent.Data(byte[] data), Optional<SenderTag> ownTag) ->
                    deliver(new ReceivedMessage(data, replies.answer(ownTag)));
            case Inbox.OverReplyBlock(ReplyContent.SurbRequest request, Optional<SenderTag> ownTag) ->
                    replies.grant(request, ownTag);
        }
    }

    private void deliver(ReceivedMessage message) {
        mailbox.deliver(message, ledger.received(message));
    }
}
