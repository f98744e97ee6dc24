package org.cloakwork.client.engine;

import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.encode.Content;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.store.Saved;

/** Messages that an earlier client of this identity was sending go on as if they had been handed over now. */
final class Restoring {

    private final Ground ground;
    private final Admission admission;
    private final Outgoing outgoing;

    Restoring(Ground ground, Admission admission, Outgoing outgoing) {
        this.ground = ground;
        this.admission = admission;
        this.outgoing = outgoing;
    }

    /** @param message that had not ended */
    void restore(Saved.Message message) {
        ground.counters().count(Counter.MESSAGES_CREATED);
        ground.counters().count(Counter.MESSAGES_RESTORED);
        long bytes = message.content().map(this::bytesHeld)
                .orElse(OutgoingMessage.bytesHeld(message.fragments()));
        int length = message.content().map(Restoring::length).orElse(
                message.fragments().stream().mapToInt(fragment -> fragment.payload().length).sum());
        OutgoingMessage restored = admission.message(message.target(), message.lane(), length,
                ground.nanosOf(message.created()), ground.nanosOf(message.deadline()), bytes);
        restored.setId(message.id());
        restored.durable();
        message.content().ifPresentOrElse(content -> outgoing.enqueue(restored, content),
                () -> outgoing.goOnWith(restored, message.fragments()));
    }

    private long bytesHeld(Content content) {
        int surbs = switch (content) {
            case Content.Anonymous anonymous -> anonymous.surbs();
            case Content.MoreSurbs more -> more.surbs();
            case Content.Plain ignored -> 0;
            case Content.Reply ignored -> 0;
            case Content.SurbRequest ignored -> 0;
        };
        return OutgoingMessage.bytesHeld(length(content), surbs, ground.configuration().packetSizes());
    }

    private static int length(Content content) {
        return switch (content) {
            case Content.Plain(byte[] data) -> data.length;
            case Content.Anonymous(SenderTag tag, int surbCount, byte[] data) -> data.length;
            case Content.Reply(byte[] data) -> data.length;
            case Content.SurbRequest ignored -> 0;
            case Content.MoreSurbs ignored -> 0;
        };
    }
}
