package org.cloakwork.client.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.outbox.Lane;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.FragmentId;
import org.junit.jupiter.api.Test;

class PendingAcksTest {

    private final PendingAcks pending = new PendingAcks();

    private static OutgoingFragment fragment(int set, int position) {
        return new OutgoingFragment(new OutgoingMessage(new Target.ToSender(new SenderTag(new byte[16]), false),
                Lane.GENERAL, 0, 0, 1, (ended, outcome) -> { }, Runnable::run),
                new Fragment(set, 10, position, OptionalInt.empty(), OptionalInt.empty(), new byte[0]));
    }

    @Test
    void anAcknowledgementCountsOnce() {
        OutgoingFragment fragment = fragment(7, 3);
        assertTrue(pending.add(List.of(fragment)));
        assertEquals(Optional.empty(), pending.acknowledged(new FragmentId(7, 4)));
        assertEquals(Optional.empty(), pending.acknowledged(FragmentId.COVER));
        assertEquals(Optional.of(fragment), pending.acknowledged(new FragmentId(7, 3)));
        assertEquals(Optional.empty(), pending.acknowledged(new FragmentId(7, 3)));
    }

    @Test
    void anIdThatIsTakenIsNotTakenOver() {
        OutgoingFragment first = fragment(7, 3);
        assertTrue(pending.add(List.of(fragment(7, 2), first)));
        assertFalse(pending.add(List.of(fragment(8, 1), fragment(7, 3))));
        assertEquals(2, pending.size());
        pending.remove(fragment(7, 3));
        assertEquals(Optional.of(first), pending.acknowledged(new FragmentId(7, 3)));
        pending.remove(first);
        assertEquals(1, pending.size());
    }
}
