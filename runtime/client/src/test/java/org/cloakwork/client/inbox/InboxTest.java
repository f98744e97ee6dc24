package org.cloakwork.client.inbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Leg;
import org.cloakwork.client.engine.VirtualTime;
import org.cloakwork.client.replies.ReplyKeys;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.spi.topology.NodeAddress;
import org.cloakwork.wire.Chunking;
import org.cloakwork.wire.CoverPacket;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.PayloadEncryption;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.ReplyKey;
import org.junit.jupiter.api.Test;

class InboxTest {

    private static final long MINUTE = 60_000_000_000L;

    private final Randomness randomness = new VirtualTime(1).randomness();
    private final EncryptionKeyPair own = EncryptionKeyPair.generate(randomness);
    private final Counters<Counter> counters = new Counters<>(Counter.class);
    private final ReplyKeys replyKeys = new ReplyKeys(counters, Ledger.none());
    private final List<Optional<Duration>> looped = new ArrayList<>();
    private final Inbox inbox = new Inbox(Cryptography.NYM, own, replyKeys, counters, 100_000, Ledger.none(),
            (leg, excess) -> looped.add(excess));

    private List<byte[]> fragments(byte[] message) {
        int length = PacketSize.REGULAR.fragmentLength();
        return Chunking.split(Padding.pad(message, length), length, () -> Chunking.randomSetId(randomness)).stream()
                .map(fragment -> fragment.bytes()).toList();
    }

    private byte[] encrypted(byte[] fragment) {
        return PayloadEncryption.toRecipient(fragment, EncryptionKeyPair.generate(randomness), own.publicKey());
    }

    private Optional<NymMessage> deliver(byte[] bytes) {
        return inbox.delivered(bytes, 0).map(delivered -> switch (delivered) {
            case Inbox.ToAddress(NymMessage.ToAddress message) -> message;
            case Inbox.OverReplyBlock(ReplyContent content, var ignored) -> new NymMessage.Reply(content);
        });
    }

    @Test
    void fragmentsInAnyOrderMakeOneMessage() {
        byte[] data = randomness.bytes(5000);
        List<byte[]> fragments = fragments(new NymMessage.Plain(data).bytes());
        assertEquals(4, fragments.size());
        for (int i = 3; i > 0; i--) {
            assertEquals(Optional.empty(), deliver(encrypted(fragments.get(i))));
            assertEquals(Optional.empty(), deliver(encrypted(fragments.get(i))));
        }
        NymMessage.Plain whole = assertInstanceOf(NymMessage.Plain.class,
                deliver(encrypted(fragments.get(0))).orElseThrow());
        assertArrayEquals(data, whole.data());
        assertEquals(Optional.empty(), deliver(encrypted(fragments.get(0))));
        assertEquals(4, counters.get(Counter.RECEIVED_FRAGMENTS));
        assertEquals(4, counters.get(Counter.FRAGMENTS_DUPLICATE));
    }

    @Test
    void aReplyIsOpenedWithItsOwnKeyOnce() {
        ReplyKey key = ReplyKey.generate(randomness);
        replyKeys.add(key, Optional.empty(), 0);
        byte[] fragment = fragments(new NymMessage.Reply(new ReplyContent.Data(new byte[] {7})).bytes()).getFirst();
        byte[] delivered = PayloadEncryption.toReply(fragment, key);
        assertInstanceOf(NymMessage.Reply.class, deliver(delivered).orElseThrow());
        assertEquals(Optional.empty(), deliver(delivered));
    }

    @Test
    void coverIsCountedAndNothingElse() {
        assertEquals(Optional.empty(), deliver(encrypted(CoverPacket.body(PacketSize.REGULAR.fragmentLength()))));
        assertEquals(1, counters.get(Counter.RECEIVED_COVER));
        assertEquals(0, counters.get(Counter.RECEIVED_FRAGMENTS));
    }

    @Test
    void coverOfOurOwnIsKnownByItsKeyOnce() {
        EncryptionKeyPair ephemeral = EncryptionKeyPair.generate(randomness);
        inbox.coverSent(new PreparedPacket(new NodeAddress(NodeAddress.parseIp("10.0.0.1"), 1789), KeyRotation.EVEN,
                new byte[1], 0, Optional.of(ephemeral.publicKey())), new Leg(null, null, null, 0), 0);
        byte[] fragment = fragments(new NymMessage.Plain(new byte[1]).bytes()).getFirst();
        byte[] delivered = PayloadEncryption.toRecipient(fragment, ephemeral, own.publicKey());
        assertEquals(Optional.empty(), deliver(delivered), "nobody else can make what begins with this key");
        assertEquals(1, counters.get(Counter.RECEIVED_COVER));
        assertEquals(List.of(Optional.of(Duration.ZERO)), looped);
        assertInstanceOf(NymMessage.Plain.class, deliver(delivered).orElseThrow());
    }

    @Test
    void whatIsNoMessageIsDroppedAndCounted() {
        deliver(new byte[0]);
        deliver(new byte[31]);
        deliver(encrypted(new byte[3]));
        assertEquals(3, counters.get(Counter.FRAGMENTS_MALFORMED));
        assertEquals(Optional.empty(), deliver(encrypted(fragments(new byte[] {9, 9}).getFirst())));
        assertEquals(1, counters.get(Counter.MESSAGES_MALFORMED));
    }

    @Test
    void everyFragmentThatWasKeptAndGoesAgainIsCounted() {
        for (int i = 0; i < 100; i++) {
            List<byte[]> fragments = fragments(new NymMessage.Plain(new byte[3000]).bytes());
            deliver(encrypted(fragments.getFirst()));
        }
        long evicted = counters.get(Counter.FRAGMENTS_EVICTED);
        assertEquals(45, evicted, 10);
        inbox.delivered(encrypted(fragments(new NymMessage.Plain(new byte[1]).bytes()).getFirst()), 40 * MINUTE);
        assertEquals(100 - evicted, counters.get(Counter.FRAGMENTS_STALE));
    }
}
