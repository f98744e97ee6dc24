package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.Insight;
import org.cloakwork.api.SendOptions;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.spi.cover.CoverTrafficStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a client tells of what goes on inside is what went on. */
class InsightTest {

    private static final CoverTrafficStrategy SLOTS = World.cover(Optional.of(Duration.ofMillis(20)), Optional.empty());

    @RegisterExtension
    final Seed seed = new Seed();

    private static Insight look(World world, TestClient client) {
        CompletableFuture<Insight> asked = client.engine.insight();
        world.runFor(Duration.ofNanos(1));
        return asked.join();
    }

    private static long count(Insight.Histogram histogram) {
        return histogram.counts().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void aMessageIsFollowedFromTheOutboxToItsAcknowledgement() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, SLOTS);
            TestClient bob = world.readyClient();
            alice.awaitReady();
            alice.await(alice.send(bob.address(), new byte[5000]));
            Insight.Course course = look(world, alice).messages().getFirst();
            assertEquals(1, course.number());
            assertEquals(course.packets(), course.acknowledged());
            assertTrue(course.packets() > 2);
            List<Duration> steps = List.of(course.sealed().orElseThrow(), course.paced().orElseThrow(),
                    course.sent().orElseThrow(), course.ended().orElseThrow());
            assertEquals(steps.getLast(), steps.stream().max(Duration::compareTo).orElseThrow());
            assertTrue(steps.get(1).compareTo(steps.get(2)) < 0, "the first packet leaves before the last: " + steps);
            assertEquals(Optional.empty(), course.failure());
        }
    }

    @Test
    void whatFailsSaysWhy() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            world.loss = 1;
            alice.awaitFailed(alice.send(alice.address(), new byte[10],
                    SendOptions.DEFAULT.withDeadline(Duration.ofSeconds(1))), FailureReason.DEADLINE);
            assertEquals(Optional.of(FailureReason.DEADLINE), look(world, alice).messages().getFirst().failure());
        }
    }

    @Test
    void passagesAreWhatIsCounted() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.client(ClientConfiguration.DEFAULT, SLOTS);
            alice.awaitReady();
            alice.await(alice.send(alice.address(), new byte[3000]));
            Insight insight = look(world, alice);
            Map<Insight.Kind, Long> kinds = insight.passages().stream()
                    .collect(Collectors.groupingBy(Insight.Passage::kind, Collectors.counting()));
            assertEquals(alice.counter(Counter.PACKETS_DATA), kinds.getOrDefault(Insight.Kind.DATA, 0L));
            assertEquals(alice.counter(Counter.PACKETS_COVER), kinds.getOrDefault(Insight.Kind.COVER, 0L));
            assertEquals(alice.counter(Counter.ACKS_RECEIVED), kinds.getOrDefault(Insight.Kind.ACK, 0L));
            assertEquals(alice.counter(Counter.RECEIVED_COVER), kinds.getOrDefault(Insight.Kind.LOOP, 0L));
            assertEquals(alice.counter(Counter.RECEIVED_COVER), count(insight.oneWay()));
            assertEquals(alice.counter(Counter.ACKS_RECEIVED), count(insight.roundTrips()));
            assertEquals(1, count(insight.deliveries()));
            world.runFor(Duration.ofMinutes(1));
            insight = look(world, alice);
            assertEquals(Insight.MOST_PASSAGES, insight.passages().size(), "the last ones only");
            assertTrue(insight.mixes().stream().allMatch(mix -> mix.drawn() > 0), insight.mixes()::toString);
        }
    }

    @Test
    void replyBlocksAreToldByShortHashes() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            TestClient bob = world.readyClient();
            alice.send(bob.address(), new byte[10], SendOptions.DEFAULT.withReplySurbs(7));
            bob.awaitReceived(1);
            assertEquals(List.of(new Insight.Stock(bob.received.getFirst().sender().orElseThrow().shortHash(), 7)),
                    look(world, bob).replyBlocks());
            assertFalse(look(world, bob).toString().contains(alice.address().identity().toString()));
        }
    }

    @Test
    void figuresAreTheCounters() {
        try (World world = new World(seed.value())) {
            TestClient alice = world.readyClient();
            Map<String, Long> counters = alice.engine.counters();
            assertEquals(counters.keySet(), alice.engine.figures().stream().map(figure -> figure.name())
                    .collect(Collectors.toSet()));
            alice.engine.figures().forEach(figure -> assertFalse(figure.meaning().isBlank(), figure.name()));
        }
    }
}
