package org.cloakwork.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.time.Duration;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.local.LocalNetwork;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As programs use it. */
@Timeout(60)
class MixnetTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Mixnet
    private static LocalNetwork shared;
    private static LocalNetwork sharedBefore;

    @Mixnet(gateways = 1)
    private LocalNetwork own;
    private static LocalNetwork ownBefore;

    @Test
    void aMessageArrives() throws Exception {
        try (MixnetClient alice = MixnetClient.builder().network(shared).start();
                MixnetClient bob = MixnetClient.builder().network(shared).start()) {
            alice.awaitReady(PATIENCE);
            bob.awaitReady(PATIENCE);
            assertInstanceOf(Outcome.Acknowledged.class,
                    alice.send(bob.address(), "hello".getBytes()).outcome().get());
        }
        theClassSharesOneAndEachTestHasAnother();
    }

    @Test
    void whatStandsAtAParameterHasItsOwnSizes(@Mixnet(gateways = 3, mixesPerLayer = 2) LocalNetwork network) {
        assertEquals(3, network.topology().gateways().size());
        assertEquals(2, network.topology().layer(3).size());
        assertNotSame(network, own);
        theClassSharesOneAndEachTestHasAnother();
    }

    private void theClassSharesOneAndEachTestHasAnother() {
        if (sharedBefore != null) {
            assertSame(sharedBefore, shared);
            assertNotSame(ownBefore, own);
        }
        assertEquals(1, own.topology().gateways().size());
        sharedBefore = shared;
        ownBefore = own;
    }

    @Nested
    class Inside {

        @Mixnet
        private LocalNetwork inner;

        @Test
        void aNestedClassHasThoseAround() {
            theClassSharesOneAndEachTestHasAnother();
            assertNotSame(own, inner);
        }
    }
}
