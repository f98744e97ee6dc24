package org.cloakwork.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.cloakwork.wire.Reassembler.Complete;
import org.cloakwork.wire.Reassembler.DropReason;
import org.cloakwork.wire.Reassembler.Dropped;
import org.cloakwork.wire.Reassembler.Incomplete;
import org.junit.jupiter.api.Test;

class ReassemblerTest {

    private static final Duration STALE_AFTER = Duration.ofMinutes(30);
    private static final int PAYLOAD = 100;
    private static final int COST_OF_ONE_OF_TWO =
            Reassembler.SET_COST + 2 * Reassembler.SLOT_COST + Reassembler.FRAGMENT_COST + PAYLOAD;

    private final Reassembler<String> reassembler = new Reassembler<>(1 << 20, 10, STALE_AFTER, 2);

    private static Fragment fragment(int setId, int position, int total) {
        return fragment(setId, position, total, PAYLOAD);
    }

    private static Fragment fragment(int setId, int position, int total, int payload) {
        return new Fragment(setId, total, position, OptionalInt.empty(), OptionalInt.empty(), new byte[payload]);
    }

    private static void fill(Reassembler<String> reassembler, int setId, OptionalInt previous, OptionalInt next) {
        for (int position = 1; position <= 255; position++) {
            reassembler.add("", linked(setId, position, 255, previous, next), 0);
        }
    }

    private static Fragment linked(int setId, int position, int total, OptionalInt previous, OptionalInt next) {
        return new Fragment(setId, total, position, position == 1 ? previous : OptionalInt.empty(),
                position == 255 ? next : OptionalInt.empty(), new byte[] {(byte) position});
    }

    @Test
    void theFirstFragmentOfAPositionStays() {
        Fragment first = new Fragment(1, 2, 1, OptionalInt.empty(), OptionalInt.empty(), new byte[] {1});
        Fragment other = new Fragment(1, 2, 1, OptionalInt.empty(), OptionalInt.empty(), new byte[] {2});
        Fragment last = new Fragment(1, 2, 2, OptionalInt.empty(), OptionalInt.empty(), new byte[] {3});
        assertEquals(new Incomplete(), reassembler.add("", first, 0));
        assertEquals(new Dropped(DropReason.DUPLICATE), reassembler.add("", other, 0));
        assertArrayEquals(new byte[] {1, 3}, assertInstanceOf(Complete.class, reassembler.add("", last, 0)).padded());
    }

    @Test
    void anotherTotalIsRefused() {
        assertEquals(new Incomplete(), reassembler.add("", fragment(1, 1, 2), 0));
        assertEquals(new Dropped(DropReason.TOTAL_MISMATCH), reassembler.add("", fragment(1, 200, 255), 0));
        assertInstanceOf(Complete.class, reassembler.add("", fragment(1, 2, 2), 0));
    }

    @Test
    void completedSetsAreRememberedWithinTheLimitAndTheTime() {
        for (int id = 1; id <= 3; id++) {
            assertInstanceOf(Complete.class, reassembler.add("", fragment(id, 1, 1), 0));
        }
        assertEquals(new Dropped(DropReason.ALREADY_COMPLETE), reassembler.add("", fragment(3, 1, 1), 1));
        assertEquals(new Dropped(DropReason.ALREADY_COMPLETE), reassembler.add("", fragment(2, 1, 1), 1));
        assertInstanceOf(Complete.class, reassembler.add("", fragment(1, 1, 1), 1));
        assertInstanceOf(Complete.class, reassembler.add("", fragment(3, 1, 1), STALE_AFTER.toNanos()));
    }

