package org.cloakwork.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExitWatchTest {

    private static final MixnetAddress EXIT = Addresses.of(1);
    private static final int GONE_SECONDS = 60;

    private final FakeClient client = new FakeClient();
    private long nanos = 1;
    private final ExitWatch watch = new ExitWatch(client.client(), EXIT, "watch", 7, ExitWatch.Patience.DEFAULT,
            () -> nanos);

    /** {@return after how many seconds it is taken for gone} */
    private OptionalInt gone(int seconds, boolean used) throws Exception {
        for (int second = 1; second <= seconds; second++) {
            nanos += TimeUnit.SECONDS.toNanos(1);
            if (watch.tick(used)) {
                return OptionalInt.of(second);
            }
            client.settle();
        }
        return OptionalInt.empty();
    }

    @Test
    void oneThatAnswersNothingIsGoneAfterAMinuteAndFourQuestions() throws Exception {
        client.silent.add(EXIT);
        assertFalse(watch.tick(true));
        assertEquals(OptionalInt.of(GONE_SECONDS), gone(600, true));
        assertEquals(4, client.asked.size());
        Set<Object> names = new HashSet<>();
        client.options.forEach(sent -> names.add(sent.isolation().orElseThrow()));
        assertEquals(4, names.size(), "one name for all would join what connections keep apart");
        assertTrue(names.stream().allMatch(name -> name.toString().startsWith("watch ")), names.toString());
        // Whoever comes then has all the time again.
        assertEquals(OptionalInt.of(GONE_SECONDS), gone(600, true));
        client.close();
    }

    @Test
    void aSiteThatIsSilentForAnHourIsNoReason() throws Exception {
        client.client().intercept(watch::received);
        assertEquals(OptionalInt.empty(), gone(3600, true));
        assertTrue(client.asked.size() > 100 && client.asked.size() <= 120, client.asked.size() + " questions");
        client.close();
    }

    @Test
    void whatAnExitAnswersToAnybodyElseIsLeftToThem() {
        assertTrue(watch.received(answer(EXIT, Optional.of("watch 0"))));
        assertFalse(watch.received(answer(EXIT, Optional.empty())), "to the program itself");
        assertFalse(watch.received(answer(EXIT, Optional.of("somebody"))));
        assertFalse(watch.received(answer(Addresses.of(2), Optional.of("watch 0"))));
    }

    private static ReceivedMessage answer(MixnetAddress from, Optional<String> to) {
        return new ReceivedMessage(new byte[1], new ReceivedMessage.Answer(Optional.of(from), to));
    }

    @Test
    void nobodyIsAskedWhoHasNoConnectionsOrSaysSomething() throws Exception {
        client.silent.add(EXIT);
        assertEquals(OptionalInt.empty(), gone(3600, false));
        for (int i = 0; i < 100; i++) {
            assertEquals(OptionalInt.empty(), gone(29, true));
            watch.heard();
        }
        assertEquals(0, client.asked.size());
        client.close();
    }

    /** While our own gateway is away nothing can come, and then an exit has all the time again. */
    @Test
    void whileWeAreNotReadyTheExitIsNotToBlame() throws Exception {
        client.silent.add(EXIT);
        assertFalse(watch.tick(true));
        assertEquals(OptionalInt.empty(), gone(GONE_SECONDS - 1, true));
        client.state = new ClientState.Degraded("the gateway is not reached");
        assertEquals(OptionalInt.empty(), gone(600, true));
        client.state = new ClientState.Ready();
        assertEquals(OptionalInt.of(GONE_SECONDS + 1), gone(600, true));
        client.close();
    }

    @Test
    void degradedIsNoExcuseWhereQuestionsAreAcknowledged() throws Exception {
        client.silent.add(EXIT);
        client.acknowledges = true;
        client.state = new ClientState.Degraded("a part took too long");
        assertEquals(OptionalInt.of(GONE_SECONDS), gone(600, true));
        client.close();
    }

    /** What was acknowledged before the exit said something tells nothing of the time after that. */
    @Test
    void anAcknowledgementThatComesAfterTheAnswerShowsNothing() throws Exception {
        client.silent.add(EXIT);
        assertFalse(watch.tick(true));
        assertEquals(OptionalInt.empty(), gone(31, true));
        assertEquals(1, client.asked.size());
        watch.heard();
        client.outcomes.getFirst().complete(new Outcome.Acknowledged(1, 0, Duration.ZERO));
        client.state = new ClientState.Degraded("the gateway is not reached");
        assertEquals(OptionalInt.empty(), gone(600, true));
        client.close();
    }

    /** A machine slept, or the timers of a page did. */
    @Test
    void nobodyIsGoneWhoWasNotAsked() throws Exception {
        client.silent.add(EXIT);
        assertFalse(watch.tick(true));
        nanos += TimeUnit.HOURS.toNanos(1);
        assertFalse(watch.tick(true));
        assertEquals(OptionalInt.of(25), gone(600, true));
        assertEquals(4, client.asked.size());
        client.close();
    }

    @Test
    void connectionsOfOneThatIsGoneAreLostAndThoseOfAnExitThatIsNotOursAreNot() throws Exception {
        client.silent.add(EXIT);
        Duration quick = Duration.ofMillis(300);
        try (OneExit exits = new OneExit(client.client(), EXIT, new ExitWatch.Patience(quick, quick,
                quick.multipliedBy(4)))) {
            Exits.Use theirs = exits.choose(80, Duration.ZERO);
            theirs.answered(false);
            Exits.Use open = exits.choose(80, Duration.ZERO);
            Exits.Use left = exits.choose(80, Duration.ZERO);
            left.answered(true);
            left.left();
            open.answered(true);
            assertEquals("it has said nothing for 1 s", open.lost().get(30, TimeUnit.SECONDS));
            assertFalse(theirs.lost().isDone());
            assertFalse(left.lost().isDone());
            assertTrue(client.asked.size() >= 2, client.asked.size() + " questions");
            assertEquals(EXIT, exits.choose(80, Duration.ZERO).exit());
        }
        assertEquals(0, client.partners.size());
        client.close();
    }
}
