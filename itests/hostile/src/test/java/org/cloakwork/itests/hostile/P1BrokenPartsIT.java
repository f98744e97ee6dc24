package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloakwork.api.ClientState;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.spi.part.PartKind;
import org.junit.jupiter.api.Test;

/**
 * P1: a part of each kind throws an error, returns nothing, hangs, or computes for ever, on real threads and sockets:
 * it is named with what it did, and messages go on with the one before it.
 */
class P1BrokenPartsIT {

    private static final Duration START = Duration.ofMinutes(2);

    /** What a part does, whatever it is asked. */
    private enum Deed {
        THROWS("threw java.lang.AssertionError: broken"), RETURNS_NOTHING("returned null"),
        HANGS("did not return within "), COMPUTES_FOR_EVER("did not return within ");

        private final String told;

        Deed(String told) {
            this.told = told;
        }

        private Object answer(AtomicBoolean released) throws InterruptedException {
            switch (this) {
                case THROWS -> throw new AssertionError("broken");
                case HANGS -> new CountDownLatch(1).await();
                case COMPUTES_FOR_EVER -> {
                    while (!released.get()) {
                        Thread.onSpinWait();
                    }
                }
                case RETURNS_NOTHING -> {
                    // as it says
                }
            }
            return null;
        }
    }

    private final Map<String, Long> millis = new LinkedHashMap<>();

    private static <T> T broken(PartKind<T> kind, Deed deed, AtomicBoolean released) {
        return kind.service().cast(Proxy.newProxyInstance(P1BrokenPartsIT.class.getClassLoader(),
                new Class<?>[]{kind.service()}, (self, method, arguments) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    case "toString" -> kind + " that " + deed;
                    default -> deed.answer(released);
                }));
    }

    @Test
    void aBrokenPartIsNamedAndMessagesGoOnWithTheLastGoodOne() throws Exception {
        try (LocalNetwork network = LocalNetwork.builder().start();
             ConfiguredClient client = new ConfiguredClient(ClientConfiguration.DEFAULT, network.directory())) {
            client.engine().awaitReady(START);
            for (PartKind<?> kind : PartKind.OF_A_CLIENT) {
                for (Deed deed : Deed.values()) {
                    goesOn(client, kind, deed);
                }
            }
            System.out.println("P1: a message acknowledged in spite of a broken part, ms: " + millis);
        }
    }

    private <T> void goesOn(ConfiguredClient client, PartKind<T> kind, Deed deed) throws Exception {
        AtomicBoolean released = new AtomicBoolean();
        T good = client.parts().chosen(kind);
        long start = System.nanoTime();
        try {
            client.parts().want(kind, "bad");
            client.parts().set(kind, broken(kind, deed, released));
            Delivery delivery = client.engine().send(client.engine().address(), new byte[5000]);
            assertInstanceOf(Outcome.Acknowledged.class, delivery.outcome().get(2, TimeUnit.MINUTES));
            millis.put(kind + " " + deed, (System.nanoTime() - start) / 1_000_000);
            Waiting.await(() -> client.engine().state() instanceof ClientState.Degraded(String reason)
                    && reason.startsWith(kind + " part \"bad\" failed: ") && reason.contains(deed.told)
                    && reason.contains("; going on with \"good\"; next attempt in "), kind + " " + deed + " is named");
        } finally {
            released.set(true);
            client.parts().want(kind, "good");
            client.parts().set(kind, good);
        }
        client.engine().awaitReady(START);
    }
}
