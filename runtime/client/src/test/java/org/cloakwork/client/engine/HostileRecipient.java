package org.cloakwork.client.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.client.encode.Content;
import org.cloakwork.client.encode.Encoder;
import org.cloakwork.client.encode.Routes;
import org.cloakwork.client.encode.Sealer;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.wire.Chunking;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.MixPacket;
import org.cloakwork.wire.NymMessage;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.Padding;
import org.cloakwork.wire.PayloadEncryption;
import org.cloakwork.wire.Reassembler;
import org.cloakwork.wire.RepliableContent;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;

/** Somebody others write to, who reads with protocol in hand what it gets, and says over reply blocks what it likes. */
final class HostileRecipient {

    private static final int LONGEST_ACK = 48;

    private final World world;
    private final EncryptionKeyPair encryption;
    private final MixnetAddress address;
    private final Reassembler<String> reassembler = new Reassembler<>(1 << 24, 100, Duration.ofHours(1), 100);
    /** Everything that was written to it. */
    final List<NymMessage> received = new ArrayList<>();
    /** Reply blocks that nothing was sent with, the oldest first. */
    final Deque<ReplySurb> surbs = new ArrayDeque<>();

    HostileRecipient(World world) {
        this.world = world;
        encryption = EncryptionKeyPair.generate(world.randomness);
        address = new MixnetAddress(IdentityKeyPair.generate(world.randomness).publicKey(), encryption.publicKey(),
                world.gateway().identity());
    }

    MixnetAddress address() {
        return address;
    }

    /** Reads what waits at its gateway. */
    HostileRecipient read() {
        for (byte[] payload : world.gateway().take(address.identity())) {
            if (payload.length <= LONGEST_ACK) {
                continue;
            }
            try {
                Fragment fragment = Fragment.parse(PayloadEncryption.open(payload, encryption));
                if (reassembler.add("", fragment,
                        world.time.nanoTime()) instanceof Reassembler.Complete(byte[] padded, var ignored)) {
                    NymMessage message = NymMessage.parse(Padding.unpad(padded));
                    received.add(message);
                    if (message instanceof NymMessage.Repliable(SenderTag tag, RepliableContent content)) {
                        surbs.addAll(content.surbs());
                    }
                }
            } catch (WireException e) {
                throw new IllegalStateException(e);
            }
        }
        return this;
    }

    /** {@return how it is called by who wrote last} */
    SenderTag lastTag() {
        return ((NymMessage.Repliable) received.getLast()).sender();
    }

    /** Sends any message over reply blocks, one a fragment. */
    void over(NymMessage message) {
        fragments(message).forEach(fragment -> over(fragment, surbs.removeFirst()));
    }

    void over(Fragment fragment, ReplySurb surb) {
        send(new Sealer.Job(fragment, new Target.ToSender(lastTag(), false), surb, 1));
    }

    /** Sends any message to an address. */
    void to(MixnetAddress recipient, NymMessage message) {
        fragments(message).forEach(fragment -> send(new Sealer.Job(fragment, new Target.ToAddress(recipient), null,
                1)));
    }

    private void send(Sealer.Job job) {
        Sealer sealer = new Sealer(Cryptography.NYM.packets(world.format, AckKey.generate(world.randomness),
                world.randomness), new Routes(world.topology(), Duration.ofMillis(1), world.randomness,
                World.ROUTES),
                Optional.empty(), address, PacketSizes.REGULAR, world.randomness);
        MixPacket packet = sealer.seal(List.of(job)).getFirst().orElseThrow().packet().mixPacket();
        world.mix(packet.firstHop(), packet.packet());
    }

    /** {@return reply blocks of its own, as it gives them to others} */
    List<ReplySurb> ownSurbs(int count) {
        Encoder encoder = new Encoder(world.format, new Routes(world.topology(), Duration.ofMillis(1),
                world.randomness, World.ROUTES), address, PacketSizes.REGULAR, world.randomness);
        Reassembler<String> whole = new Reassembler<>(1 << 24, 100, Duration.ofHours(1), 100);
        Reassembler.Result result = null;
        for (Fragment fragment : encoder.encode(new Content.MoreSurbs(lastTag(), count), 1).fragments()) {
            result = whole.add("", fragment, 0);
        }
        try {
            return ((NymMessage.Repliable) NymMessage.parse(Padding.unpad(((Reassembler.Complete) result).padded())))
                    .content().surbs();
        } catch (WireException e) {
            throw new IllegalStateException(e);
        }
    }

    List<Fragment> fragments(NymMessage message) {
        int length = PacketSize.REGULAR.fragmentLength();
        return Chunking.split(Padding.pad(message.bytes(), length), length, () ->
                Chunking.randomSetId(world.randomness));
    }
}