    @Test
    void anotherMessageWithTheSetIdOfACompleteOneIsNoDuplicate() {
        Fragment first = new Fragment(7, 1, 1, OptionalInt.empty(), OptionalInt.empty(), new byte[] {1, 2});
        Fragment other = new Fragment(7, 1, 1, OptionalInt.empty(), OptionalInt.empty(), new byte[] {1, 3});
        Fragment longer = new Fragment(7, 2, 1, OptionalInt.empty(), OptionalInt.empty(), new byte[] {1, 3});
        reassembler.add("", first, 0);
        assertEquals(new Dropped(DropReason.ALREADY_COMPLETE), reassembler.add("", first, 1));
        assertArrayEquals(new byte[] {1, 3}, assertInstanceOf(Complete.class, reassembler.add("", other, 2)).padded());
        assertEquals(new Dropped(DropReason.ALREADY_COMPLETE), reassembler.add("", other, 3));
        assertEquals(new Incomplete(), reassembler.add("", longer, 4));
    }

    @Test
    void whatWasCompleteBeforeARestartIsKnown() {
        Fragment first = new Fragment(7, 1, 1, OptionalInt.empty(), OptionalInt.empty(), new byte[] {1, 2});
        Fragment other = new Fragment(7, 1, 1, OptionalInt.empty(), OptionalInt.empty(), new byte[] {1, 3});
        List<byte[]> told = new ArrayList<>();
        new Reassembler<>(1 << 20, 10, STALE_AFTER, 2, new Reassembler.Listener<String>() {
            @Override
            public void dropped(String way, int setId, int total) {
                // not asked here
            }

            @Override
            public void completed(String way, int setId, byte[] fingerprints) {
                told.add(fingerprints);
            }

            @Override
            public void forgotten(String way, int setId) {
                // not asked here
            }
        }).add("", first, 0);
        reassembler.restoreCompleted("", 7, 0, told.getFirst());
        reassembler.restoreCompleted("", 8, 0, new byte[0]);
        assertEquals(new Dropped(DropReason.ALREADY_COMPLETE), reassembler.add("", first, 1));
        assertInstanceOf(Complete.class, reassembler.add("", other, 1));
        assertEquals(new Dropped(DropReason.ALREADY_COMPLETE), reassembler.add("", fragment(8, 1, 3), 1));
    }

    @Test
    void aSetWithoutNewFragmentsGoesAndDuplicatesDoNotKeepIt() {
        long stale = STALE_AFTER.toNanos();
        reassembler.add("", fragment(1, 1, 2), 0);
        reassembler.add("", fragment(2, 1, 2), 10);
        assertEquals(new Dropped(DropReason.DUPLICATE), reassembler.add("", fragment(1, 1, 2), stale - 1));
        assertEquals(2, reassembler.setsHeld());
        reassembler.dropStale(stale);
        assertEquals(1, reassembler.setsHeld());
        assertEquals(1, reassembler.staleFragments());
        assertInstanceOf(Complete.class, reassembler.add("", fragment(2, 2, 2), stale));
        assertEquals(0, reassembler.bytesHeld());
    }

    @Test
    void theLongestIdleSetMakesRoomInBytes() {
        Reassembler<String> small = new Reassembler<>(2 * COST_OF_ONE_OF_TWO, 10, STALE_AFTER, 2);
        small.add("", fragment(1, 1, 2), 0);
        small.add("", fragment(2, 1, 2), 1);
        assertEquals(2 * COST_OF_ONE_OF_TWO, small.bytesHeld());
        assertEquals(new Incomplete(), small.add("", fragment(3, 1, 2), 2));
        assertEquals(2 * COST_OF_ONE_OF_TWO, small.bytesHeld());
        assertEquals(1, small.evictedFragments());
        assertInstanceOf(Complete.class, small.add("", fragment(3, 2, 2, 0), 3));
        assertEquals(2, small.evictedFragments());
        assertEquals(0, small.bytesHeld());
    }

    @Test
    void theLongestIdleSetMakesRoomInSets() {
        Reassembler<String> small = new Reassembler<>(1 << 20, 2, STALE_AFTER, 2);
        small.add("", fragment(1, 1, 3), 0);
        small.add("", fragment(2, 1, 2), 1);
        small.add("", fragment(1, 2, 3), 2);
        assertEquals(new Incomplete(), small.add("", fragment(3, 1, 2), 3));
        assertEquals(2, small.setsHeld());
        assertInstanceOf(Complete.class, small.add("", fragment(1, 3, 3), 4));
    }

