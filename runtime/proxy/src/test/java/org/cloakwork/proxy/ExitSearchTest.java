package org.cloakwork.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.cloakwork.api.KnownExit;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.spi.frontend.ExitStanding;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExitSearchTest {

    private static final MixnetAddress ONE = Addresses.of(1);
    private static final MixnetAddress TWO = Addresses.of(2);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static KnownExit known(MixnetAddress exit) {
        return new KnownExit(exit, Optional.empty(), OptionalInt.empty());
    }

    private static ExitSettings settings(String... keys) {
        Map<String, String> values = keys.length == 0 ? Map.of() : Map.of(keys[0], keys[1]);
        PartConfiguration configuration = new PartConfiguration("front-end test", values);
        ExitSettings settings = ExitSettings.of(configuration);
        configuration.verify();
        return settings;
    }

    @Test
    void anExitOfTheNetworkIsFoundAskedAndTaken() throws Exception {
        try (FakeClient client = new FakeClient()) {
            client.exits = List.of(known(ONE), known(TWO));
            try (Exits exits = Exits.of(client.client(), settings())) {
                Exits.Use use = exits.choose(443, PATIENCE);
                assertTrue(Set.of(ONE, TWO).contains(use.exit()));
                use.answered(true);
                assertEquals(use.exit(), exits.choose(80, PATIENCE).exit());
                assertEquals(ExitStanding.State.IN_USE, exits.known().getFirst().state());
                assertEquals(List.of(use.exit()), client.partners);
            }
            assertEquals(List.of(), client.partners);
            assertEquals(client.options.size(), client.asked.size());
            Set<String> names = new HashSet<>();
            client.options.forEach(sent -> names.add(sent.isolation().orElseThrow()));
            assertEquals(Set.copyOf(client.asked).size(), names.size(), "to each exit it is somebody else");
        }
    }

    @Test
    void whatIsNotForItIsLeftAlone() throws Exception {
        try (FakeClient client = new FakeClient()) {
            client.exits = List.of(known(ONE));
            try (Exits exits = Exits.of(client.client(), settings())) {
                exits.choose(443, PATIENCE);
                String name = client.options.getFirst().isolation().orElseThrow();
                byte[] garbage = {1, 2, 3};
                assertTrue(client.isTaken(new ReceivedMessage(garbage, new ReceivedMessage.Answer(Optional.of(ONE),
                        Optional.of(name)))), "ours, whatever it says");
                assertFalse(client.isTaken(new ReceivedMessage(garbage, new ReceivedMessage.Unknown())));
                assertFalse(client.isTaken(new ReceivedMessage(garbage, new ReceivedMessage.Answer(Optional.of(ONE),
                        Optional.of("socks5 x")))));
                assertEquals(ONE, exits.choose(443, PATIENCE).exit());
            }
        }
    }

    @Test
    void whereNoneAnswersTheReasonIsToldInTime() throws Exception {
        try (FakeClient client = new FakeClient()) {
            client.exits = List.of(known(ONE), known(TWO));
            client.away.addAll(List.of(ONE, TWO));
            try (Exits exits = Exits.of(client.client(), settings())) {
                String reason = assertThrows(NoExitException.class, () -> exits.choose(443, PATIENCE)).getMessage();
                assertEquals("none of 2 exits answers; the last: its gateway is away", reason);
            }
            client.away.clear();
            client.silent.addAll(List.of(ONE, TWO));
            try (Exits exits = Exits.of(client.client(), ExitSettings.of(ONE, TWO))) {
                String reason = assertThrows(NoExitException.class,
                        () -> exits.choose(443, Duration.ofMillis(300))).getMessage();
                assertEquals("no exit has answered yet within 300 ms", reason);
            }
            client.fault = Optional.of("http://directory/: refused");
            try (Exits exits = Exits.of(client.client(), settings())) {
                String reason = assertThrows(NoExitException.class, () -> exits.choose(443, PATIENCE)).getMessage();
                assertEquals("the network's exits are not known: http://directory/: refused", reason);
            }
        }
    }

    @Test
    void whoWaitsIsToldWhenItIsClosed() throws Exception {
        try (FakeClient client = new FakeClient()) {
            client.exits = List.of(known(ONE));
            client.silent.add(ONE);
            Exits exits = Exits.of(client.client(), settings());
            CountDownLatch waits = new CountDownLatch(1);
            CompletableFuture<String> reason = new CompletableFuture<>();
            Thread waiting = Thread.ofVirtual().start(() -> {
                waits.countDown();
                reason.complete(assertThrows(NoExitException.class, () -> exits.choose(443, PATIENCE.multipliedBy(3)))
                        .getMessage());
            });
            waits.await();
            exits.close();
            assertEquals("the front-end was closed", reason.get(20, TimeUnit.SECONDS));
            waiting.join();
        }
    }

    @Test
    void theOnlyOneIsTakenWithoutAQuestion() throws Exception {
        try (FakeClient client = new FakeClient()) {
            client.silent.add(ONE);
            try (Exits exits = Exits.of(client.client(), settings("exit", ONE.toString()))) {
                assertEquals(List.of(ONE), client.partners);
                Exits.Use use = exits.choose(25, Duration.ZERO);
                use.failed();
                assertEquals(ONE, exits.choose(25, Duration.ZERO).exit());
                assertFalse(use.lost().isDone());
            }
            assertEquals(List.of(), client.asked);
            assertEquals(List.of(), client.partners);
        }
    }

    @Test
    void settingsAreChecked() {
        assertEquals(List.of(ONE, TWO), settings("exit", ONE + " , " + TWO).named());
        assertEquals(Set.of("DE", "FR"), settings("exit-countries", "de, FR").countries());
        assertEquals(List.of(), settings("exit", "auto").named());
        Stream.of(List.of("exit", "auto, " + ONE), List.of("exit", "nowhere"), List.of("exit-countries", "Germany"),
                List.of("exit-min-performance", "101")).forEach(wrong -> assertTrue(assertThrows(
                IllegalArgumentException.class, () -> settings(wrong.getFirst(), wrong.getLast())).getMessage()
                .startsWith("front-end test: " + wrong.getFirst() + ": ")));
        PartConfiguration both = new PartConfiguration("front-end test", Map.of("exit", ONE.toString(),
                "exit-countries", "DE"));
        assertEquals("front-end test: exit-countries: a filter beside named exits; allowed is only with exit = auto",
                assertThrows(IllegalArgumentException.class, () -> ExitSettings.of(both)).getMessage());
    }
}
