package org.cloakwork.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.SenderTag;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.PacketSize;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final Outbox outbox = new Outbox();
    private final List<Outcome> ends = new ArrayList<>();

    private OutgoingMessage message(long lane, int fragments) {
        return message(lane, fragments, PacketSize.REGULAR);
    }

    private OutgoingMessage message(long lane, int fragments, PacketSize size) {
        OutgoingMessage message = new OutgoingMessage(new Target.ToSender(new SenderTag(new byte[16]), false),
                Lane.of(lane), 1000, 0, 1000, (ended, outcome) -> ends.add(outcome), Runnable::run);
        List<OutgoingFragment> all = new ArrayList<>();
        for (int i = 1; i <= fragments; i++) {
            all.add(new OutgoingFragment(message, new Fragment((int) lane, fragments, i, OptionalInt.empty(),
                    OptionalInt.empty(), new byte[size.fragmentLength() - Fragment.HEADER_LENGTH])));
        }
        message.cut(all);
        all.forEach(outbox::add);
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
    void lanesTakeTurnsAndEachKeepsItsOrder() {
        message(1, 4);
        message(2, 2);
        message(3, 1);
        assertEquals(List.of("1/1", "2/1", "3/1", "1/2", "2/2", "1/3", "1/4"), drain());
        assertEquals(0, outbox.size());
    }

    @Test
    void aLaneThatWasEmptyJoinsAtTheEnd() {
        message(1, 3);
        assertEquals(1, outbox.poll().orElseThrow().fragment().setId());
        message(2, 1);
        assertEquals(List.of("1/2", "2/1", "1/3"), drain());
    }

    @Test
    void fragmentsOfEndedMessagesArePassedOver() {
        OutgoingMessage ended = message(1, 3);
        message(2, 1);
        assertTrue(ended.fail(FailureReason.DEADLINE, "late"));
        assertEquals(List.of("2/1"), drain());
    }

    @Test
    void fragmentsOfManyEndedMessagesDoNotStayWhileNothingIsSent() {
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

    /** What each lane got of every window of so many packets, relative to its share. */
    private void assertFair(int lanes, int packets, int window) {
        List<OutgoingFragment> sent = new ArrayList<>();
        for (int i = 0; i < packets; i++) {
            sent.add(outbox.poll().orElseThrow());
        }
        for (int from = 0; from + window <= packets; from += window / 10) {
            Map<Lane, Long> bytes = new HashMap<>();
            sent.subList(from, from + window).forEach(fragment ->
                    bytes.merge(fragment.message().lane(), (long) fragment.packetBytes(), Long::sum));
            double share = bytes.values().stream().mapToLong(Long::longValue).sum() / (double) lanes;
            assertEquals(lanes, bytes.size());
            bytes.forEach((lane, got) -> assertEquals(1, got / share, 0.1, lane + " of " + bytes));
        }
    }

    @Test
    void busyLanesGetEqualBytesOfEveryWindowWhateverWaitsOnThem() {
        message(1, 200);
        message(1, 200);
        message(1, 200);
        for (int lane = 2; lane <= 5; lane++) {
            message(lane, 120);
        }
        assertFair(5, 500, 50);
    }

    @Test
    void busyLanesGetEqualBytesOfEveryWindowWhateverTheSizeOfTheirPackets() {
        message(1, 250, PacketSize.EXTENDED_32);
        message(2, 255, PacketSize.EXTENDED_16);
        message(2, 255, PacketSize.EXTENDED_16);
        for (int i = 0; i < 15; i++) {
            message(3, 255);
        }
        for (int i = 0; i < 5; i++) {
            message(4, 255, PacketSize.EXTENDED_8);
        }
        assertFair(4, 4000, 1000);
    }

    @Test
    void aLaneThatIsNeverEmptyDoesNotHoldUpOneThatSendsNowAndThen() {
        for (int i = 0; i < 10; i++) {
            message(1, 255, PacketSize.EXTENDED_32);
        }
        for (int i = 0; i < 100; i++) {
            message(2, 1);
            int waited = 0;
            while (outbox.poll().orElseThrow().fragment().setId() != 2) {
                waited++;
            }
            assertTrue(waited <= 1, waited + " packets of 33 kB came first");
        }
    }

    @Test
    void firstAndFurtherCopiesGetHalfEachWhileBothWait() {
        List<OutgoingFragment> lost = message(1, 100).takeFragments();
        drain();
        lost.forEach(fragment -> fragment.sent(0, 0, List.of()));
        lost.forEach(outbox::add);
        message(2, 200);
        message(3, 200);
        int further = 0;
        for (int i = 0; i < 100; i++) {
            further += outbox.poll().orElseThrow().transmissions();
        }
        assertEquals(50, further);
        assertEquals(400, drain().size());
    }

    @Test
    void whatHasNotLeftOfAMessageIsKnownAtAnyMoment() {
        OutgoingMessage message = message(1, 4);
        assertEquals(1000, message.unsentBytes());
        List<OutgoingFragment> fragments = message.takeFragments();
        fragments.get(2).sent(0, 0, List.of());
        assertEquals(750, message.unsentBytes());
        fragments.get(2).sent(0, 0, List.of());
        assertEquals(750, message.unsentBytes());
        assertTrue(message.isUnsent());
        fragments.forEach(fragment -> fragment.sent(0, 0, List.of()));
        assertEquals(0, message.unsentBytes());
        assertFalse(message.isUnsent());
        OutgoingMessage ended = message(1, 4);
        ended.fail(FailureReason.DEADLINE, "late");
        assertEquals(0, ended.unsentBytes());
    }

    @Test
    void aMessageEndsOnce() {
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
    void whoCompletesItsCopyOfTheOutcomeDoesNotChangeItForOthers() {
        OutgoingMessage message = message(1, 1);
        message.outcome().complete(null);
        assertFalse(message.outcome().isDone());
        assertTrue(message.isOpen());
    }
}