    @Test
    void whatComesAnotherWayIsAnotherMessage() {
        assertInstanceOf(Complete.class, reassembler.add("one", fragment(1, 1, 1), 0));
        assertInstanceOf(Complete.class, reassembler.add("other", fragment(1, 1, 1), 0));
        assertEquals(new Dropped(DropReason.ALREADY_COMPLETE), reassembler.add("one", fragment(1, 1, 1), 0));
        assertEquals(new Incomplete(), reassembler.add("one", fragment(2, 1, 2), 0));
        assertEquals(new Incomplete(), reassembler.add("other", fragment(2, 2, 2), 0));
        assertInstanceOf(Complete.class, reassembler.add("third", fragment(2, 1, 1), 0));
        assertInstanceOf(Complete.class, reassembler.add("other", fragment(2, 1, 2), 0));
    }

    @Test
    void whatComesOneWayDoesNotPushOutWhatComesAnother() {
        Reassembler<String> small = new Reassembler<>(5 * COST_OF_ONE_OF_TWO, 4, STALE_AFTER, 2);
        small.add("quiet", fragment(1, 1, 2), 0);
        for (int id = 1; id <= 100; id++) {
            small.add("loud", fragment(id, 1, 2), id);
            small.add("large", fragment(id, 1, 2, 2 * PAYLOAD), id);
        }
        assertInstanceOf(Complete.class, small.add("quiet", fragment(1, 2, 2, 0), 200));
    }

    @Test
    void aSetLargerThanTheLimitGoes() {
        Reassembler<String> small = new Reassembler<>(COST_OF_ONE_OF_TWO, 10, STALE_AFTER, 2);
        assertEquals(new Incomplete(), small.add("", fragment(1, 1, 2), 0));
        assertEquals(new Dropped(DropReason.LIMIT), small.add("", fragment(1, 2, 2), 0));
        assertEquals(0, small.bytesHeld());
        assertEquals(0, small.setsHeld());
        assertEquals(1, small.evictedFragments());
        assertInstanceOf(Complete.class, small.add("", fragment(2, 1, 1), 0));
    }

    @Test
    void setsLinkedInACircleDoNotHang() {
        fill(reassembler, 1, OptionalInt.of(2), OptionalInt.of(2));
        assertEquals(1, reassembler.setsHeld());
        fill(reassembler, 2, OptionalInt.of(1), OptionalInt.of(1));
        assertEquals(1, reassembler.setsHeld());
        assertEquals(254, reassembler.evictedFragments());
    }

    @Test
    void linksMustBeMutual() {
        fill(reassembler, 1, OptionalInt.empty(), OptionalInt.of(3));
        Fragment stranger = linked(2, 1, 1, OptionalInt.of(1), OptionalInt.empty());
        assertEquals(new Dropped(DropReason.BROKEN_LINKS), reassembler.add("", stranger, 0));
        Fragment rightful = linked(3, 1, 1, OptionalInt.of(1), OptionalInt.empty());
        assertEquals(256, assertInstanceOf(Complete.class, reassembler.add("", rightful, 0)).padded().length);
        assertEquals(0, reassembler.bytesHeld());
    }

    @Test
    void aLinkToASetThatIsLinkedElsewhereIsRefused() {
        reassembler.add("", linked(2, 1, 1, OptionalInt.empty(), OptionalInt.empty()), 0);
        reassembler.add("", linked(3, 1, 1, OptionalInt.of(9), OptionalInt.empty()), 0);
        fill(reassembler, 1, OptionalInt.empty(), OptionalInt.of(3));
        assertEquals(1, reassembler.setsHeld());
        assertEquals(254, reassembler.evictedFragments());
    }

    @Test
    void limitsMustBePositive() {
        assertThrows(IllegalArgumentException.class, () -> new Reassembler<>(0, 1, STALE_AFTER, 1));
        assertThrows(IllegalArgumentException.class, () -> new Reassembler<>(1, 0, STALE_AFTER, 1));
    }
}
