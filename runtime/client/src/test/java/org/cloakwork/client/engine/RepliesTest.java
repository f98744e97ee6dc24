package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SendOptions;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.spi.part.PartKind;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.ReplySurb;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Answers to anonymous senders, and the reply blocks they cost. */
class RepliesTest {

    @RegisterExtension
    final Seed seed = new Seed();

    private World world;
    private TestClient alice;
    private TestClient bob;

    @BeforeEach
    void start() {
        world = new World(seed.value());
        alice = world.readyClient();
        bob = world.readyClient();
    }

    @AfterEach
    void close() {
        world.close();
    }

    /** {@return the tag under which Bob can answer Alice} */
    private SenderTag askedBy(TestClient asking, int surbs) {
        int before = bob.received.size();
        asking.awaitAcknowledged(asking.send(bob.address(), "question".getBytes(StandardCharsets.UTF_8),
                SendOptions.DEFAULT.withReplySurbs(surbs)));
        bob.awaitReceived(before + 1);
        return bob.received.getLast().sender().orElseThrow();
    }

    private void assertSurbBalance() {
        assertEquals(bob.counter(Counter.SURBS_RECEIVED), bob.counter(Counter.SURBS_USED)
                + bob.counter(Counter.SURBS_EXPIRED) + bob.counter(Counter.SURBS_FIRST_HOP)
                + bob.counter(Counter.SURBS_HOPS) + bob.counter(Counter.SURBS_NO_ROOM) + bob.engine.holdings().surbs(),
                bob::counters);
    }

    @Test
    void anAnswerArrivesWithoutASender() {
        SenderTag tag = askedBy(alice, 10);
        bob.awaitAcknowledged(bob.reply(tag, "answer".getBytes(StandardCharsets.UTF_8)));
        alice.awaitReceived(1);
        assertEquals("answer", alice.received.getFirst().text());
        assertTrue(alice.received.getFirst().sender().isEmpty());
        assertSurbBalance();
    }

    @Test
    void theSameRecipientSeesOneTagAndAnotherOneAnother() {
        SenderTag tag = askedBy(alice, 5);
        assertEquals(tag, askedBy(alice, 0));
        assertNotEquals(tag, askedBy(bob, 5));
    }

    @Test
    void isolatedMessagesComeUnderAnotherTagAndAreAnsweredAndRefilledUnderIt() {
        SenderTag plain = askedBy(alice, 5);
        alice.awaitAcknowledged(alice.send(bob.address(), new byte[] {1},
                SendOptions.DEFAULT.withReplySurbs(5).withIsolation("work")));
        bob.awaitReceived(2);
        SenderTag work = bob.received.getLast().sender().orElseThrow();
        assertNotEquals(plain, work);
        byte[] answer = new byte[100_000];
        answer[99_999] = 5;
        bob.awaitAcknowledged(bob.reply(work, answer));
        alice.awaitReceived(1);
        assertArrayEquals(answer, alice.received.getFirst().payload());
        assertTrue(alice.counter(Counter.SURB_REQUESTS_RECEIVED) > 0);
        assertSurbBalance();
    }

    @Test
    void withTheDefaultNumberOfReplyBlocksTheFirstAnswerWaitsForNone() {
        SenderTag tag = askedBy(alice, SendOptions.DEFAULT_REPLY_SURBS);
        Delivery answer = bob.engine.reply(tag, new byte[11_000], SendOptions.DEFAULT.withLane(1));
        // No packet can have come and gone by then.
        world.runFor(FakeTransport.LATENCY);
        assertEquals(7, answer.progress().packets());
        assertEquals(0, bob.engine.laneBytes(1));
        bob.awaitAcknowledged(answer);
        alice.awaitReceived(1);
    }

    @Test
    void aQueuedAnswerGoesOutAfterTenMinutesWithoutNewReplyBlocks() {
        SenderTag tag = askedBy(alice, SendOptions.DEFAULT_REPLY_SURBS);
        FakeTransport away = (FakeTransport) alice.parts.chosen(PartKind.TRANSPORT);
        away.unreachable = true;
        away.link().breakOff("away");
        Delivery answer = bob.reply(tag, new byte[200_000]);
        world.runFor(Duration.ofMinutes(10));
        assertFalse(answer.outcome().isDone());
        away.unreachable = false;
        bob.awaitAcknowledged(answer);
        alice.awaitReceived(1);
        assertEquals(200_000, alice.received.getFirst().payload().length);
    }

