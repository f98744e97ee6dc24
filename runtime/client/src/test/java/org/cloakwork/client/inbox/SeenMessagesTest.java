package org.cloakwork.client.inbox;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.cloakwork.client.engine.VirtualTime;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.junit.jupiter.api.Test;

class SeenMessagesTest {

    private final SeenMessages seen =
            new SeenMessages(EncryptionKeyPair.generate(new VirtualTime(1).randomness()), Ledger.none());

    private static byte[] message(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    @Test
    void aMessageIsNewOnceAndItsCopiesAreTheSenders() {
        assertTrue(seen.add(7, message(1)));
        assertFalse(seen.add(7, message(1)));
        assertTrue(seen.add(8, message(1)), "sent again by its sender");
        assertTrue(seen.add(7, message(2)));
        assertFalse(seen.add(8, message(1)));
    }

    @Test
    void theOldestAreForgottenOnceThereAreTooMany() {
        for (int i = 0; i < SeenMessages.MOST; i++) {
            assertTrue(seen.add(i, message(i)));
        }
        assertFalse(seen.add(0, message(0)));
        assertFalse(seen.add(SeenMessages.MOST / 2, message(SeenMessages.MOST / 2)));
        assertTrue(seen.add(-1, message(-1)));
        assertTrue(seen.add(0, message(0)));
        assertFalse(seen.add(SeenMessages.CHUNK, message(SeenMessages.CHUNK)));
    }

    @Test
    void whatWasNeverWrittenDownHurtsNobody() {
        seen.restore(List.of(new Saved.Seen(5, new long[] {1, 2}), new Saved.Seen(9, new long[0])));
        assertTrue(seen.add(1, message(1)));
        assertFalse(seen.add(1, message(1)));
    }
}
