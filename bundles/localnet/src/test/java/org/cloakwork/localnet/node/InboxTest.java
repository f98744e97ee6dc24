package org.cloakwork.localnet.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InboxTest {

    private static final Instant NOW = VirtualTime.START;

    private static ClientAddress client(int number) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) number);
        return new ClientAddress(bytes);
    }

    private static byte[] message(int content, int length) {
        byte[] message = new byte[length];
        Arrays.fill(message, (byte) content);
        return message;
    }

    @Test
    void givesTheOldestFirstAndOnce() {
        Inbox inbox = new Inbox();
        for (int i = 0; i < 5; i++) {
            assertTrue(inbox.store(client(1), message(i, 10), NOW));
        }
        assertTrue(inbox.store(client(2), message(9, 10), NOW));
        for (int i = 0; i < 5; i++) {
            assertArrayEquals(message(i, 10), inbox.poll(client(1)).orElseThrow());
        }
        assertEquals(Optional.empty(), inbox.poll(client(1)));
        assertArrayEquals(message(9, 10), inbox.poll(client(2)).orElseThrow());
        assertEquals(0, inbox.bytes());
    }

    @Test
    void oneClientIsLimitedInBytes() {
        int cost = 936 + Inbox.MESSAGE_OVERHEAD;
        Inbox inbox = new Inbox(3L * cost, 100L * cost);
        for (int i = 0; i < 3; i++) {
            assertTrue(inbox.store(client(1), message(i, 936), NOW));
        }
        assertFalse(inbox.store(client(1), message(3, 0), NOW));
        assertTrue(inbox.store(client(2), message(3, 936), NOW), "others have room");
        inbox.poll(client(1));
        assertTrue(inbox.store(client(1), message(4, 936), NOW));
        assertArrayEquals(message(1, 936), inbox.poll(client(1)).orElseThrow());
    }

    @Test
    void allClientsTogetherAreLimitedInBytes() {
        int cost = 36 + Inbox.MESSAGE_OVERHEAD;
        Inbox inbox = new Inbox(100L * cost, 10L * cost);
        for (int i = 0; i < 10; i++) {
            assertTrue(inbox.store(client(i), message(i, 36), NOW));
        }
        assertFalse(inbox.store(client(11), message(0, 0), NOW));
        assertEquals(1, inbox.forget(client(4)));
        assertTrue(inbox.store(client(11), message(0, 36), NOW));
        assertEquals(10L * cost, inbox.bytes());
    }

    @Test
    void emptyMessagesCountToo() {
        Inbox inbox = new Inbox(10L * Inbox.MESSAGE_OVERHEAD, 1L << 20);
        int stored = 0;
        while (inbox.store(client(1), new byte[0], NOW)) {
            stored++;
        }
        assertEquals(10, stored);
    }

    @Test
    void expiresAfterADay() {
        Inbox inbox = new Inbox();
        inbox.store(client(1), message(1, 10), NOW);
        inbox.store(client(1), message(2, 10), NOW.plus(Duration.ofHours(1)));
        inbox.store(client(2), message(3, 10), NOW);
        assertEquals(0, inbox.expire(NOW.plus(Duration.ofHours(24))));
        assertEquals(2, inbox.expire(NOW.plus(Duration.ofHours(24)).plusMillis(1)));
        assertArrayEquals(message(2, 10), inbox.poll(client(1)).orElseThrow());
        assertEquals(Optional.empty(), inbox.poll(client(2)));
        assertEquals(0, inbox.bytes());
    }

    @Test
    void forgettingNobodyIsNothing() {
        assertEquals(0, new Inbox().forget(client(1)));
    }
}