    @Test
    void applicationsSeeNeitherRequestsForReplyBlocksNorTheAnswersToThem() {
        SenderTag tag = askedBy(alice, SendOptions.DEFAULT_REPLY_SURBS);
        bob.awaitAcknowledged(bob.reply(tag, new byte[300_000]));
        world.runFor(Duration.ofMinutes(1));
        assertTrue(bob.counter(Counter.SURB_REQUESTS_SENT) > 0);
        assertTrue(alice.counter(Counter.SURB_REQUESTS_RECEIVED) > 0);
        assertTrue(bob.counter(Counter.SURBS_RECEIVED) > 100);
        assertEquals(1, alice.received.size());
        assertEquals(1, bob.received.size());
        assertEquals(1, alice.counter(Counter.MESSAGES_RECEIVED));
        assertEquals(1, bob.counter(Counter.MESSAGES_RECEIVED));
    }

    @Test
    void oneLaneOfAnswersToASenderDoesNotHoldUpAnother() {
        SenderTag tag = askedBy(alice, SendOptions.DEFAULT_REPLY_SURBS);
        Delivery greedy = bob.engine.reply(tag, new byte[2_000_000], SendOptions.DEFAULT.withLane(1));
        Delivery small = bob.engine.reply(tag, new byte[20_000], SendOptions.DEFAULT.withLane(2));
        bob.awaitAcknowledged(small);
        assertFalse(greedy.outcome().isDone());
        bob.awaitAcknowledged(greedy);
    }

    @Test
    void anAnswerLargerThanTheReplyBlocksAsksForMoreAndCompletes() {
        SenderTag tag = askedBy(alice, 5);
        byte[] answer = world.randomness.bytes(300_000);
        bob.awaitAcknowledged(bob.reply(tag, answer));
        alice.awaitReceived(1);
        assertArrayEquals(answer, alice.received.getFirst().payload());
        assertTrue(bob.counter(Counter.SURB_REQUESTS_SENT) >= 1);
        assertTrue(bob.counter(Counter.SURBS_USED) >= 190);
        world.runFor(Duration.ofMinutes(1));
        assertSurbBalance();
        assertEquals(alice.counter(Counter.SURBS_MADE), bob.counter(Counter.SURBS_RECEIVED));
    }

    @Test
    void oneReplyBlockIsEnoughToAskForMore() {
        SenderTag tag = askedBy(alice, 1);
        bob.awaitAcknowledged(bob.reply(tag, new byte[1]));
        alice.awaitReceived(1);
    }

    @Test
    void lostRequestsAreAskedAgain() {
        SenderTag tag = askedBy(alice, 10);
        world.loss = 1;
        Delivery answer = bob.reply(tag, new byte[100_000]);
        world.runFor(Duration.ofSeconds(1));
        world.loss = 0;
        bob.awaitAcknowledged(answer);
    }

    @Test
    void answersCompleteUnderLossAndDuplication() {
        for (int round = 0; round < 3; round++) {
            world.close();
            world = new World(seed.next());
            alice = world.readyClient();
            bob = world.readyClient();
            SenderTag tag = askedBy(alice, 50);
            world.loss = 0.1;
            world.duplication = 0.1;
            world.jitter = Duration.ofSeconds(1);
            List<Delivery> answers = IntStream.range(0, 10).mapToObj(i -> bob.reply(tag, new byte[20_000])).toList();
            answers.forEach(bob::awaitAcknowledged);
            world.runFor(Duration.ofMinutes(6));
            assertEquals(10, alice.received.size());
            assertSurbBalance();
        }
    }

    @Test
    void anUnknownTagIsRefusedAndSoIsOneWithoutReplyBlocks() {
        bob.awaitFailed(bob.reply(new SenderTag(new byte[16]), new byte[10]), FailureReason.UNKNOWN_SENDER);
        bob.awaitFailed(bob.reply(askedBy(alice, 0), new byte[10]), FailureReason.UNKNOWN_SENDER);
        world.runFor(Duration.ofSeconds(1));
        assertEquals(0, bob.inFlight());
    }

    @Test
    void anAnswerThatCannotBeDeliveredEndsByItsDeadlineAndGivesItsReplyBlocksBack() {
        SenderTag tag = askedBy(alice, 30);
        world.loss = 1;
        Delivery delivery = bob.engine.reply(tag, new byte[60_000],
                SendOptions.DEFAULT.withDeadline(Duration.ofSeconds(20)));
        bob.awaitFailed(delivery, FailureReason.DEADLINE);
        world.runFor(Duration.ofMinutes(6));
        assertSurbBalance();
    }

