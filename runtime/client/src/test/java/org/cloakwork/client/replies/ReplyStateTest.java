package org.cloakwork.client.replies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.engine.VirtualTime;
import org.cloakwork.client.outbox.Lane;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.Node;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.crypto.ReplyKey;
import org.junit.jupiter.api.Test;

/** SurbStock, ReplyKeys and SenderTags. */
class ReplyStateTest {

    /** With a block each, more than there is room for. */
    private static final int MANY_SENDERS =
            SurbStock.MAX_BYTES / (SurbStock.SURB_BYTES + SurbStock.PEER_BYTES) + 200;

    private static final long HOUR = 3600 * 1_000_000_000L;
    private static final String FIRST_HOP = "10.0.0.1:1789";
    private static final long ODD = 7;
    private static final long EVEN = 8;

    private final Randomness randomness = new VirtualTime(1).randomness();
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final SurbStock stock = new SurbStock(counters, Ledger.none());
    private final SenderTag peer = tag();
    private final IdentityKey gateway = IdentityKeyPair.generate(randomness).publicKey();

    ReplyStateTest() {
        stock.topologyChanged(topology(KeyRotation.NO_ROTATION, FIRST_HOP), 0);
    }

    private Topology topology(long rotationId, String... firstHops) {
        Map<Long, Node> nodes = new HashMap<>();
        for (String hop : firstHops) {
            nodes.put((long) nodes.size(), new Node(nodes.size(), NodeAddress.parse(hop), Optional.empty(),
                    IdentityKeyPair.generate(randomness).publicKey(), new EncryptionKey(randomness.bytes(32)),
                    Set.of(Node.Role.MIXNODE), OptionalInt.empty()));
        }
        return new Topology(1, rotationId, Instant.EPOCH,
                new Topology.RewardedSet(1, Set.of(), Set.of(), nodes.keySet(), Set.of(), Set.of(), Set.of()), nodes);
    }

    private void received(SenderTag sender, List<ReplySurb> surbs, boolean requested) {
        received(sender, surbs, requested, 0);
    }

    private void received(SenderTag sender, List<ReplySurb> surbs, boolean requested, long nowNanos) {
        stock.received(sender, surbs, requested, Optional.empty(), nowNanos);
    }

    private SenderTag tag() {
        return new SenderTag(randomness.bytes(16));
    }

    private ReplySurb surb(KeyRotation rotation) {
        return surb(rotation, FIRST_HOP, 4);
    }

