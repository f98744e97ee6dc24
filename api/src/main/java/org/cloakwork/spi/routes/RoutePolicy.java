package org.cloakwork.spi.routes;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.topology.Topology;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Names the three mixes that a packet goes through; the client draws the delays and adds the gateway. Registered as an
 * OSGi service with {@code cloakwork.part=routes} and {@code cloakwork.name}. A decision: what a part wants to remember
 * it gives the client to keep ({@link Packet#remembered}), since one part may serve several clients, whose routes must
 * not resemble each other. For one client there is one call at a time, on its worker threads or its own thread.
 *
 * <p>Bounds: a call returns within 2 seconds and throws nothing; {@link #choose} returns a mix of each layer of the
 * packet's topology. A part that breaks one of them is named in the client's state and not used for a while; the one
 * before goes on. What is remembered is forgotten when the part is exchanged, with the epoch of the topology (the
 * network draws other layers then), a conversation's when it ends or {@link #MOST_CONVERSATIONS} others were used
 * since. A part whose memory is to last longer keeps it itself, and says so.
 *
 * <p>What a route tells others: {@link PacketKind} says who sees which mix. So nothing that is the client's (a mix that
 * it keeps, a preference, a mix that it avoids) may show in the first mix of acknowledgements and reply blocks, or in
 * the last of data: it would tell recipients and gateways that two conversations are of one client. And where our own
 * gateway looks, cover must go the ways of what it covers. {@link Scopes} reads settings and refuses what would.
 */
@ConsumerType
public interface RoutePolicy {

    /** Conversations of a client of which a part may remember something. */
    int MOST_CONVERSATIONS = 1024;

    /**
     * Asked once for each packet, acknowledgements and reply blocks included.
     *
     * @param packet     to find a way for
     * @param randomness to draw from
     * @return a mix of each layer of the packet's topology
     */
    Mixes choose(Packet packet, Randomness randomness);

    /**
     * Told when a packet whose route was chosen is known to have arrived: data and its acknowledgement when that comes
     * (of several copies the last one is taken for it), cover when it comes back. What becomes of a reply block, or of
     * the acknowledgement of cover, is not told.
     *
     * @param packet as it was asked for
     * @param mixes  that were chosen
     * @param excess of cover: how much longer it took than mixes were told to hold it; empty for the others, and never
     *               negative
     */
    default void arrived(Packet packet, Mixes mixes, Optional<Duration> excess) {
    }

    /**
     * Told when a packet whose route was chosen is taken for lost: data and its acknowledgement together when the
     * retransmission part waits no longer (one of the two was lost), cover some seconds after it should have come back.
     * Not told while there is no gateway. Mixes may drop on purpose, so that a client leaves honest mixes for theirs: a
     * part that goes by this has a bound for it ({@link KeptRoutes} does).
     *
     * @param packet as it was asked for
     * @param mixes  that were chosen
     */
    default void lost(Packet packet, Mixes mixes) {
    }

    /** What is known of a packet before it has a way. */
    @ProviderType
    interface Packet {

        /** {@return what it is} */
        PacketKind kind();

        /**
         * {@return a label of the conversation that it belongs to, which says nothing else: the same for what goes to
         * one recipient under one sender tag, of its own for each message without one; 0 for cover}
         */
        long conversation();

        /** {@return the identity of the gateway that the client is at} */
        IdentityKey own();

        /**
         * {@return the identity of the gateway that the route ends at; of acknowledgements, reply blocks and cover the
         * own one}
         */
        IdentityKey target();

        /** {@return where mixes are taken from; its epoch is {@link Topology#epochId}} */
        Topology topology();

        /**
         * Only to be called while this part is.
         *
         * @param scope {@link Scope#CLIENT} or {@link Scope#CONVERSATION}
         * @param first makes what is remembered first; limited in size
         * @param <T>   of what a part remembers there, always the same
         * @return what the part remembers of the client, or of the packet's conversation, in this epoch
         */
        <T> T remembered(Scope scope, Supplier<T> first);
    }
}
