package org.cloakwork.client.replies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.Counter;
import org.cloakwork.client.Counters;
import org.cloakwork.client.VirtualTime;
import org.cloakwork.client.outbox.Lane;
import org.cloakwork.client.outbox.OutgoingFragment;
import org.cloakwork.client.outbox.OutgoingMessage;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.Surb;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.cloakwork.wire.crypto.ReplyKey;
import org.junit.jupiter.api.Test;

/** SurbStock, ReplyKeys and SenderTags. */
class ReplyStateTest {

    private static final long HOUR = 3600 * 1_000_000_000L;

    private final Randomness randomness = new VirtualTime(1).randomness();
    private final Counters counters = new Counters();
    private final SurbStock stock = new SurbStock(counters, Ledger.none());
    private final SenderTag peer = tag();

    private SenderTag tag() {
        return new SenderTag(randomness.bytes(16));
    }

    private ReplySurb surb(KeyRotation rotation) {
        try {
            return new ReplySurb(ReplyKey.generate(randomness), Surb.parse(ByteBuffer
                    .allocate(PacketFormat.HEADER_LENGTH + NodeAddress.LONG_LENGTH + 64)
                    .position(PacketFormat.HEADER_LENGTH)
                    .put(NodeAddress.parse("10.0.0.1:1789").padded(NodeAddress.LONG_LENGTH)).array()), rotation);
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
                taken + counters.get(Counter.SURBS_EXPIRED) + stock.size());
    }

