package org.cloakwork.localnet.simulation;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.spi.runtime.Clock;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.FragmentId;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketDraft;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.Reassembler;
import org.cloakwork.wire.ReplyContent;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * Sees everything that clients seal and open, before and after all encryption, and whether they tell who they are. A
 * client was given another one's address if it wrote to it. So a reply block that came in a message to our address is
 * of someone who knows us, and one that came, in whole or in part, over a reply block of ours is of someone who was not
 * given our address: nothing sent with it may say it. And no tag that we go by is shown to two recipients, who could
 * tell each other.
 */
final class SimulatedWitness {

    /** Type of a repliable message. Source: protocol/3-messages, 1.1. */
    private static final byte REPLIABLE = 1;
    private static final int MOST_BYTES = 1 << 24;
    private static final int MOST_SETS = 1000;
    private static final Duration STALE = Duration.ofMinutes(10);

    private final Clock clock;
    private long told;
    private long betrayed;
    private long linked;

    /** @param clock tells when fragments are too old to wait for the others */
    SimulatedWitness(Clock clock) {
        this.clock = clock;
    }

    /** {@return packets in which a client said its address to somebody who had written to it} */
    long told() {
        return told;
    }

    /** {@return packets in which a client said its address to somebody who was not given it} */
    long betrayed() {
        return betrayed;
    }

    /** {@return packets that showed a tag to a recipient when another one knew it already} */
    long linked() {
        return linked;
    }

    /**
     * @param cryptography of one client
     * @return the same, watched
     */
    Cryptography watch(Cryptography cryptography) {
        return new Watched(cryptography);
    }

    private final class Watched implements Cryptography {

        private final Cryptography actual;
        private final Reassembler<String> incoming = new Reassembler<>(MOST_BYTES, MOST_SETS, STALE, MOST_SETS);
        /** Sets of which something came over a reply block. */
        private final Set<Integer> anonymousSets = new HashSet<>();
        /** Of reply blocks that came so. */
        private final Set<ReplyKey> ofStrangers = new HashSet<>();
        private final Map<SenderTag, EncryptionKey> shown = new HashMap<>();

        Watched(Cryptography actual) {
            this.actual = actual;
        }

        @Override
        public Packets packets(PacketFormat format, AckKey ackKey, Randomness randomness) {
            Packets packets = actual.packets(format, ackKey, randomness);
            return drafts -> {
                drafts.forEach(this::sealed);
                return packets.prepare(drafts);
            };
        }

        private void sealed(PacketDraft draft) {
            switch (draft) {
                case PacketDraft.Cover ignored -> { }
                case PacketDraft.Filler ignored -> { }
                case PacketDraft.Pull(PacketDraft.Forward forward) -> sealed(forward);
                case PacketDraft.Forward forward -> tag(forward.fragment()).ifPresent(tag -> {
                    EncryptionKey before = shown.putIfAbsent(tag, forward.recipient());
                    if (before != null && !before.equals(forward.recipient())) {
                        linked++;
                    }
                });
                case PacketDraft.Reply reply -> {
                    if (saysAnAddress(reply.fragment())) {
                        if (ofStrangers.contains(reply.surb().key())) {
                            betrayed++;
                        } else {
                            told++;
                        }
                    }
                }
            }
        }

        /** Behind its type a repliable message begins with the tag. */
        private static Optional<SenderTag> tag(Fragment fragment) {
            byte[] payload = fragment.payload();
            return fragment.position() == 1 && fragment.previousSet().isEmpty() && payload.length > SenderTag.LENGTH
                    && payload[0] == REPLIABLE
                    ? Optional.of(new SenderTag(Arrays.copyOfRange(payload, 1, 1 + SenderTag.LENGTH)))
                    : Optional.empty();
        }

        /** Only requests for reply blocks do, and fill a fragment. */
        private static boolean saysAnAddress(Fragment fragment) {
            try {
                return fragment.total() == 1 && NymMessage.parse(Padding.unpad(fragment.payload()))
                        instanceof NymMessage.Reply(ReplyContent.SurbRequest request);
            } catch (WireException e) {
                return false;
            }
        }

        @Override
        public byte[] open(byte[] delivered, EncryptionKeyPair own) throws WireException {
            return opened(actual.open(delivered, own), false);
        }

        @Override
        public byte[] openReply(byte[] delivered, ReplyKey key) throws WireException {
            return opened(actual.openReply(delivered, key), true);
        }

        private byte[] opened(byte[] bytes, boolean overReplyBlock) {
            // The first bit of a fragment is set; cover and noise are of no interest.
            if (bytes.length > 0 && bytes[0] < 0) {
                try {
                    Fragment fragment = Fragment.parse(bytes);
                    if (overReplyBlock) {
                        anonymousSets.add(fragment.setId());
                    }
                    if (incoming.add("", fragment, clock.nanoTime())
                            instanceof Reassembler.Complete(byte[] padded, var ignored)
                            && anonymousSets.remove(fragment.setId())
                            && NymMessage.parse(Padding.unpad(padded)) instanceof NymMessage.Repliable repliable) {
                        repliable.content().surbs().forEach(surb -> ofStrangers.add(surb.key()));
                    }
                } catch (WireException e) {
                    // The client will say so.
                }
            }
            return bytes;
        }

        @Override
        public FragmentId openAck(byte[] delivered, AckKey key) throws WireException {
            return actual.openAck(delivered, key);
        }

        @Override
        public byte[] sealFrame(MixPacket packet, int protocolVersion, GatewaySharedKey key, Randomness randomness) {
            return actual.sealFrame(packet, protocolVersion, key, randomness);
        }

        @Override
        public byte[] openFrame(byte[] frame, GatewaySharedKey key) throws WireException {
            return actual.openFrame(frame, key);
        }
    }
}
