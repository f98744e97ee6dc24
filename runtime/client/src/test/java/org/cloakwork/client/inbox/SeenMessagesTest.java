package org.cloakwork.client.inbox;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Way;
import org.cloakwork.client.engine.VirtualTime;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.junit.jupiter.api.Test;

class SeenMessagesTest {

    private static final Way ADDRESS = new Way.Address();

    private final SeenMessages seen =
            new SeenMessages(EncryptionKeyPair.generate(new VirtualTime(1).randomness()), Ledger.none());

    private static byte[] message(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    @Test
    void aMessageIsNewOnceAndItsCopiesAreTheSenders() {
        assertTrue(seen.add(ADDRESS, 7, message(1)));
        assertFalse(seen.add(ADDRESS, 7, message(1)));
        assertTrue(seen.add(ADDRESS, 8, message(1)), "sent again by its sender");
        assertTrue(seen.add(ADDRESS, 7, message(2)));
        assertFalse(seen.add(ADDRESS, 8, message(1)));
    }

    @Test
    void eachWayHasAMemoryOfItsOwn() {
        SenderTag one = new SenderTag(new byte[SenderTag.LENGTH]);
        SenderTag other = new SenderTag(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        for (Way way : List.of(ADDRESS, new Way.ReplyBlock(Optional.empty()), new Way.ReplyBlock(Optional.of(one)),
                new Way.ReplyBlock(Optional.of(other)))) {
            assertTrue(seen.add(way, 7, message(1)));
            assertFalse(seen.add(way, 7, message(1)));
        }
    }

    @Test
    void theOldestAreForgottenOnceThereAreTooMany() {
        for (int i = 0; i < SeenMessages.MOST; i++) {
            assertTrue(seen.add(ADDRESS, i, message(i)));
        }
        assertFalse(seen.add(ADDRESS, 0, message(0)));
        assertFalse(seen.add(ADDRESS, SeenMessages.MOST / 2, message(SeenMessages.MOST / 2)));
        assertTrue(seen.add(ADDRESS, -1, message(-1)));
        assertTrue(seen.add(ADDRESS, 0, message(0)));
        assertFalse(seen.add(ADDRESS, SeenMessages.CHUNK, message(SeenMessages.CHUNK)));
    }

    @Test
    void whatWasNeverWrittenDownHurtsNobody() {
        seen.restore(List.of(new Saved.Seen(5, new long[] {1, 2}), new Saved.Seen(9, new long[0])));
        assertTrue(seen.add(ADDRESS, 1, message(1)));
        assertFalse(seen.add(ADDRESS, 1, message(1)));
    }
}
