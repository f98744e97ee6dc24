package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CompletableFuture;
import org.cloakwork.api.ClientState;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Printable;
import org.cloakwork.spi.runtime.Counters;
import org.junit.jupiter.api.Test;

class PrintableTest {

    private static final String FORGED = "no\r\naddress forged\u001b[2J\u202e\u2028\ud800 \u00e4\ud83d\ude00";

    @Test
    void whatMovesHidesOrTurnsIsAQuestionMark() {
        assertEquals("no??address forged?[2J??? \u00e4\ud83d\ude00", Printable.of(FORGED));
        assertEquals("a".repeat(500) + "...", Printable.of("a".repeat(5000)));
    }

    @Test
    void noStateSaysMore() throws Exception {
        StateBoard board = new StateBoard(Runnable::run, new Counters<>(Counter.class));
        CompletableFuture<ClientState> told = new CompletableFuture<>();
        board.set(new ClientState.Degraded(FORGED));
        board.subscribe(told::complete);
        assertEquals(new ClientState.Degraded(Printable.of(FORGED)), told.get());
        assertEquals(told.get(), board.current());
    }
}