    /** {@return somebody hostile, to whom Alice wrote with that many reply blocks} */
    private HostileRecipient hostile(int surbs) {
        HostileRecipient hostile = new HostileRecipient(world);
        alice.awaitAcknowledged(alice.send(hostile.address(), new byte[1], SendOptions.DEFAULT.withReplySurbs(surbs)));
        assertEquals(surbs, hostile.read().surbs.size());
        return hostile;
    }

    private static NymMessage request(MixnetAddress asking, long amount) {
        return new NymMessage.Reply(new ReplyContent.SurbRequest(asking, amount));
    }

    @Test
    void whatComesOverAReplyBlockIsAnAnswerOrNothing() {
        HostileRecipient hostile = hostile(10);
        hostile.over(new NymMessage.Plain(new byte[] {1}));
        hostile.over(new NymMessage.Repliable(new SenderTag(new byte[16]), new RepliableContent.Data(2,
                hostile.ownSurbs(1), new byte[] {2})));
        hostile.over(new NymMessage.Repliable(new SenderTag(new byte[16]), new RepliableContent.AdditionalSurbs(2,
                hostile.ownSurbs(1))));
        hostile.over(new NymMessage.Reply(new ReplyContent.Data(new byte[] {3})));
        alice.awaitReceived(1);
        world.runFor(Duration.ofMinutes(1));
        assertArrayEquals(new byte[] {3}, alice.received.getFirst().payload());
        assertEquals(new ReceivedMessage.Answer(Optional.of(hostile.address()), Optional.empty()),
                alice.received.getFirst().origin());
        assertEquals(1, alice.received.size());
        assertEquals(3, alice.counter(Counter.MESSAGES_OTHER_WAY));
        assertEquals(0, alice.engine.holdings().surbs());
    }

    @Test
    void whatComesToTheAddressIsNoAnswer() {
        HostileRecipient hostile = hostile(1);
        long made = alice.counter(Counter.SURBS_MADE);
        hostile.to(alice.address(), request(hostile.address(), 10));
        hostile.to(alice.address(), new NymMessage.Reply(new ReplyContent.Data(new byte[] {1})));
        world.runFor(Duration.ofSeconds(10));
        assertEquals(2, alice.counter(Counter.MESSAGES_OTHER_WAY));
        assertEquals(made, alice.counter(Counter.SURBS_MADE));
        assertEquals(List.of(), alice.received);
    }

    @Test
    void aMessageWhosePartsCameDifferentWaysIsNone() {
        HostileRecipient hostile = hostile(10);
        List<Fragment> parts = hostile.fragments(new NymMessage.Reply(new ReplyContent.Data(new byte[5000])));
        hostile.over(parts.get(0), hostile.surbs.removeFirst());
        world.runFor(Duration.ofSeconds(1));
        parts.subList(1, 4).forEach(part -> world.inject(alice, part));
        hostile.read();
        writeAsSomebodyElse(hostile);
        hostile.over(parts.get(1), hostile.surbs.removeFirst());
        world.runFor(Duration.ofSeconds(1));
        assertEquals(5, alice.counter(Counter.RECEIVED_FRAGMENTS));
        assertEquals(List.of(), alice.received);
    }

    private void writeAsSomebodyElse(HostileRecipient hostile) {
        alice.awaitAcknowledged(alice.send(hostile.address(), new byte[1],
                SendOptions.DEFAULT.withReplySurbs(10).withIsolation("other")));
        hostile.surbs.clear();
        hostile.read();
    }

    @Test
    void whatCameToTheAddressDoesNotChangeWhatComesOverAReplyBlock() {
        HostileRecipient hostile = hostile(10);
        long made = alice.counter(Counter.SURBS_MADE);
        Fragment request = hostile.fragments(request(hostile.address(), 10)).getFirst();
        world.inject(alice, request);
        world.runFor(Duration.ofSeconds(1));
        hostile.over(request, hostile.surbs.removeFirst());
        world.runFor(Duration.ofSeconds(10));
        assertEquals(made + 10, alice.counter(Counter.SURBS_MADE), "the same again, and no duplicate");
        Fragment other = hostile.fragments(request(hostile.address(), 10)).getFirst();
        world.inject(alice,
                new Fragment(other.setId(), 2, 1, OptionalInt.empty(), OptionalInt.empty(), new byte[99]));
        world.runFor(Duration.ofSeconds(1));
        hostile.over(other, hostile.surbs.removeFirst());
        world.runFor(Duration.ofSeconds(10));
        assertEquals(made + 20, alice.counter(Counter.SURBS_MADE), "a set with that id has begun");
    }

