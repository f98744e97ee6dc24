package org.cloakwork.itests.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sender is killed (kill -9) at random instants under load, each time started again with the same store, while
 * network and receiver stay up.
 */
class KillIT {

    private static final long MOST_OF_ONE_PROCESS = 1_000_000;
    private static final int KILLS = 20;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_MILLIS_UNDER_LOAD = 4000;
    private static final int MOST_MILLIS_OF_START = 3000;

    @TempDir
    private Path folder;

    private final Random random = new Random();
    private final Map<Long, AtomicInteger> received = new ConcurrentHashMap<>();
    private final Set<Long> stored = ConcurrentHashMap.newKeySet();
    private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> replies = ConcurrentHashMap.newKeySet();
    private final AtomicReference<SenderTag> sender = new AtomicReference<>();
    private final Set<SenderTag> tags = ConcurrentHashMap.newKeySet();
    private final Set<String> addresses = ConcurrentHashMap.newKeySet();
    private final List<Long> readyMillis = new ArrayList<>();

    /** The sender's process, and what it says. */
    private final class Sender implements AutoCloseable {

        private final Process process;
        private final long startedNanos = System.nanoTime();
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        private final Thread reader;

        Sender(LocalNetwork network, MixnetClient receiver, String what) throws IOException {
            process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                    "-XX:TieredStopAtLevel=1", "-Xshare:auto", "--sun-misc-unsafe-memory-access=allow",
                    "-Djava.util.logging.config.file=" + System.getProperty("java.util.logging.config.file"), "-cp",
                    System.getProperty("java.class.path"), KilledClient.class.getName(), network.directory().toString(),
                    folder.toString(), receiver.address().toString(), what)
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            reader = Thread.ofVirtual().name("sender-output").start(this::read);
        }

        private void read() {
            try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    String[] words = line.split(" ");
                    switch (words[0]) {
                        case "stored" -> stored.add(Long.parseLong(words[1]));
                        case "outcome" -> {
                            if (words[2].equals("Acknowledged")) {
                                acknowledged.add(Long.parseLong(words[1]));
                            } else {
                                lines.add(line);
                            }
                        }
                        case "ready" -> {
                            addresses.add(words[1]);
                            lines.add("ready");
                        }
                        case "received" -> {
                            replies.add(line.substring("received ".length()));
                            lines.add(line);
                        }
                        default -> lines.add(line);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String awaitLine(String beginning) throws InterruptedException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            List<String> seen = new ArrayList<>();
            while (true) {
                String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (line == null) {
                    throw new NoSuchElementException("the sender did not say \"" + beginning + "\" but " + seen);
                }
                if (line.startsWith(beginning)) {
                    return line;
                }
                seen.add(line);
            }
        }

        long millis() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
        }

        void kill() throws InterruptedException {
            process.toHandle().destroyForcibly();
            assertEquals(128 + 9, process.waitFor());
            reader.join();
        }

        @Override
        public void close() {
            process.toHandle().destroyForcibly();
        }
    }

    @Test
    void a6A7NothingIsLostOrDoubledOverTwentyKills() throws Exception {
        long started = System.nanoTime();
        int kills = 0;
        int promisedReplies = 0;
        try (LocalNetwork network = LocalNetwork.builder().start();
             MixnetClient receiver = MixnetClient.builder().network(network).start()) {
            receiver.awaitReady(PATIENCE);
            receiver.subscribe(this::received);
            long next = 1;
            while (kills < KILLS && System.nanoTime() - started < LIMIT.toNanos()) {
                // While the sender is dead the receiver answers, with reply blocks of before.
                boolean underLoad = kills % 2 == 1;
                boolean answers = underLoad && sender.get() != null;
                if (answers) {
                    String text = "reply of round " + kills;
                    assertTrue(receiver.reply(sender.get(), text.getBytes(StandardCharsets.UTF_8)).outcome()
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS) instanceof Outcome.Acknowledged);
                    promisedReplies++;
                }
                try (Sender process = new Sender(network, receiver, String.valueOf(next))) {
                    if (underLoad) {
                        process.awaitLine("ready");
                        readyMillis.add(process.millis());
                        if (answers && !replies.contains("reply of round " + kills)) {
                            process.awaitLine("received reply of round " + kills);
                        }
                        awaitTag();
                        Thread.sleep(random.nextInt(MOST_MILLIS_UNDER_LOAD));
                    } else {
                        Thread.sleep(random.nextInt(MOST_MILLIS_OF_START));
                    }
                    process.kill();
                }
                kills++;
                // Numbers that no process before can have used, also if what it said of them is still to be read.
                next = 1 + kills * MOST_OF_ONE_PROCESS;
            }
            try (Sender process = new Sender(network, receiver, "drain")) {
                String restored = process.awaitLine("restored ");
                process.awaitLine("drained ");
                process.process.getOutputStream().close();
                assertEquals(0, process.process.waitFor());
                report(kills, started, restored, promisedReplies, receiver);
            }
            Set<Long> lost = ConcurrentHashMap.newKeySet();
            lost.addAll(stored);
            lost.removeAll(received.keySet());
            assertEquals(Set.of(), lost, "stored and never received");
            assertEquals(List.of(), received.entrySet().stream().filter(e -> e.getValue().get() != 1).toList(),
                    "received more than once");
            assertEquals(1, tags.size(), "the sender has another name after a restart");
            assertEquals(1, addresses.size(), "the sender has another address after a restart");
            assertEquals(KILLS, kills);
            assertTrue(stored.size() > KILLS, stored.size() + " messages");
            assertTrue(promisedReplies >= KILLS / 2 - 1, promisedReplies + " replies");
        }
    }

    /** Until something has arrived at all. */
    private void awaitTag() throws InterruptedException {
        synchronized (sender) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (sender.get() == null && System.nanoTime() < end) {
                TimeUnit.NANOSECONDS.timedWait(sender, Math.max(1, end - System.nanoTime()));
            }
        }
        assertTrue(sender.get() != null, "nothing arrived within " + PATIENCE.toSeconds() + " s");
    }

    private void received(ReceivedMessage message) {
        message.sender().ifPresent(tag -> {
            tags.add(tag);
            synchronized (sender) {
                sender.set(tag);
                sender.notifyAll();
            }
        });
        String text = message.text();
        received.computeIfAbsent(Long.parseLong(text.substring(0, text.indexOf(' '))), n -> new AtomicInteger())
                .incrementAndGet();
    }

    private void report(int kills, long started, String restored, int promisedReplies, MixnetClient receiver) {
        long[] ready = readyMillis.stream().mapToLong(millis -> millis).sorted().toArray();
        System.out.printf("%d kills in %.0f s: %d messages stored, %d of them acknowledged before a kill, %d received; "
                        + "%d duplicate fragments dropped by the receiver; %d of %d replies sent while the sender was "
                        + "dead arrived; last start: %s on their way; start to ready %s ms%n",
                kills, (System.nanoTime() - started) / 1e9, stored.size(), acknowledged.size(), received.size(),
                receiver.counters().get("fragments.dropped.duplicate"),
                replies.stream().filter(reply -> reply.startsWith("reply of round ")).count(), promisedReplies,
                restored, Arrays.toString(ready));
    }
}
