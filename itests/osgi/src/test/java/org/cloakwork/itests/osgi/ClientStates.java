package org.cloakwork.itests.osgi;

import static org.junit.Assert.assertNotNull;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Subscription;

/** Waits for what clients tell of themselves. */
final class ClientStates {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private ClientStates() {
    }

    /** @param beginning of the state's text */
    static void await(MixnetClient client, String beginning) throws InterruptedException {
        await(client, state -> state.text().startsWith(beginning));
    }

    static void await(MixnetClient client, Predicate<ClientState> wanted) throws InterruptedException {
        BlockingQueue<ClientState> states = new LinkedBlockingQueue<>();
        try (Subscription subscription = client.onState(states::add)) {
            ClientState state;
            do {
                state = states.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertNotNull("stays in " + client.state(), state);
            } while (!wanted.test(state));
        }
    }
}
