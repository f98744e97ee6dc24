package org.cloakwork.localnet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.cloakwork.itests.testing.Laws;
import org.junit.jupiter.api.Test;

class ReplayFilterTest {

    private static byte[] tag(long number) {
        byte[] tag = new byte[32];
        new Random(number).nextBytes(tag);
        return tag;
    }

    /** Whatever the order: of the latest {@code capacity} tags every one is recognised, and a new one never is. */
    @Test
    void remembersAtLeastItsCapacityAndMistakesNothing() {
        Laws.forAll(300, draw -> {
            int capacity = draw.between(1, 600);
            List<Integer> numbers = Stream.generate(() -> draw.between(0, 900)).limit(draw.between(0, 2000)).toList();
            ReplayFilter filter = new ReplayFilter(capacity, VirtualTime.randomness(capacity));
            Set<Integer> ever = new HashSet<>();
            ArrayDeque<Integer> latest = new ArrayDeque<>();
            for (int number : numbers) {
                boolean fresh = filter.isFresh(tag(number));
                assertTrue(fresh || ever.contains(number), "a new tag was taken for a replay");
                assertFalse(fresh && latest.contains(number), "a recent replay was not recognised");
                if (fresh) {
                    ever.add(number);
                    latest.add(number);
                    if (latest.size() > capacity) {
                        latest.remove();
                    }
                }
            }
        });
    }

    @Test
    void forgetsWhatIsTwoGenerationsOld() {
        ReplayFilter filter = new ReplayFilter(1000, VirtualTime.randomness(1));
        for (int i = 0; i < 2000; i++) {
            assertTrue(filter.isFresh(tag(i)));
        }
        assertTrue(filter.isFresh(tag(0)));
        assertFalse(filter.isFresh(tag(1999)));
    }

    @Test
    void fillsAGenerationOfTheRealCapacity() {
        ReplayFilter filter = new ReplayFilter(ReplayFilter.GENERATION_CAPACITY, VirtualTime.randomness(2));
        for (int i = 0; i < ReplayFilter.GENERATION_CAPACITY; i++) {
            assertTrue(filter.isFresh(tag(i)));
        }
        for (int i = 0; i < ReplayFilter.GENERATION_CAPACITY; i++) {
            assertFalse(filter.isFresh(tag(i)));
        }
    }

    @Test
    void ofManyThreadsExactlyOneIsFirst() throws Exception {
        ReplayFilter filter = new ReplayFilter(100_000, VirtualTime.randomness(3));
        int tags = 5000;
        List<Future<Integer>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int t = 0; t < 4; t++) {
                results.add(threads.submit(() -> {
                    int fresh = 0;
                    for (int i = 0; i < tags; i++) {
                        fresh += filter.isFresh(tag(i)) ? 1 : 0;
                    }
                    return fresh;
                }));
            }
        }
        int fresh = 0;
        for (Future<Integer> result : results) {
            fresh += result.get();
        }
        assertEquals(tags, fresh);
    }
}
