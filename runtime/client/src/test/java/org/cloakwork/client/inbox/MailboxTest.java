package org.cloakwork.client.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.Subscription;
import org.cloakwork.client.base.Counter;
import org.cloakwork.spi.runtime.Counters;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final Mailbox mailbox = new Mailbox(tasks::add, counters, 1000);
    private final List<Integer> heard = new ArrayList<>();

    private void run() {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }

    private void deliver(int length) {
        mailbox.deliver(new ReceivedMessage(new byte[length], Optional.empty()), () -> { });
    }

    private Subscription listen() {
        return mailbox.subscribe(message -> heard.add(message.payload().length));
    }

    @Test
    void whatCameBeforeTheListenerComesFirst() {
        deliver(1);
        deliver(2);
        run();
        listen();
        deliver(3);
        run();
        assertEquals(List.of(1, 2, 3), heard);
    }

    @Test
    void eachOfSeveralListenersGetsEverythingEvenAfterOneThatThrows() {
        mailbox.subscribe(message -> {
            throw new IllegalStateException("broken");
        });
        listen();
        listen();
        deliver(5);
        run();
        assertEquals(List.of(5, 5), heard);
        assertEquals(1, counters.get(Counter.LISTENER_FAILURES));
    }

    @Test
    void messagesOnTheirWayToASlowListenerCountAgainstTheLimit() {
        listen();
        run();
        for (int i = 0; i < 10; i++) {
            deliver(136);
        }
        assertEquals(5, counters.get(Counter.MESSAGES_RECEIVED));
        assertEquals(5, counters.get(Counter.MESSAGES_INBOX_FULL));
        run();
        deliver(900);
        run();
        assertEquals(List.of(136, 136, 136, 136, 136, 900), heard);
    }

    @Test
    void aSubscriptionThatIsClosedAtOnceTakesNothingAway() {
        deliver(1);
        listen().close();
        run();
        assertEquals(List.of(), heard);
        listen();
        run();
        assertEquals(List.of(1), heard);
    }

    @Test
    void closingOneOfTwoSubscriptionsOfTheSameListenerLeavesTheOther() {
        Consumer<ReceivedMessage> listener = message -> heard.add(message.payload().length);
        Subscription first = mailbox.subscribe(listener);
        mailbox.subscribe(listener);
        run();
        first.close();
        first.close();
        deliver(4);
        run();
        assertEquals(List.of(4), heard);
    }

    @Test
    void whatIsInterceptedGoesToNobodyElseAndTheRestWaitsForListeners() {
        List<Integer> taken = new ArrayList<>();
        List<Integer> gone = new ArrayList<>();
        for (int length : new int[] {1, 2}) {
            mailbox.deliver(new ReceivedMessage(new byte[length], Optional.empty()), () -> gone.add(length));
        }
        Subscription interception = mailbox.intercept(
                message -> message.payload().length % 2 == 0 && taken.add(message.payload().length));
        run();
        assertEquals(List.of(2), taken);
        assertEquals(List.of(2), gone);
        deliver(3);
        deliver(4);
        run();
        assertEquals(List.of(2, 4), taken);
        listen();
        deliver(6);
        run();
        assertEquals(List.of(1, 3), heard);
        interception.close();
        deliver(8);
        run();
        assertEquals(List.of(1, 3, 8), heard);
        assertEquals(List.of(2, 4, 6), taken);
        assertEquals(0, mailbox.bytes());
    }

    @Test
    void whatNobodyListensToIsNotInTheWayOfWhatIsIntercepted() {
        List<Integer> taken = new ArrayList<>();
        mailbox.intercept(message -> message.payload().length == 7 && taken.add(7));
        for (int i = 0; i < 20; i++) {
            deliver(50);
            run();
        }
        assertEquals(7 * (50 + 64), mailbox.bytes());
        assertEquals(13, counters.get(Counter.MESSAGES_INBOX_FULL));
        deliver(7);
        run();
        assertEquals(List.of(7), taken);
        listen();
        run();
        assertEquals(List.of(50, 50, 50, 50, 50, 50, 50), heard);
        assertEquals(0, mailbox.bytes());
        deliver(900);
        run();
        assertEquals(8, heard.size(), "to a listener, up to the limit");
    }

    @Test
    void interceptorsThatThrowTakeNothing() {
        mailbox.intercept(message -> {
            throw new IllegalStateException("broken");
        });
        listen();
        deliver(5);
        run();
        assertEquals(List.of(5), heard);
        assertEquals(1, counters.get(Counter.LISTENER_FAILURES));
    }
}
