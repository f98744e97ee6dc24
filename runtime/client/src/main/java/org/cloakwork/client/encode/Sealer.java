package org.cloakwork.client.encode;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.client.base.Cryptography;
import org.cloakwork.client.base.PacketSizes;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.Route;
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

    /**
     * A fragment to make a packet of.
     *
     * @param fragment what to send
     * @param target   to whom
     * @param surb     used up by this; null if the target is an address
     */
    public record Job(Fragment fragment, Target target, ReplySurb surb) {
    }

    /**
     * @param jobs what to send
     * @return the packets in the order of the jobs; empty where the recipient's or our own gateway is not in the
     *         topology
     */
    public List<Optional<PreparedPacket>> seal(List<Job> jobs) {
        List<Optional<PacketDraft>> drafts = jobs.stream().map(this::draft).toList();
        Iterator<PreparedPacket> made = packets.prepare(drafts.stream().flatMap(Optional::stream).toList()).iterator();
        return drafts.stream().map(draft -> draft.map(ignored -> made.next())).toList();
    }

    private Optional<PacketDraft> draft(Job job) {
        return switch (job.target) {
            case Target.ToAddress(MixnetAddress recipient) ->
                    routes.to(recipient.identity(), recipient.gateway()).flatMap(route -> toUs().map(ack ->
                            new PacketDraft.Forward(job.fragment, recipient.encryption(), route, ack,
                                    routes.topology().keyRotation())));
            case Target.ToSender ignored -> toUs(job.surb.rotation()).map(ack ->
                    new PacketDraft.Reply(job.fragment, job.surb, ack, routes.meanDelay()));
        };
    }

    /**
     * @param count how many
     * @return packets to ourselves that say nothing; none if our own gateway is not in the topology
     */
    public List<PreparedPacket> covers(int count) {
        List<PacketDraft> drafts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            toUs().ifPresent(route -> drafts.add(new PacketDraft.Cover(sizes.forCover(randomness), own.encryption(),
                    route, toUs().orElseThrow(), routes.topology().keyRotation())));
        }
        return packets.prepare(drafts);
    }

    /**
     * @param fragment asks for packets in return
     * @param to       whom
     * @return its packet; empty if there is no way there, or back
     */
    public Optional<PreparedPacket> pull(Fragment fragment, MixnetAddress to) {
        return draft(new Job(fragment, new Target.ToAddress(to), null))
                .map(draft -> packets.prepare(List.of(new PacketDraft.Pull((PacketDraft.Forward) draft))).getFirst());
    }

    /**
     * @param surbs of others
     * @return a packet over each that says nothing; none if our own gateway is not in the topology
     */
    public List<PreparedPacket> fillers(List<ReplySurb> surbs) {
        List<PacketDraft> drafts = new ArrayList<>(surbs.size());
        for (ReplySurb surb : surbs) {
            toUs(surb.rotation()).ifPresent(ack ->
                    drafts.add(new PacketDraft.Filler(sizes.primary(), surb, ack, routes.meanDelay())));
        }
        return packets.prepare(drafts);
    }

    /**
     * An acknowledgement travels under the rotation of the packet that brings it, so it needs the keys of that one.
     * Source: protocol/3-messages, 4.
     */
    private Optional<Route> toUs(KeyRotation rotation) {
        return previous.filter(before -> rotation != routes.topology().keyRotation()
                        && rotation == before.topology().keyRotation())
                .flatMap(before -> before.to(own.identity(), own.gateway())).or(this::toUs);
    }

    private Optional<Route> toUs() {
        return routes.to(own.identity(), own.gateway());
    }
}