    @Test
    void a_fragment_leaves_with_each_block_above_the_reserve() {
        stock.received(peer, surbs(9), false);
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
    void a_lost_fragment_goes_before_those_that_wait_and_unwanted_ones_go_altogether() {
        List<OutgoingFragment> fragments = fragments(3);
        stock.enqueue(peer, fragments.get(1));
        fragments.get(0).sent(0, 0);
        stock.enqueue(peer, fragments.get(0));
        stock.received(peer, surbs(3), false);
        assertEquals(List.of(fragments.get(0)), stock.release(peer));
        fragments.get(1).message().fail(FailureReason.DEADLINE, "late");
        stock.release(peer);
        assertFalse(stock.isWaiting(peer));
    }

    @Test
    void everything_missing_is_asked_for_at_once_and_not_twice() {
        stock.received(peer, surbs(5), false);
        fragments(100).forEach(fragment -> stock.enqueue(peer, fragment));
        assertEquals(107, stock.request(peer, 0));
        assertEquals(0, stock.request(peer, 1));
        stock.received(peer, surbs(40), true);
        assertEquals(0, stock.request(peer, 2));
        stock.received(peer, surbs(40), true);
        assertNotEquals(0, stock.release(peer).size());
        assertTrue(stock.request(peer, 3) > 0);
    }

    @Test
    void a_request_without_an_answer_is_repeated_less_and_less_often() {
        stock.received(peer, surbs(5), false);
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
    void a_request_stays_within_its_bounds() {
        assertEquals(0, stock.request(peer, 0));
        stock.received(peer, surbs(11), false);
        assertEquals(SurbStock.LEAST_REQUEST, stock.request(peer, 0));
        SenderTag other = tag();
        stock.received(other, surbs(1), false);
        fragments(250).forEach(fragment -> stock.enqueue(other, fragment));
        assertEquals(SurbStock.MOST_REQUEST, stock.request(other, 0));
    }

    @Test
    void the_last_blocks_are_for_new_requests_only() {
        stock.received(peer, surbs(3), false);
        assertTrue(stock.takeForRequestAgain(peer).isPresent());
        assertTrue(stock.takeForRequestAgain(peer).isEmpty());
        assertTrue(stock.takeForRequest(peer).isPresent());
        assertTrue(stock.takeForRequest(peer).isPresent());
        assertTrue(stock.takeForRequest(peer).isEmpty());
        assertTrue(stock.takeForRequest(tag()).isEmpty());
        assertBalance(3);
    }

    @Test
    void a_sender_can_be_answered_while_blocks_are_there_or_asked_for() {
        assertFalse(stock.canAnswer(peer, 0));
        stock.received(peer, List.of(), false);
        assertFalse(stock.canAnswer(peer, 0));
        stock.received(peer, surbs(1), false);
        assertTrue(stock.canAnswer(peer, 0));
        assertTrue(stock.request(peer, 0) > 0);
        ReplySurb last = stock.takeForRequest(peer).orElseThrow();
        assertTrue(stock.canAnswer(peer, 0));
        assertFalse(stock.canAnswer(peer, SurbStock.REQUEST_TIMEOUT_NANOS + 1));
        stock.putBack(peer, last);
        assertTrue(stock.canAnswer(peer, SurbStock.REQUEST_TIMEOUT_NANOS + 1));
    }

    @Test
    void one_sender_fills_no_more_than_its_share() {
        stock.received(peer, surbs(SurbStock.MAX_PER_SENDER + 7), false);
        assertEquals(SurbStock.MAX_PER_SENDER, stock.size());
        assertEquals(7, counters.get(Counter.SURBS_EXPIRED));
        assertBalance(0);
    }

    @Test
    void many_senders_push_out_the_ones_heard_of_longest_ago_but_none_for_whom_something_waits() {
        stock.received(peer, surbs(1), false);
        stock.enqueue(peer, fragments(1).getFirst());
        SenderTag second = tag();
        stock.received(second, surbs(2), false);
        for (int i = 0; i < SurbStock.MAX_SENDERS; i++) {
            stock.received(tag(), surbs(1), false);
        }
        assertTrue(stock.isWaiting(peer));
        assertFalse(stock.canAnswer(second, 0));
        assertEquals(SurbStock.MAX_SENDERS, stock.size());
        assertBalance(0);
        List<ReplySurb> share = surbs(SurbStock.MAX_PER_SENDER);
        for (int i = 0; i < 110; i++) {
            stock.received(tag(), share, false);
        }
        assertTrue(stock.size() <= SurbStock.MAX_SURBS && stock.size() > SurbStock.MAX_SURBS - 1000);
        assertBalance(0);
    }

    @Test
    void blocks_of_the_present_rotation_are_used_first_and_older_ones_expire() {
        ReplySurb old = surb(KeyRotation.ODD);
        ReplySurb fresh = surb(KeyRotation.EVEN);
        ReplySurb untold = surb(KeyRotation.UNKNOWN);
        stock.rotate(KeyRotation.ODD, 0);
        stock.received(peer, List.of(old, surb(KeyRotation.ODD), fresh, untold), false);
        stock.rotate(KeyRotation.EVEN, HOUR);
        assertEquals(fresh, stock.takeForRequest(peer).orElseThrow());
        assertEquals(untold, stock.takeForRequest(peer).orElseThrow());
        assertEquals(old, stock.takeForRequest(peer).orElseThrow());
        stock.rotate(KeyRotation.EVEN, 2 * HOUR);
        assertEquals(1, stock.size());
        stock.rotate(KeyRotation.EVEN, 2 * HOUR + 1);
        assertEquals(0, stock.size());
        assertBalance(3);
    }

    @Test
    void a_reply_key_serves_once_and_a_day() {
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
    void a_recipient_has_one_tag_of_ours_until_too_many_others_came() {
        SenderTags tags = new SenderTags(randomness, Ledger.none());
        IdentityKey gateway = IdentityKeyPair.generate(randomness).publicKey();
        MixnetAddress first = new MixnetAddress(gateway, new EncryptionKey(new byte[32]), gateway);
        assertEquals(Optional.empty(), tags.known(first, Optional.empty()));
        SenderTag tag = tags.tagFor(first);
        assertEquals(tag, tags.tagFor(first));
        assertEquals(Optional.of(tag), tags.known(first, Optional.empty()));
        for (int i = 1; i <= SenderTags.MAX_RECIPIENTS; i++) {
            byte[] key = ByteBuffer.allocate(32).putInt(i).array();
            assertNotEquals(tag, tags.tagFor(new MixnetAddress(gateway, new EncryptionKey(key), gateway)));
        }
        assertEquals(Optional.empty(), tags.known(first, Optional.empty()));
    }

    @Test
    void whoever_isolates_has_several_tags_and_only_its_recipient_is_answered_under_them() {
        SenderTags tags = new SenderTags(randomness, Ledger.none());
        IdentityKey gateway = IdentityKeyPair.generate(randomness).publicKey();
        MixnetAddress recipient = new MixnetAddress(gateway, new EncryptionKey(new byte[32]), gateway);
        MixnetAddress other = new MixnetAddress(gateway, new EncryptionKey(ByteBuffer.allocate(32).putInt(1).array()),
                gateway);
        SenderTag plain = tags.tagFor(recipient);
        SenderTag work = tags.tagFor(recipient, "work");
        assertEquals(work, tags.tagFor(recipient, "work"));
        assertEquals(3, Set.of(plain, work, tags.tagFor(recipient, "home")).size());
        assertNotEquals(work, tags.tagFor(other, "work"));
        assertEquals(Optional.of(work), tags.known(recipient, Optional.of(work)));
        assertEquals(Optional.of(plain), tags.known(recipient, Optional.of(plain)));
        assertEquals(Optional.empty(), tags.known(other, Optional.of(work)));
        for (int i = 0; i < SenderTags.MAX_RECIPIENTS; i++) {
            tags.tagFor(recipient, "user " + i);
        }
        assertEquals(Optional.of(plain), tags.known(recipient, Optional.of(work)));
    }
}