    @Test
    void whatCameOverOneTagDoesNotChangeWhatComesOverAnother() {
        HostileRecipient hostile = hostile(10);
        Fragment request = hostile.fragments(request(hostile.address(), 10)).getFirst();
        hostile.over(request, hostile.surbs.removeFirst());
        world.runFor(Duration.ofSeconds(10));
        hostile.read();
        writeAsSomebodyElse(hostile);
        long made = alice.counter(Counter.SURBS_MADE);
        hostile.over(request, hostile.surbs.removeFirst());
        world.runFor(Duration.ofSeconds(10));
        assertEquals(made + 10, alice.counter(Counter.SURBS_MADE));
    }

    @Test
    void whatOneTagAsksForIsNotTakenFromAnother() {
        FakeTransport slow = world.transport();
        slow.bytesPerSecond = 100_000;
        alice.parts.set(PartKind.TRANSPORT, slow);
        HostileRecipient hostile = hostile(30);
        List<ReplySurb> ofOneTag = List.copyOf(hostile.surbs);
        writeAsSomebodyElse(hostile);
        ofOneTag.forEach(surb ->
                hostile.over(hostile.fragments(request(hostile.address(), 500)).getFirst(), surb));
        world.runFor(Duration.ofSeconds(1));
        long refused = alice.counter(Counter.SURB_REQUESTS_REFUSED);
        assertTrue(refused > 0, alice::counters);
        assertEquals(30 - refused, alice.counter(Counter.SURB_REQUESTS_RECEIVED));
        hostile.over(request(hostile.address(), 500));
        world.runFor(Duration.ofSeconds(1));
        assertEquals(refused, alice.counter(Counter.SURB_REQUESTS_REFUSED));
        assertEquals(31 - refused, alice.counter(Counter.SURB_REQUESTS_RECEIVED));
    }

    @Test
    void whoWroteWhileTheTransportWasExchangedIsAskedForMore() {
        HostileRecipient sender = hostile(1);
        SenderTag tag = new SenderTag(world.randomness.bytes(16));
        world.inject(alice, new NymMessage.Repliable(tag, new RepliableContent.Data(2, sender.ownSurbs(12),
                new byte[] {1})));
        alice.parts.set(PartKind.TRANSPORT, world.transport());
        alice.awaitReceived(1);
        alice.reply(tag, new byte[100_000]);
        world.runFor(Duration.ofSeconds(10));
        assertEquals(0, alice.counter(Counter.SURB_REQUESTS_UNASKED));
        assertTrue(alice.counter(Counter.SURB_REQUESTS_SENT) > 0, alice::counters);
    }

    @Test
    void whatComesToTheAddressPushesNothingOutThatComesOverAReplyBlock() {
        HostileRecipient hostile = hostile(10);
        List<Fragment> parts = hostile.fragments(new NymMessage.Reply(new ReplyContent.Data(new byte[2500])));
        assertEquals(2, parts.size());
        hostile.over(parts.get(0), hostile.surbs.removeFirst());
        world.runFor(Duration.ofSeconds(1));
        for (int set = 1; set <= 5000; set++) {
            world.inject(alice, new Fragment(set, 2, 1, OptionalInt.empty(), OptionalInt.empty(), new byte[99]));
        }
        world.runFor(Duration.ofSeconds(10));
        assertEquals(5001, alice.counter(Counter.RECEIVED_FRAGMENTS));
        hostile.over(parts.get(1), hostile.surbs.removeFirst());
        alice.awaitReceived(1);
    }

    @Test
    void aRequestIsGrantedUnderTheTagItCameUnderAndToItsRecipientOnly() {
        HostileRecipient first = hostile(10);
        HostileRecipient second = hostile(10);
        long made = alice.counter(Counter.SURBS_MADE);
        first.over(request(second.address(), 10));
        first.over(request(world.nobody(), 10));
        world.runFor(Duration.ofSeconds(10));
        assertEquals(2, alice.counter(Counter.SURB_REQUESTS_OF_OTHERS));
        assertEquals(made, alice.counter(Counter.SURBS_MADE));
        SenderTag tag = first.lastTag();
        first.over(request(first.address(), 10));
        world.runFor(Duration.ofSeconds(10));
        assertEquals(made + 10, alice.counter(Counter.SURBS_MADE));
        first.read();
        assertEquals(tag, first.lastTag());
    }

    @Test
    void nobodyWhoDidNotWriteToOurAddressIsEverToldIt() {
        HostileRecipient hostile = hostile(10);
        HostileRecipient accomplice = new HostileRecipient(world);
        alice.engine.subscribe(message -> message.sender().ifPresent(tag -> alice.reply(tag, new byte[100_000])));
        hostile.over(new NymMessage.Repliable(new SenderTag(new byte[16]), new RepliableContent.Data(2,
                hostile.ownSurbs(2), new byte[] {1})));
        world.keyRotation++;
        world.runFor(Duration.ofMinutes(30));
        assertEquals(0, alice.counter(Counter.SURB_REQUESTS_SENT));
        assertEquals(List.of(), accomplice.read().received);
        assertEquals(1, hostile.read().received.size());
    }

