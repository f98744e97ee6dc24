package org.cloakwork.frontend.exit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cloakwork.frontend.exit.Openings.Limits;
import org.cloakwork.frontend.exit.Openings.Opening;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpeningsTest {

    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> gaveWay = new LinkedBlockingQueue<>();
    private final CountDownLatch answer = new CountDownLatch(1);
    private Openings openings = new Openings(Limits.DEFAULT);

    private Opening add(String sender, String name, CountDownLatch until) {
        Opening opening = new Opening(sender, new Target(name, 80).domain(), () -> {
            begun.add(name);
            try {
                until.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, () -> gaveWay.add(name));
        openings.add(opening);
        return opening;
    }

    private String next() throws InterruptedException {
        return begun.poll(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void end() {
        answer.countDown();
        openings.close();
    }

    @Test
    void theOldestOfASenderGivesWayAndThenTheOldestOfAll() {
        openings = new Openings(new Limits(3, 2, 0, 1));
        add("a", "1.a.com", answer);
        add("a", "2.a.com", answer);
        add("a", "3.a.com", answer);
        assertEquals(List.of("1.a.com"), List.copyOf(gaveWay));
        Opening third = add("b", "1.b.com", answer);
        add("c", "1.c.com", answer);
        assertEquals(List.of("1.a.com", "2.a.com"), List.copyOf(gaveWay));
        openings.done(third);
        assertEquals(2, openings.size());
        add("d", "1.d.com", answer);
        assertEquals(2, gaveWay.size());
        assertEquals(3, openings.size());
    }

    @Test
    void sendersTakeTurnsAtLookUps() throws InterruptedException {
        openings = new Openings(new Limits(100, 100, 1, 100));
        CountDownLatch first = new CountDownLatch(1);
        add("greedy", "0.com", first);
        assertEquals("0.com", next());
        CountDownLatch none = new CountDownLatch(0);
        for (int i = 1; i <= 5; i++) {
            add("greedy", i + ".com", none);
        }
        add("modest", "modest.com", none);
        first.countDown();
        assertEquals("1.com", next());
        assertEquals("modest.com", next());
        assertEquals("2.com", next());
    }

    @Test
    void aDomainThatDoesNotAnswerHoldsUpNoOther() throws InterruptedException {
        openings = new Openings(new Limits(100, 100, 4, 2));
        for (int i = 0; i < 20; i++) {
            add("sender " + i, i + ".slow.com", answer);
        }
        add("sender", "fast.com", new CountDownLatch(0));
        assertEquals(Set.of("0.slow.com", "1.slow.com", "fast.com"), Set.of(next(), next(), next()));
        assertNull(begun.poll());
        answer.countDown();
        Set<String> others = new HashSet<>();
        for (int i = 2; i < 20; i++) {
            others.add(next());
        }
        assertEquals(IntStream.range(2, 20).mapToObj(i -> i + ".slow.com").collect(Collectors.toSet()), others);
    }

    @Test
    void aLookUpThatNobodyWaitsForTakesItsPlaceUntilItEnds() throws InterruptedException {
        openings = new Openings(new Limits(100, 100, 1, 1));
        Opening given = add("a", "slow.com", answer);
        next();
        openings.done(given);
        Opening gone = add("b", "gone.com", answer);
        add("c", "1.2.3.4", new CountDownLatch(0));
        assertEquals("1.2.3.4", next());
        add("d", "fast.com", new CountDownLatch(0));
        openings.done(gone);
        assertEquals(1, openings.lookUps());
        assertFalse(begun.contains("fast.com"));
        answer.countDown();
        assertEquals("fast.com", next());
        assertEquals(Optional.empty(), new Target("1.2.3.4", 1).domain());
    }
}
