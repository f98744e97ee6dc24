package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloakwork.client.base.Watch;
import org.cloakwork.spi.runtime.Scheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that do not return, on real threads. */
class ThreadWatchTest {

    private static final long PATIENCE_SECONDS = 60;

    private final ThreadedEnvironment threads = new ThreadedEnvironment("watched");
    private final Scheduler loop = threads.environment().scheduler();
    private final Watch watch = threads.environment().watch();
    private final CountDownLatch overdue = new CountDownLatch(1);
    private final AtomicBoolean released = new AtomicBoolean();
    private final Watch.Call call = new Watch.Call() {

        @Override
        public Duration budget() {
            return Duration.ofMillis(500);
        }

        @Override
        public void overdue() {
            overdue.countDown();
        }
    };

    @AfterEach
    void end() {
        released.set(true);
        threads.close();
    }

    private String spins() {
        while (!released.get()) {
            Thread.onSpinWait();
        }
        return "late";
    }

    private Thread thread() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        loop.execute(() -> thread.complete(Thread.currentThread()));
        return thread.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void whatCanBeInterruptedIsAndItsThreadGoesOn() throws Exception {
        Thread before = thread();
        CompletableFuture<String> end = new CompletableFuture<>();
        loop.execute(() -> {
            assertThrows(Watch.Overdue.class, () -> watch.during(call, () -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return "too late";
            }));
            end.complete(Thread.interrupted() ? "interrupted" : "in order");
        });
        assertEquals("in order", end.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals(0, overdue.getCount());
        assertEquals(before, thread());
    }

    /** In their order, those that come meanwhile too; and what was put off can still be taken back. */
    @Test
    void theTasksOfAThreadThatDoesNotComeBackAreDoneByAnother() throws Exception {
        Thread before = thread();
        List<String> done = new CopyOnWriteArrayList<>();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                watch.during(call, () -> {
                    begun.countDown();
                    return spins();
                });
                done.add("what must not be");
            } catch (Watch.Abandoned e) {
                thrown.complete(e);
                throw e;
            }
        });
        begun.await();
        CountDownLatch all = new CountDownLatch(3);
        for (String name : List.of("a", "b")) {
            loop.execute(() -> {
                done.add(name);
                all.countDown();
            });
        }
        Scheduler.Cancellable back = loop.schedule(Duration.ofSeconds(6), () -> done.add("taken back"));
        loop.schedule(Duration.ofSeconds(7), () -> {
            done.add("c");
            all.countDown();
        });
        Thread after = thread();
        back.cancel();
        assertNotEquals(before, after);
        released.set(true);
        assertTrue(thrown.get(PATIENCE_SECONDS, TimeUnit.SECONDS) instanceof Watch.Abandoned);
        assertTrue(all.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals(List.of("a", "b", "c"), done);
        assertEquals(after, thread());
        threads.close();
        assertTrue(before.join(Duration.ofSeconds(PATIENCE_SECONDS)));
    }

    @Test
    void whoeverAwaitsAWorkerThatDoesNotComeBackIsToldAndAnotherWorks() throws Exception {
        int cores = Runtime.getRuntime().availableProcessors();
        CountDownLatch abandoned = new CountDownLatch(cores);
        for (int i = 0; i < cores; i++) {
            threads.environment().workers().execute(new Watch.Awaited() {
                @Override
                public void run() {
                    watch.during(call, ThreadWatchTest.this::spins);
                }

                @Override
                public void abandoned() {
                    abandoned.countDown();
                }
            });
        }
        CountDownLatch works = new CountDownLatch(1);
        threads.environment().workers().execute(works::countDown);
        assertTrue(works.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertTrue(abandoned.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** One that came back is like any other: the end of its next late call is told, and it may be given up again. */
    @Test
    void aWorkerThatCameBackIsLookedAfterAsBefore() throws Exception {
        CompletableFuture<Thread> back = new CompletableFuture<>();
        CompletableFuture<Thread> stuck = new CompletableFuture<>();
        threads.environment().workers().execute(new Watch.Awaited() {
            @Override
            public void run() {
                try {
                    watch.during(call, ThreadWatchTest.this::spins);
                } catch (Watch.Abandoned e) {
                    back.complete(Thread.currentThread());
                }
                assertThrows(Watch.Overdue.class, () -> watch.during(call, () -> {
                    try {
                        return new CompletableFuture<String>().get();
                    } catch (InterruptedException | ExecutionException e) {
                        return "interrupted";
                    }
                }));
                stuck.complete(Thread.currentThread());
            }

            @Override
            public void abandoned() {
                released.set(true);
            }
        });
        assertEquals(back.get(PATIENCE_SECONDS, TimeUnit.SECONDS), stuck.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void aCallWithinItsTimeIsLeftAlone() throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        loop.execute(() -> end.complete(watch.during(call, () -> watch.during(call, () -> "both"))));
        assertEquals("both", end.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals(1, overdue.getCount());
    }
}