    private ReplySurb surb(KeyRotation rotation, String firstHop, int hops) {
        try {
            return new ReplySurb(ReplyKey.generate(randomness), Surb.parse(ByteBuffer
                    .allocate(PacketFormat.HEADER_LENGTH + NodeAddress.LONG_LENGTH + 16 * hops)
                    .position(PacketFormat.HEADER_LENGTH)
                    .put(NodeAddress.parse(firstHop).padded(NodeAddress.LONG_LENGTH)).array()), rotation);
        } catch (SphinxException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<ReplySurb> surbs(int count) {
        return IntStream.range(0, count).mapToObj(i -> surb(KeyRotation.UNKNOWN)).toList();
    }

    private List<OutgoingFragment> fragments(int count) {
        OutgoingMessage message = new OutgoingMessage(new Target.ToSender(peer, false), Lane.GENERAL, 0, 0, HOUR,
                (ended, outcome) -> { }, Runnable::run);
        List<OutgoingFragment> fragments = IntStream.rangeClosed(1, count).mapToObj(i -> new OutgoingFragment(message,
                new Fragment(1, 255, i, OptionalInt.empty(), OptionalInt.empty(), new byte[0]))).toList();
        message.cut(fragments);
        return fragments;
    }

    private void assertBalance(int taken) {
        assertEquals(counters.get(Counter.SURBS_RECEIVED),
                taken + counters.get(Counter.SURBS_EXPIRED) + counters.get(Counter.SURBS_NO_ROOM)
                        + counters.get(Counter.SURBS_FIRST_HOP) + counters.get(Counter.SURBS_HOPS) + stock.size());
    }

    @Test
    void aFragmentLeavesWithEachBlockAboveTheReserve() {
        received(peer, surbs(9), false);
        List<OutgoingFragment> fragments = fragments(20);
        fragments.forEach(fragment -> stock.enqueue(peer, fragment));
        assertEquals(fragments.subList(0, 6), stock.release(peer));
        assertEquals(List.of(), stock.release(peer));
        assertTrue(stock.isWaiting(peer));
        assertEquals(List.of(peer), stock.waiting());
        assertTrue(fragments.stream().limit(6).allMatch(fragment -> fragment.takeSurb() != null));
        assertEquals(3, stock.size());
        assertBalance(6);
    }

    @Test
    void aLostFragmentGoesBeforeThoseThatWaitAndUnwantedOnesGoAltogether() {
        List<OutgoingFragment> fragments = fragments(3);
        stock.enqueue(peer, fragments.get(1));
        fragments.get(0).sent(0, 0, List.of());
        stock.enqueue(peer, fragments.get(0));
        received(peer, surbs(3), false);
        assertEquals(List.of(fragments.get(0)), stock.release(peer));
        fragments.get(1).message().fail(FailureReason.DEADLINE, "late");
        stock.release(peer);
        assertFalse(stock.isWaiting(peer));
    }

    @Test
    void everythingMissingIsAskedForAtOnceAndNotTwice() {
        received(peer, surbs(5), false);
        fragments(100).forEach(fragment -> stock.enqueue(peer, fragment));
        assertEquals(107, stock.request(peer, 0));
        assertEquals(0, stock.request(peer, 1));
        received(peer, surbs(40), true);
        assertEquals(0, stock.request(peer, 2));
        received(peer, surbs(40), true);
        assertNotEquals(0, stock.release(peer).size());
        assertTrue(stock.request(peer, 3) > 0);
    }

    @Test
    void aRequestWithoutAnAnswerIsRepeatedLessAndLessOften() {
        received(peer, surbs(5), false);
        fragments(10).forEach(fragment -> stock.enqueue(peer, fragment));
        List<Long> asked = new ArrayList<>();
        for (long second = 0; second < 3600; second++) {
            if (stock.request(peer, second * 1_000_000_000L) > 0) {
                asked.add(second);
            }
        }
        assertEquals(List.of(0L, 11L, 32L, 73L, 154L, 315L, 616L), asked.subList(0, 7));
    }

    @Test
    void aRequestStaysWithinItsBounds() {
        assertEquals(0, stock.request(peer, 0));
        received(peer, surbs(11), false);
        assertEquals(StockedPeer.LEAST_REQUEST, stock.request(peer, 0));
        SenderTag other = tag();
        received(other, surbs(1), false);
        fragments(250).forEach(fragment -> stock.enqueue(other, fragment));
        assertEquals(StockedPeer.MOST_REQUEST, stock.request(other, 0));
    }

    @Test
    void theLastBlocksAreForNewRequestsOnly() {
        received(peer, surbs(3), false);
        assertTrue(stock.takeForRequestAgain(peer).isPresent());
        assertTrue(stock.takeForRequestAgain(peer).isEmpty());
        assertTrue(stock.takeForRequest(peer).isPresent());
        assertTrue(stock.takeForRequest(peer).isPresent());
        assertTrue(stock.takeForRequest(peer).isEmpty());
        assertTrue(stock.takeForRequest(tag()).isEmpty());
        assertBalance(3);
    }

    @Test
    void aSenderCanBeAnsweredWhileBlocksAreThereOrAskedFor() {
        assertFalse(stock.canAnswer(peer, 0));
        received(peer, List.of(), false);
        assertFalse(stock.canAnswer(peer, 0));
        received(peer, surbs(1), false);
        assertTrue(stock.canAnswer(peer, 0));
        assertTrue(stock.request(peer, 0) > 0);
        ReplySurb last = stock.takeForRequest(peer).orElseThrow();
        assertTrue(stock.canAnswer(peer, 0));
        assertFalse(stock.canAnswer(peer, StockedPeer.REQUEST_TIMEOUT_NANOS + 1));
        stock.putBack(peer, last, 0);
        assertTrue(stock.canAnswer(peer, StockedPeer.REQUEST_TIMEOUT_NANOS + 1));
    }

    @Test
    void oneSenderFillsNoMoreThanItsShare() {
        received(peer, surbs(SurbStock.MAX_PER_SENDER + 7), false);
        assertEquals(SurbStock.MAX_PER_SENDER, stock.size());
        assertEquals(7, counters.get(Counter.SURBS_NO_ROOM));
        assertBalance(0);
    }

    @Test
    void whatSomebodyElseBringsUnderATagPushesOutNothingOfItsOwner() {
        List<ReplySurb> owned = surbs(10);
        received(peer, owned, false);
        received(new SenderTag(peer.bytes()), surbs(SurbStock.MAX_PER_SENDER), false);
        Set<ReplySurb> used = new HashSet<>();
        for (int i = 0; i < owned.size(); i++) {
            used.add(stock.takeForRequest(peer).orElseThrow());
        }
        assertEquals(Set.copyOf(owned), used, "the owner's blocks serve the answers to the owner");
        assertEquals(10, counters.get(Counter.SURBS_NO_ROOM));
        assertBalance(10);
    }

    @Test
    void aMessageIsAnsweredFirstWithTheBlocksItBrought() {
        SenderTag second = new SenderTag(peer.bytes());
        List<ReplySurb> first = surbs(3);
        List<ReplySurb> later = surbs(3);
        received(peer, first, false);
        received(second, later, false);
        assertEquals(later.getFirst(), stock.takeForRequest(second).orElseThrow());
        assertEquals(first.getFirst(), stock.takeForRequest(peer).orElseThrow());
        assertEquals(first.get(1), stock.takeForRequest(new SenderTag(peer.bytes())).orElseThrow());
        assertBalance(3);
    }

    @Test
    void aMessageWithoutBlocksMakesNoPeer() {
        received(peer, surbs(1), false);
        for (int i = 0; i <= MANY_SENDERS; i++) {
            received(tag(), List.of(), false);
        }
        assertTrue(stock.canAnswer(peer, 0));
    }

    @Test
    void whoWasAnsweredIsNotPushedOutByOthersWhoWereNot() {
        received(peer, surbs(5), false);
        stock.takeForRequest(peer).orElseThrow();
        List<ReplySurb> many = surbs(SurbStock.ENOUGH);
        for (int i = 0; i < 2 * MANY_SENDERS / SurbStock.ENOUGH; i++) {
            received(tag(), many, false);
        }
        assertTrue(stock.canAnswer(peer, 0));
        received(tag(), surbs(1), false, SurbStock.SILENT_NANOS + 1);
        assertBalance(1);
    }

    @Test
    void whoGaveBlocksIsNotPushedOutByManyWhoGaveFewer() {
        List<SenderTag> honest = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            honest.add(tag());
            received(honest.getLast(), surbs(10), false);
        }
        for (int i = 0; i < MANY_SENDERS; i++) {
            SenderTag free = tag();
            received(free, surbs(1), false);
            if (i % 2 == 0) {
                // Being answered protects nobody for whom nothing is left.
                stock.takeForRequest(free);
            }
        }
        assertTrue(honest.stream().allMatch(sender -> stock.canAnswer(sender, 0)));
        SenderTag late = tag();
        received(late, surbs(10), false);
        assertTrue(stock.canAnswer(late, 0));
    }

    @Test
    void whoWasAnsweredAndHasManyLeavesRoomForWhoComesLater() {
        List<ReplySurb> many = surbs(SurbStock.MAX_PER_SENDER);
        for (int i = 0; i < 120; i++) {
            SenderTag greedy = tag();
            received(greedy, many, false);
            stock.takeForRequest(greedy).orElseThrow();
        }
        for (int i = 0; i < 100; i++) {
            SenderTag late = tag();
            received(late, surbs(10), false);
            for (int block = 0; block < 10; block++) {
                stock.takeForRequest(late).orElseThrow();
            }
        }
    }

    @Test
    void blocksWhoseFirstHopIsNoMixOfTheFirstLayerAreNotKept() {
        received(peer, List.of(surb(KeyRotation.UNKNOWN, "10.0.0.1:1790", 4),
                surb(KeyRotation.UNKNOWN, "10.0.0.2:1789", 4),
                surb(KeyRotation.UNKNOWN, "[2001:db8::1]:1789", 4)), false);
        assertFalse(stock.canAnswer(peer, 0));
        assertEquals(3, counters.get(Counter.SURBS_FIRST_HOP));
        assertBalance(0);
    }

    @Test
    void blocksOfMoreHopsThanAPacketHasAreNotKept() {
        received(peer, List.of(surb(KeyRotation.UNKNOWN, FIRST_HOP, 5), surb(KeyRotation.UNKNOWN, FIRST_HOP, 6)),
                false);
        assertEquals(1, stock.size());
        assertEquals(1, counters.get(Counter.SURBS_HOPS));
        assertBalance(0);
    }

    @Test
    void firstHopsOfTheEpochBeforeAreTakenAWhileLongerAndUsedLast() {
        ReplySurb before = surb(KeyRotation.UNKNOWN);
        received(peer, List.of(before), false);
        String other = "10.0.0.9:1789";
        stock.topologyChanged(topology(KeyRotation.NO_ROTATION, other), HOUR);
        ReplySurb now = surb(KeyRotation.UNKNOWN, other, 4);
        received(peer, List.of(surb(KeyRotation.UNKNOWN), now), false, HOUR + SurbCheck.GRACE.toNanos());
        received(peer, List.of(surb(KeyRotation.UNKNOWN)), false, HOUR + SurbCheck.GRACE.toNanos() + 1);
        assertEquals(1, counters.get(Counter.SURBS_FIRST_HOP));
        assertEquals(now, stock.takeForRequest(peer).orElseThrow());
        assertEquals(before, stock.takeForRequest(peer).orElseThrow());
        assertBalance(2);
    }

    @Test
    void aBlockOfARotationThatIsNotThereIsUsedOnceItIs() {
        stock.topologyChanged(topology(ODD, FIRST_HOP), 0);
        received(peer, List.of(surb(KeyRotation.EVEN)), false);
        assertTrue(stock.canAnswer(peer, 0));
        assertTrue(stock.takeForRequest(peer).isEmpty(), "no packet of ours has that label");
        stock.topologyChanged(topology(EVEN, FIRST_HOP), 1);
        assertEquals(KeyRotation.EVEN, stock.takeForRequest(peer).orElseThrow().rotation());
    }

    @Test
    void aBlockThatCameALongTimeBeforeItsLabelIsOfTheRotationThatWasOverThen() {
        stock.topologyChanged(topology(ODD, FIRST_HOP), 0);
        received(peer, List.of(surb(KeyRotation.EVEN)), false);
        stock.topologyChanged(topology(ODD + 1, FIRST_HOP), HOUR + 1);
        assertTrue(stock.takeForRequest(peer).isEmpty());
        assertEquals(0, stock.size());
    }

    @Test
    void whoMissedARotationDropsBlocksWhoseLabelLooksLikeThePresentOne() {
        stock.topologyChanged(topology(ODD, FIRST_HOP), 0);
        received(peer, List.of(surb(KeyRotation.ODD)), false);
        stock.topologyChanged(topology(ODD + 2, FIRST_HOP), HOUR);
        assertEquals(0, stock.size());
        assertBalance(0);
    }

    @Test
    void whereEpochsAreShorterBlocksAreRenewedAndDroppedSooner() {
        stock.topologyChanged(topology(ODD, FIRST_HOP), 0);
        received(peer, List.of(surb(KeyRotation.ODD)), false);
        Topology present = topology(ODD + 1, FIRST_HOP).withEpochLength(Duration.ofMinutes(12));
        stock.topologyChanged(present, HOUR);
        assertEquals(List.of(), stock.toRenew(HOUR + HOUR / 30 - 1, 10));
        assertEquals(List.of(peer), stock.toRenew(HOUR + HOUR / 30, 10));
        assertEquals(List.of(), stock.toRenew(HOUR + HOUR / 29, 10));
        stock.topologyChanged(present, HOUR + HOUR / 5);
        assertEquals(1, stock.size());
        stock.topologyChanged(present, HOUR + HOUR / 5 + 1);
        assertEquals(0, stock.size());
    }

    @Test
    void anAnswerHasTheLabelThatAllOurPacketsHave() {
        received(peer, List.of(surb(KeyRotation.ODD)), false);
        assertEquals(KeyRotation.UNKNOWN, stock.takeForRequest(peer).orElseThrow().rotation());
        stock.topologyChanged(topology(ODD, FIRST_HOP), 0);
        received(peer, List.of(surb(KeyRotation.UNKNOWN)), false);
        assertEquals(KeyRotation.ODD, stock.takeForRequest(peer).orElseThrow().rotation());
    }

    @Test
    void manySendersPushOutTheOnesHeardOfLongestAgoButNoneForWhomSomethingWaits() {
        received(peer, surbs(1), false);
        stock.enqueue(peer, fragments(1).getFirst());
        SenderTag second = tag();
        received(second, surbs(2), false);
        for (int i = 0; i < MANY_SENDERS; i++) {
            received(tag(), surbs(2), false);
        }
        assertTrue(stock.isWaiting(peer));
        assertFalse(stock.canAnswer(second, 0));
        assertTrue(stock.size() < SurbStock.MAX_BYTES / SurbStock.SURB_BYTES);
        assertBalance(0);
        List<ReplySurb> share = surbs(SurbStock.MAX_PER_SENDER);
        for (int i = 0; i < 110; i++) {
            received(tag(), share, false);
        }
        assertTrue(stock.size() > SurbStock.MAX_BYTES / SurbStock.SURB_BYTES / 2, "" + stock.size());
        assertBalance(0);
    }

    @Test
    void blocksOfThePresentRotationAreUsedFirstAndOlderOnesExpire() {
        ReplySurb old = surb(KeyRotation.ODD);
        ReplySurb fresh = surb(KeyRotation.EVEN);
        stock.topologyChanged(topology(ODD, FIRST_HOP), 0);
        received(peer, List.of(old, surb(KeyRotation.ODD), fresh), false);
        stock.topologyChanged(topology(EVEN, FIRST_HOP), HOUR);
        assertEquals(fresh, stock.takeForRequest(peer).orElseThrow());
        assertEquals(old, stock.takeForRequest(peer).orElseThrow());
        stock.topologyChanged(topology(EVEN, FIRST_HOP), 2 * HOUR);
        assertEquals(1, stock.size());
        stock.topologyChanged(topology(EVEN, FIRST_HOP), 2 * HOUR + 1);
        assertEquals(0, stock.size());
        assertBalance(2);
    }

    @Test
    void aReplyKeyServesOnceAndADay() {
        ReplyKeys keys = new ReplyKeys(counters, Ledger.none());
        ReplyKey key = ReplyKey.generate(randomness);
        ReplyKey later = ReplyKey.generate(randomness);
        keys.add(key, Optional.empty(), 0);
        assertEquals(Optional.empty(), keys.take(later.digest()));
        assertEquals(Optional.of(key), keys.take(key.digest()).map(ReplyKeys.Used::key));
        assertEquals(Optional.empty(), keys.take(key.digest()));
        keys.add(key, Optional.empty(), 0);
        keys.add(later, Optional.empty(), ReplyKeys.MAX_AGE.toNanos() + 1);
        assertEquals(Optional.empty(), keys.take(key.digest()));
        assertEquals(Optional.of(later), keys.take(later.digest()).map(ReplyKeys.Used::key));
        assertEquals(1, counters.get(Counter.REPLY_KEYS_EXPIRED));
    }

    @Test
    void whoHasManyReplyBlocksOfOursDoesNotPushOutThoseOfOthers() {
        ReplyKeys keys = new ReplyKeys(counters, Ledger.none());
        ReplyKey quiet = ReplyKey.generate(randomness);
        keys.add(quiet, Optional.of(tag()), 0);
        SenderTag loud = tag();
        ReplyKey first = ReplyKey.generate(randomness);
        keys.add(first, Optional.of(loud), 0);
        for (int i = 0; i < ReplyKeys.MAX_KEYS; i++) {
            keys.add(ReplyKey.generate(randomness), Optional.of(loud), 0);
        }
        assertEquals(2, counters.get(Counter.REPLY_KEYS_EXPIRED));
        assertTrue(keys.take(quiet.digest()).isPresent());
        assertTrue(keys.take(first.digest()).isEmpty());
    }

    private SenderTags tags() {
        return new SenderTags(randomness, counters, Ledger.none(), Duration.ofNanos(24 * HOUR));
    }

    private static SenderTags.Self self(MixnetAddress recipient) {
        return new SenderTags.Self(recipient, Optional.empty());
    }

    private static SenderTags.Self self(MixnetAddress recipient, String isolation) {
        return new SenderTags.Self(recipient, Optional.of(isolation));
    }

    private MixnetAddress recipient(int number) {
        byte[] key = ByteBuffer.allocate(32).putInt(number).array();
        return new MixnetAddress(gateway, new EncryptionKey(key), gateway);
    }

    @Test
    void aRecipientHasOneTagOfOursUntilTooManyOthersCame() {
        SenderTags tags = tags();
        SenderTag tag = tags.tagFor(self(recipient(0)), 0);
        assertEquals(tag, tags.tagFor(self(recipient(0)), 0));
        assertEquals(Optional.of(self(recipient(0))), tags.self(tag));
        for (int i = 0; i < 2 * SenderTags.MAX_TAGS; i++) {
            tags.tagFor(self(recipient(0), "user " + i), 0);
        }
        assertEquals(Optional.of(self(recipient(0))), tags.self(tag), "isolated ones have a limit of their own");
        for (int i = 1; i <= SenderTags.MAX_TAGS; i++) {
            assertNotEquals(tag, tags.tagFor(self(recipient(i)), 0));
        }
        assertEquals(Optional.empty(), tags.self(tag));
    }

    @Test
    void whoeverIsolatesHasSeveralTagsAndEachIsOfOneRecipient() {
        SenderTags tags = tags();
        SenderTag plain = tags.tagFor(self(recipient(0)), 0);
        SenderTag work = tags.tagFor(self(recipient(0), "work"), 0);
        assertEquals(work, tags.tagFor(self(recipient(0), "work"), 0));
        assertEquals(3, Set.of(plain, work, tags.tagFor(self(recipient(0), "home"), 0)).size());
        assertNotEquals(work, tags.tagFor(self(recipient(1), "work"), 0));
        assertEquals(Optional.of(self(recipient(0), "work")), tags.self(work));
        assertEquals(Optional.of(self(recipient(0))), tags.self(plain));
    }

    @Test
    void aTagEndsADayAfterItWasUsedLast() {
        SenderTags tags = tags();
        SenderTag tag = tags.tagFor(self(recipient(0)), 0);
        SenderTag used = tags.tagFor(self(recipient(1)), 0);
        assertEquals(used, tags.tagFor(self(recipient(1)), 20 * HOUR));
        tags.end(24 * HOUR);
        assertTrue(tags.self(tag).isPresent());
        tags.end(24 * HOUR + 1);
        assertEquals(Optional.empty(), tags.self(tag));
        assertEquals(used, tags.tagFor(self(recipient(1)), 44 * HOUR));
        assertNotEquals(tag, tags.tagFor(self(recipient(0)), 44 * HOUR));
        assertEquals(1, counters.get(Counter.TAGS_ENDED));
    }
}
