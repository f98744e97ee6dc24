package org.cloakwork.client.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Counter;
import org.cloakwork.client.base.Way;
import org.cloakwork.client.encode.Content;
import org.cloakwork.client.outbox.Lane;
import org.cloakwork.client.outbox.Target;
import org.cloakwork.spi.runtime.Counters;
import org.cloakwork.spi.store.Change;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.spi.topology.Topology;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.ReplySurb;
import org.cloakwork.wire.crypto.GatewaySharedKey;
import org.cloakwork.wire.crypto.ReplyKey;

/**
 * What a client finds at its start.
 *
 * @param gateway       the gateway of its address
 * @param registrations with gateways
 * @param tags          its names for itself, by recipient, the one used last at the end
 * @param replyKeys     of reply blocks it gave away, oldest first
 * @param surbs         reply blocks of others, in the order they came
 * @param messages      that have not ended, in the order they were accepted
 * @param received      messages nobody was given, in the order they came
 * @param fragments     of messages that are not complete
 * @param completed     ids of complete sets, oldest first
 * @param seen          marks of messages that were there, in order
 * @param topology      the last good one
 * @param guards        the gateways it uses, in order
 * @param due           what is to be changed: rows that are too old to be any of these go, and the format comes
 */
public record Saved(Optional<IdentityKey> gateway, Map<IdentityKey, Registration> registrations,
                    Map<MixnetAddress, Tag> tags, List<Key> replyKeys, List<Surb> surbs,
                    List<Message> messages, List<Received> received, List<Arrived> fragments,
                    List<Completed> completed, List<Seen> seen, Optional<LastTopology> topology, List<Guard> guards,
                    List<Change> due) {

    /**
     * Reads everything.
     *
     * @param store        read
     * @param self         whose state is wanted; registrations of others are left alone
     * @param now          the time
     * @param surbAge      reply blocks, and keys of our own, that are older are left out, as expired
     * @param completedAge ids of completed sets that are older are left out, as expired
     * @param counters     of the client
     * @return what is there
     * @throws StoreException if it cannot be read, or was written by a newer version
     */
    public static Saved load(RowStore store, IdentityKey self, Instant now, Duration surbAge, Duration completedAge,
                             Counters<Counter> counters) throws StoreException {
        return Rows.load(store, self, now, surbAge, completedAge, counters);
    }

    /** Of a client that begins anew. */
    public static final Saved NOTHING = new Saved(Optional.empty(), Map.of(), Map.of(), List.of(), List.of(), List.of(),
            List.of(), List.of(), List.of(), List.of(), Optional.empty(), List.of(), List.of());

    /**
     * @param gateway       one of those that are used
     * @param since         when it was drawn
     * @param until         when it is to be replaced
     * @param unlistedSince for how long the network has been without it
     */
    public record Guard(IdentityKey gateway, Instant since, Instant until, Optional<Instant> unlistedSince) {
    }

    /**
     * @param topology of the network
     * @param at       when it was taken over
     */
    public record LastTopology(Topology topology, Instant at) {
    }

    /**
     * @param key           agreed on
     * @param lastTimestamp of the latest authentication, seconds
     */
    public record Registration(GatewaySharedKey key, long lastTimestamp) {
    }

    /**
     * @param tag  our name for ourselves
     * @param used when last, within an hour
     */
    public record Tag(SenderTag tag, Instant used) {
    }

    /**
     * @param key    of a reply block
     * @param made   when
     * @param ownTag under which it was given away; empty if written by an earlier version
     */
    public record Key(ReplyKey key, Instant made, Optional<SenderTag> ownTag) {
    }

    /**
     * @param fragment of a message that is not complete
     * @param way      how it came
     */
    public record Arrived(Fragment fragment, Way way) {
    }

    /**
     * @param row     its key in the store
     * @param sender  whose
     * @param surb    the block
     * @param wroteTo our address that the sender wrote to, if it did
     */
    public record Surb(byte[] row, SenderTag sender, ReplySurb surb, Optional<MixnetAddress> wroteTo) {
    }

    /**
     * A message on its way.
     *
     * @param id        among those of this client
     * @param target    whom it is for
     * @param lane      where it waits
     * @param created   when it was handed over
     * @param deadline  when it is given up
     * @param content   while it is not cut into fragments
     * @param fragments after that
     */
    public record Message(long id, Target target, Lane lane, Instant created, Instant deadline,
                          Optional<Content> content, List<Fragment> fragments) {
    }

    /**
     * @param id      among those of this client
     * @param message what arrived
     */
    public record Received(long id, ReceivedMessage message) {
    }

    /**
     * @param way          how it came
     * @param setId        of its fragments
     * @param at           when its message was complete
     * @param fingerprints of its fragments; empty if written by an earlier version
     */
    public record Completed(Way way, int setId, Instant at, byte[] fingerprints) {
    }

    /**
     * @param row   its number
     * @param marks of messages that were there
     */
    public record Seen(long row, long[] marks) {
    }
}
