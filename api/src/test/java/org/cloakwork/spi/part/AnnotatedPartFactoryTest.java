package org.cloakwork.spi.part;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.cloakwork.spi.retransmission.RetransmissionPolicy;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.junit.jupiter.api.Test;

class AnnotatedPartFactoryTest {

    @Cloakwork(part = "retransmission", name = "steady")
    private record Steady(Duration patience) implements RetransmissionPolicy {

        private static Steady of(Map<String, Object> properties) {
            PartConfiguration configuration = PartConfiguration.ofProperties(properties);
            Steady made = new Steady(configuration.millis("wait-millis", 100, 1, 1000));
            configuration.verify();
            return made;
        }

        @Override
        public Optional<Duration> waitForAck(SentPacket packet) {
            return Optional.of(patience);
        }
    }

    @Cloakwork(part = "cover", name = "steady")
    private record OfAnotherKind() implements Plain {
    }

    @Cloakwork(part = "soup", name = "steady")
    private record OfNoKind() implements Plain {
    }

    private record SaysNothing() implements Plain {
    }

    private interface Plain extends RetransmissionPolicy {

        @Override
        default Optional<Duration> waitForAck(SentPacket packet) {
            return Optional.empty();
        }
    }

    private static final class Factory extends AnnotatedPartFactory<RetransmissionPolicy> {

        private Factory(Class<? extends RetransmissionPolicy> part,
                Function<Map<String, Object>, RetransmissionPolicy> maker) {
            super(part, maker);
        }
    }

    private final Factory factory = new Factory(Steady.class, Steady::of);

    @Test
    void kindAndNameAreThoseOfTheAnnotation() {
        assertEquals(RetransmissionPolicy.class, factory.type());
        assertEquals("steady", factory.name());
    }

    @Test
    void thePartSeesItsConfiguration() {
        assertEquals(new Steady(Duration.ofMillis(7)), factory.create(Map.of("wait-millis", "7")));
        assertEquals(new Steady(Duration.ofMillis(100)), factory.create(Map.of()));
    }

    @Test
    void errorsNameThePartAndTheKey() {
        assertRefused("retransmission steady: wait-millis: \"0\"; allowed is a whole number from 1 to 1000",
                "wait-millis", "0");
        assertRefused("retransmission steady: wait: unknown key; allowed is the keys wait-millis", "wait", "1");
        assertRefused("retransmission steady: wait.millis: unknown key; allowed is a key without a dot", "wait.millis",
                "1");
    }

    private void assertRefused(String message, String key, String value) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, () -> factory.create(Map.of(key, value)))
                .getMessage());
    }

    @Test
    void aClassMustSayWhichKindOfPartItIsAndBeOne() {
        for (Class<? extends RetransmissionPolicy> wrong
                : List.of(OfAnotherKind.class, OfNoKind.class, SaysNothing.class)) {
            String message = assertThrows(IllegalArgumentException.class, () -> new Factory(wrong, properties -> null))
                    .getMessage();
            assertEquals(0, message.indexOf(wrong.getName()), message);
        }
    }
}
