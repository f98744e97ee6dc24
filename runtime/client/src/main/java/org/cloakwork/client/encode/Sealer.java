package org.cloakwork.client.encode;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.Leg;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.spi.routes.PacketKind;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.PacketDraft;
import org.cloakwork.wire.PreparedPacket;
import org.cloakwork.wire.ReplySurb;

/**
 * Makes packets, each with a route and an acknowledgement of its own. Runs on worker threads: keeps no state.
 *
 * @param packets    puts them together
 * @param routes     drawn from
 * @param previous   of before the last change of keys, if it was seen
 * @param own        our address, where acknowledgements lead
 * @param sizes      of cover packets
 * @param randomness for the sizes of cover packets
 */
public record Sealer(Cryptography.Packets packets, Routes routes, Optional<Routes> previous, MixnetAddress own,
        PacketSizes sizes,
                     Randomness randomness) {

    private static final long NO_CONVERSATION = 0;

    /**
     * A fragment to make a packet of.
     *
     * @param fragment     what to send
     * @param target       to whom
     * @param surb         used up by this; null if the target is an address
     * @param conversation that it belongs to
     */
    public record Job(Fragment fragment, Target target, ReplySurb surb, long conversation) {
    }

    /**
     * A reply block of somebody who wants a packet over it.
     *
     * @param surb         used up by that
     * @param conversation that it belongs to
     */
    public record Owed(ReplySurb surb, long conversation) {
    }

    /**
     * A packet, and the ways that it and its acknowledgement take, as far as it will be known whether they came
     * through.
     *
     * @param packet to send
     * @param legs   of the packet and its acknowledgement, or of cover alone
     */
    public record Made(PreparedPacket packet, List<Leg> legs) {
    }

    private record Draft(PacketDraft draft, List<Leg> legs) {
    }

    /**
     * @param jobs what to send
     * @return the packets in the order of the jobs; empty where the recipient's or our own gateway is not in the
     *         topology
     */
    public List<Optional<Made>> seal(List<Job> jobs) {
        List<Optional<Draft>> drafts = jobs.stream().map(this::draft).toList();
        Iterator<Made> made = make(drafts.stream().flatMap(Optional::stream).toList()).iterator();
        return drafts.stream().map(draft -> draft.map(ignored -> made.next())).toList();
    }

    private List<Made> make(List<Draft> drafts) {
        List<PreparedPacket> prepared = packets.prepare(drafts.stream().map(Draft::draft).toList());
        List<Made> made = new ArrayList<>(prepared.size());
        for (int i = 0; i < prepared.size(); i++) {
            made.add(new Made(prepared.get(i), drafts.get(i).legs));
        }
        return made;
    }

    private Optional<Draft> draft(Job job) {
        return switch (job.target) {
            case Target.ToAddress(MixnetAddress recipient) ->
                    routes.to(PacketKind.DATA, job.conversation, own.gateway(), recipient.identity(),
                            recipient.gateway()).flatMap(way -> toUs(PacketKind.ACK, job.conversation).map(ack ->
                            new Draft(new PacketDraft.Forward(job.fragment, recipient.encryption(), way.route(),
                                    ack.route(), routes.topology().keyRotation()), List.of(way.leg(), ack.leg()))));
            case Target.ToSender ignored -> acknowledgement(job.surb, job.conversation).map(ack ->
                    new Draft(new PacketDraft.Reply(job.fragment, job.surb, ack.route(), routes.meanDelay()),
                            List.of(ack.leg())));
        };
    }

    /**
     * @param count how many
     * @return packets to ourselves that say nothing; none if our own gateway is not in the topology
     */
    public List<Made> covers(int count) {
        List<Draft> drafts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            toUs(PacketKind.COVER, NO_CONVERSATION).ifPresent(way -> drafts.add(new Draft(new PacketDraft.Cover(
                    sizes.forCover(randomness), own.encryption(), way.route(),
                    toUs(PacketKind.COVER_ACK, NO_CONVERSATION).orElseThrow().route(),
                    routes.topology().keyRotation()), List.of(way.leg()))));
        }
        return make(drafts);
    }

    /**
     * @param fragment     asks for packets in return
     * @param to           whom
     * @param conversation that it belongs to
     * @return its packet; empty if there is no way there, or back
     */
    public Optional<PreparedPacket> pull(Fragment fragment, MixnetAddress to, long conversation) {
        return draft(new Job(fragment, new Target.ToAddress(to), null, conversation)).map(made ->
                packets.prepare(List.of(new PacketDraft.Pull((PacketDraft.Forward) made.draft()))).getFirst());
    }

    /**
     * @param owed reply blocks of others
     * @return a packet over each that says nothing; none if our own gateway is not in the topology
     */
    public List<PreparedPacket> fillers(List<Owed> owed) {
        List<PacketDraft> drafts = new ArrayList<>(owed.size());
        for (Owed one : owed) {
            acknowledgement(one.surb, one.conversation).ifPresent(ack ->
                    drafts.add(new PacketDraft.Filler(sizes.primary(), one.surb, ack.route(), routes.meanDelay())));
        }
        return packets.prepare(drafts);
    }

    /**
     * An acknowledgement travels under the rotation of the packet that brings it, so it needs the keys of that one.
     * Source: protocol/3-messages, 4.
     */
    private Optional<Routes.Way> acknowledgement(ReplySurb surb, long conversation) {
        KeyRotation rotation = surb.rotation();
        return previous.filter(before -> rotation != routes.topology().keyRotation()
                        && rotation == before.topology().keyRotation())
                .flatMap(before -> before.to(PacketKind.ACK, conversation, own.gateway(), own.identity(),
                        own.gateway())).or(() -> toUs(PacketKind.ACK, conversation));
    }

    private Optional<Routes.Way> toUs(PacketKind kind, long conversation) {
        return routes.to(kind, conversation, own.gateway(), own.identity(), own.gateway());
    }
}
