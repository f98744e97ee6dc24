package org.cloakwork.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SenderTag;
import org.cloakwork.wire.Fragment;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final Outbox outbox = new Outbox();
    private final List<Outcome> ends = new ArrayList<>();

    private OutgoingMessage message(long lane, int fragments) {
        OutgoingMessage message = new OutgoingMessage(new Target.ToSender(new SenderTag(new byte[16]), false),
                Lane.of(OptionalLong.of(lane)), 0, 1000, (ended, outcome) -> ends.add(outcome), Runnable::run);
        List<OutgoingFragment> all = new ArrayList<>();
        for (int i = 1; i <= fragments; i++) {
            all.add(new OutgoingFragment(message, new Fragment((int) lane, fragments, i, OptionalInt.empty(),
                    OptionalInt.empty(), new byte[0])));
        }
        message.cut(all);
        all.forEach(fragment -> outbox.add(message.lane(), fragment));
        return message;
    }

    private List<String> drain() {
        List<String> order = new ArrayList<>();
        for (Optional<OutgoingFragment> next = outbox.poll(); next.isPresent(); next = outbox.poll()) {
            order.add(next.get().fragment().setId() + "/" + next.get().fragment().position());
        }
        return order;
    }

    @Test
    void lanes_take_turns_and_each_keeps_its_order() {
        message(1, 4);
        message(2, 2);
        message(3, 1);
        assertEquals(List.of("1/1", "2/1", "3/1", "1/2", "2/2", "1/3", "1/4"), drain());
        assertEquals(0, outbox.size());
    }

    @Test
    void a_lane_that_was_empty_joins_at_the_end() {
        message(1, 3);
        assertEquals(1, outbox.poll().orElseThrow().fragment().setId());
        message(2, 1);
        assertEquals(List.of("1/2", "2/1", "1/3"), drain());
    }

    @Test
    void fragments_of_ended_messages_are_passed_over() {
        OutgoingMessage ended = message(1, 3);
        message(2, 1);
        assertTrue(ended.fail(FailureReason.DEADLINE, "late"));
        assertEquals(List.of("2/1"), drain());
    }

    @Test
    void fragments_of_many_ended_messages_do_not_stay_while_nothing_is_sent() {
        message(7, 10);
        for (int i = 0; i < 1000; i++) {
            OutgoingMessage message = message(1, 20);
            message.fail(FailureReason.DEADLINE, "late");
            outbox.ended(message.takeFragments().size());
        }
        assertTrue(outbox.size() < 3000, "" + outbox.size());
        assertEquals(10, drain().size());
        assertEquals(0, outbox.size());
    }

    @Test
    void a_message_ends_once() {
        OutgoingMessage message = message(1, 2);
        assertFalse(message.acknowledged(5));
        assertTrue(message.acknowledged(9));
        assertFalse(message.fail(FailureReason.CLOSED, "late"));
        message.refuse(FailureReason.CLOSED, "late");
        assertEquals(1, ends.size());
        assertEquals(message.outcome().join(), ends.getFirst());
        assertEquals(2, message.takeFragments().size());
        assertEquals(0, message.takeFragments().size());
    }

    @Test
    void who_completes_its_copy_of_the_outcome_does_not_change_it_for_others() {
        OutgoingMessage message = message(1, 1);
        message.outcome().complete(null);
        assertFalse(message.outcome().isDone());
        assertTrue(message.isOpen());
    }
}