    @Test
    void whoWroteToAnotherAddressOfOursIsNotToldThePresentOne() {
        world.close();
        world = new World(seed.next(), world.format, 2);
        alice = world.readyClient();
        bob = world.readyClient();
        SenderTag tag = askedBy(alice, 5);
        FakeGateway before = world.gateways.get(1).identity().equals(bob.address().gateway())
                ? world.gateways.get(1) : world.gateway();
        before.goDown();
        assertTrue(world.time.runUntil(() -> !bob.addresses.getLast().gateway().equals(before.identity())
                && bob.isReady(), Duration.ofHours(1)));
        bob.reply(tag, new byte[100_000]);
        world.runFor(Duration.ofMinutes(1));
        assertEquals(0, bob.counter(Counter.SURB_REQUESTS_SENT));
        assertTrue(bob.counter(Counter.SURB_REQUESTS_UNASKED) > 0);
        before.comeUp();
    }

    @Test
    void aTagThatWasNotUsedForADayIsSomebodyNew() {
        SenderTag tag = askedBy(alice, 5);
        world.runFor(Duration.ofHours(23));
        assertEquals(tag, askedBy(alice, 5));
        world.runFor(Duration.ofHours(25));
        assertNotEquals(tag, askedBy(alice, 5));
        assertEquals(1, alice.counter(Counter.TAGS_ENDED));
        alice.awaitReceived(0);
    }

    @Test
    void requestsCannotMakeUsHoldMoreThanALimit() {
        HostileRecipient hostile = hostile(102);
        for (int i = 0; i < 100; i++) {
            hostile.over(request(hostile.address(), 0xffff_ffffL));
        }
        world.runFor(Duration.ofMillis(500));
        assertEquals(3, alice.counter(Counter.SURB_REQUESTS_RECEIVED), 1);
        assertEquals(100, alice.counter(Counter.SURB_REQUESTS_RECEIVED) + alice.counter(Counter.SURB_REQUESTS_REFUSED));
        world.runFor(Duration.ofMinutes(1));
        long granted = alice.counter(Counter.SURB_REQUESTS_RECEIVED);
        hostile.over(request(hostile.address(), 500));
        world.runFor(Duration.ofSeconds(10));
        assertEquals(granted + 1, alice.counter(Counter.SURB_REQUESTS_RECEIVED));
        assertEquals((granted + 1) * 500 + 102, alice.counter(Counter.SURBS_MADE));
    }

    @Test
    void replyBlocksOfTheRotationBeforeAreRenewedAndGoAnEpochAfterIt() {
        alice = world.client(ClientConfiguration.DEFAULT.withTagLifetime(Duration.ofDays(7)), World.NO_COVER);
        alice.awaitReady();
        SenderTag tag = askedBy(alice, 20);
        for (int rotation = 0; rotation < 3; rotation++) {
            long made = alice.counter(Counter.SURBS_MADE);
            assertTrue(bob.engine.holdings().surbs() >= 18, bob::counters);
            world.keyRotation++;
            world.runFor(Duration.ofMinutes(9));
            assertEquals(made, alice.counter(Counter.SURBS_MADE));
            world.runFor(Duration.ofMinutes(8));
            assertEquals(made, alice.counter(Counter.SURBS_MADE) - 20, 2);
            world.runFor(Duration.ofHours(23));
            assertEquals(20, bob.engine.holdings().surbs(), 2);
            assertEquals(rotation + 1, bob.counter(Counter.SURB_REQUESTS_SENT));
        }
        // Three days later, and she has sent nothing since.
        bob.awaitAcknowledged(bob.reply(tag, new byte[10]));
        alice.awaitReceived(1);
        assertEquals(1, bob.received.size());
        assertSurbBalance();
    }

    @Test
    void replyBlocksOfSomeoneWhoIsGoneGoAnEpochAfterTheRotation() {
        askedBy(alice, 20);
        alice.stop();
        world.keyRotation++;
        world.runFor(Duration.ofMinutes(50));
        assertTrue(bob.engine.holdings().surbs() > 5, bob::counters);
        world.runFor(Duration.ofMinutes(20));
        assertEquals(0, bob.engine.holdings().surbs());
        assertEquals(20, bob.counter(Counter.SURBS_EXPIRED) + bob.counter(Counter.SURBS_USED));
        assertSurbBalance();
    }
}
