package org.cloakwork.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;
import org.junit.jupiter.api.Test;

/** A proof is taken once, for a while, and by whom it is for. */
class DoorkeeperTest {

    private static final int PORT = 22;
    private static final int KEEP_ALIVE_MILLIS = 30_000;
    private static final EncryptionKeyPair LISTENER = EncryptionKeyPair.ofPrivate(key(7));
    private static final AccessKey KEY = new AccessKey(key(1));
    private static final Set<EncryptionKey> ALLOWED = Set.of(EncryptionKeyPair.ofPrivate(key(1)).publicKey());

    private Instant now = Instant.parse("2026-11-30T00:00:00Z");
    private final Doorkeeper doorkeeper = new Doorkeeper(LISTENER, new Clock() {

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public long nanoTime() {
            return 0;
        }
    });

    private static byte[] key(int number) {
        byte[] bytes = new byte[AccessKey.LENGTH];
        bytes[1] = (byte) number;
        return bytes;
    }

    private static MixnetAddress address(EncryptionKeyPair whose) {
        EncryptionKey key = whose.publicKey();
        var identity = IdentityKeyPair.generate(bytes -> bytes[0] = 1).publicKey();
        return new MixnetAddress(identity, key, identity);
    }

    private StreamFrame.Open open(long id, AccessKey key, EncryptionKeyPair listener) throws Exception {
        return (StreamFrame.Open) StreamFrame.parse(new StreamFrame.Open(id, PORT, KEEP_ALIVE_MILLIS,
                Optional.of(Proof.of(key, address(listener), id, PORT, now))).toBytes());
    }

    private boolean isLetIn(StreamFrame.Open asked) {
        return doorkeeper.letIn(ALLOWED, doorkeeper.look(asked), asked);
    }

    @Test
    void aProofOpensOneStream() throws Exception {
        StreamFrame.Open asked = open(1, KEY, LISTENER);
        assertTrue(isLetIn(asked));
        assertFalse(isLetIn(asked));
        assertFalse(isLetIn(new StreamFrame.Open(2, PORT, KEEP_ALIVE_MILLIS, asked.proof())));
        assertFalse(isLetIn(new StreamFrame.Open(1, PORT + 1, KEEP_ALIVE_MILLIS, asked.proof())));
        assertTrue(isLetIn(open(2, KEY, LISTENER)));
    }

    @Test
    void whatIsForSomebodyElseOrOfSomebodyElseOpensNothing() throws Exception {
        assertFalse(isLetIn(open(1, KEY, EncryptionKeyPair.ofPrivate(key(8)))));
        assertFalse(isLetIn(open(1, new AccessKey(key(2)), LISTENER)));
        assertFalse(isLetIn(new StreamFrame.Open(1, PORT, KEEP_ALIVE_MILLIS)));
    }

    @Test
    void whatIsOldOrOfTheFutureOrOfBeforeOpensNothing() throws Exception {
        now = now.minusMillis(1);
        StreamFrame.Open before = open(1, KEY, LISTENER);
        now = now.plusMillis(1);
        assertFalse(isLetIn(before));
        StreamFrame.Open old = open(2, KEY, LISTENER);
        now = now.plus(Doorkeeper.WINDOW).plusMillis(1);
        assertFalse(isLetIn(old));
        StreamFrame.Open future = open(3, KEY, LISTENER);
        now = now.minus(Doorkeeper.WINDOW).minusMillis(1);
        assertFalse(isLetIn(future));
    }

    @Test
    void aKeyOpensSoManyStreamsInAWhileAndMoreLater() throws Exception {
        for (int i = 0; i < Doorkeeper.MOST_OF_A_KEY; i++) {
            StreamFrame.Open asked = open(i, KEY, LISTENER);
            // What was looked at is not looked at here, which is what takes long.
            assertTrue(doorkeeper.letIn(ALLOWED, asked.proof().map(Proof::key), asked));
        }
        assertFalse(isLetIn(open(-1, KEY, LISTENER)));
        now = now.plus(Doorkeeper.WINDOW).plus(Duration.ofMillis(1));
        assertTrue(isLetIn(open(-2, KEY, LISTENER)));
    }

    @Test
    void allThatAskAreOfOneLength() throws Exception {
        assertEquals(new StreamFrame.Open(1, PORT, KEEP_ALIVE_MILLIS).toBytes().length,
                open(1, KEY, LISTENER).toBytes().length);
        assertEquals(Optional.empty(), ((StreamFrame.Open) StreamFrame.parse(
                new StreamFrame.Open(1, PORT, KEEP_ALIVE_MILLIS).toBytes())).proof());
    }
}
