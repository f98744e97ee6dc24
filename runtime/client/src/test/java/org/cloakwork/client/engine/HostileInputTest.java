package org.cloakwork.client.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloakwork.client.base.ClientConfiguration;
import org.cloakwork.client.base.Counter;
import org.cloakwork.wire.Chunking;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.PayloadEncryption;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What ends Nym's own client (protocol/5-client, W37 and W38) or fills it: counted, dropped, and nothing else happens.
 */
class HostileInputTest {

    private static final int SET_LENGTH = Fragment.MAX_PER_SET;

    @RegisterExtension
    final Seed seed = new Seed();

    private World world;
    private TestClient alice;

    @BeforeEach
    void start() {
        world = new World(seed.value());
        alice = world.readyClient();
    }

    @AfterEach
    void stillWorks() {
        world.inject(alice, new NymMessage.Plain("still there".getBytes(StandardCharsets.UTF_8)));
        alice.awaitReceived(1);
        assertEquals("still there", alice.received.getLast().text());
        world.close();
    }

    private void deliver(byte[] fragment) {
        world.gateway().deliver(alice.address().identity(), PayloadEncryption.toRecipient(fragment,
                EncryptionKeyPair.generate(world.randomness), alice.address().encryption()));
    }

    private static Fragment fragment(int set, int total, int position, OptionalInt previous, OptionalInt next,
                                     int length) {
        return new Fragment(set, total, position, previous, next, new byte[length]);
    }

    /** Delivers a whole set that is linked on both sides. */
    private void linked(int set, int previous, int next) {
        for (int position = 1; position <= SET_LENGTH; position++) {
            deliver(fragment(set, SET_LENGTH, position,
                    position == 1 ? OptionalInt.of(previous) : OptionalInt.empty(),
                    position == SET_LENGTH ? OptionalInt.of(next) : OptionalInt.empty(), 10).bytes());
        }
    }

    @Test
    void aFragmentWhosePositionIsOutOfRangeIsCountedAndDropped() {
        byte[] whole = fragment(7, 3, 2, OptionalInt.empty(), OptionalInt.empty(), 100).bytes();
        int count = 0;
        for (int total = 0; total <= 3; total++) {
            for (int position : new int[] {0, total + 1, 200, 255}) {
                byte[] wrong = whole.clone();
                wrong[4] = (byte) total;
                wrong[5] = (byte) position;
                deliver(wrong);
                count++;
            }
        }
        world.runFor(Duration.ofSeconds(1));
        assertEquals(count, alice.counter(Counter.FRAGMENTS_MALFORMED));
        assertEquals(0, alice.engine.holdings().inboxBytes());
    }

    @Test
    void setsLinkedInACircleAreCountedAndDropped() {
        linked(1, 3, 2);
        linked(2, 1, 3);
        linked(3, 2, 1);
        world.runFor(Duration.ofSeconds(1));
        assertTrue(alice.counter(Counter.FRAGMENTS_REFUSED) > 0, alice::counters);
        assertEquals(3 * SET_LENGTH,
                alice.counter(Counter.RECEIVED_FRAGMENTS) + alice.counter(Counter.FRAGMENTS_REFUSED));
        world.runFor(Duration.ofMinutes(31));
        deliver(fragment(9, 2, 1, OptionalInt.empty(), OptionalInt.empty(), 10).bytes());
        world.runFor(Duration.ofSeconds(1));
        assertTrue(alice.engine.holdings().inboxBytes() < 1000, "" + alice.engine.holdings());
    }

    @Test
    void aSetLinkedToItselfIsCountedAndDropped() {
        byte[] first = fragment(5, SET_LENGTH, 1, OptionalInt.of(6), OptionalInt.empty(), 10).bytes();
        // The link, 6, becomes 5.
        first[9] = 5;
        deliver(first);
        world.runFor(Duration.ofSeconds(1));
        assertEquals(1, alice.counter(Counter.FRAGMENTS_MALFORMED));
    }

    private void assertComesOnce(NymMessage message) {
        int length = PacketSize.REGULAR.fragmentLength();
        List<byte[]> packets = Chunking.split(Padding.pad(message.bytes(), length), length,
                () -> Chunking.randomSetId(world.randomness)).stream().map(fragment ->
                PayloadEncryption.toRecipient(fragment.bytes(), EncryptionKeyPair.generate(world.randomness),
                        alice.address().encryption())).toList();
        alice.received.clear();
        long again = alice.counter(Counter.MESSAGES_AGAIN);
        for (int time = 0; time < 5; time++) {
            packets.forEach(packet -> world.gateway().deliver(alice.address().identity(), packet));
            world.runFor(Duration.ofMinutes(31));
        }
        assertEquals(1, alice.received.size());
        assertEquals(again + 4, alice.counter(Counter.MESSAGES_AGAIN));
    }

    @Test
    void whatTheGatewayDeliversAgainHalfAnHourLaterIsNoMessage() {
        assertComesOnce(new NymMessage.Plain(new byte[] {1}));
        assertComesOnce(new NymMessage.Plain(new byte[5000]));
        // The sender's own second one is.
        assertComesOnce(new NymMessage.Plain(new byte[5000]));
        alice.received.clear();
    }

    @Test
    void acknowledgementsOf22To48BytesAreCountedAndDropped() {
        for (int length = 22; length <= 48; length++) {
            world.gateway().deliver(alice.address().identity(), world.randomness.bytes(length));
        }
        world.runFor(Duration.ofSeconds(1));
        assertEquals(27, alice.counter(Counter.ACKS_MALFORMED) + alice.counter(Counter.ACKS_UNKNOWN),
                alice::counters);
    }

    @Test
    void unfinishedMessagesNeverHoldMoreThanTheLimitAndWhatIsUnderWaySurvivesThem() {
        world.clients.remove(alice);
        alice.stop();
        ClientConfiguration small = new ClientConfiguration(Optional.empty(), Duration.ofMillis(15),
                Duration.ofMinutes(5), 1_000_000, 1_000_000, 500_000);
        alice = world.client(small, World.NO_COVER);
        alice.awaitReady();
        // One sender's set, and many sets; each larger than everything together.
        for (int position = 1; position < SET_LENGTH; position++) {
            deliver(fragment(1, SET_LENGTH, position, OptionalInt.empty(), OptionalInt.empty(), 30_000).bytes());
            world.runFor(Duration.ofMillis(1));
            assertTrue(alice.engine.holdings().inboxBytes() <= 1_000_000);
        }
        for (int set = 10; set < 5000; set++) {
            deliver(fragment(set, 255, 1, OptionalInt.empty(), OptionalInt.empty(), 100).bytes());
        }
        world.runFor(Duration.ofSeconds(1));
        assertTrue(alice.engine.holdings().inboxBytes() <= 1_000_000);
        assertTrue(alice.counter(Counter.FRAGMENTS_EVICTED) + alice.counter(Counter.FRAGMENTS_REFUSED) > 3000,
                alice::counters);
    }
}
