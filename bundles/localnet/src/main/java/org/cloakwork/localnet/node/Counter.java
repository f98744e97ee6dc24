package org.cloakwork.localnet.node;

import java.util.Locale;
import org.cloakwork.spi.runtime.Counters;

/**
 * Everything a local network counts, summed over its nodes. The name in
 * {@link org.cloakwork.api.local.LocalNetwork#counters()} is the constant in lower case with hyphens, for example
 * {@code packets-forwarded}. Every packet that does not go on is counted by exactly one {@code DROPPED_} constant.
 */
public enum Counter implements Counters.Keyed {
    /** Frames read from mix connections, at mixes and gateways. */
    FRAMES_RECEIVED,
    /** Packets a mix unwrapped and put on their way, after their delay. */
    PACKETS_FORWARDED,
    /** Packets clients handed to their gateway and the gateway put on their way. */
    PACKETS_FROM_CLIENTS,
    /** Acknowledgements a gateway split off a delivered packet and put on their way. */
    ACKS_FORWARDED,
    /** Messages and acknowledgements put into a client's inbox; each leaves it as delivered, expired or forgotten. */
    MESSAGES_STORED,
    /** Messages and acknowledgements handed to a client's link. */
    MESSAGES_DELIVERED,

    /** Packet of a rotation the node has no key for. */
    DROPPED_UNKNOWN_ROTATION,
    /** Packet that is not Sphinx (outfox). */
    DROPPED_UNSUPPORTED_TYPE,
    /** Packet that does not unwrap with the node's key. */
    DROPPED_BAD_PACKET,
    /** Packet seen before. */
    DROPPED_REPLAY,
    /** Final hop at a mix. */
    DROPPED_FINAL_AT_MIX,
    /** Forward hop at a gateway. */
    DROPPED_FORWARD_AT_GATEWAY,
    /** Next hop, of a packet or an acknowledgement, is no node of this network. */
    DROPPED_UNKNOWN_NEXT_HOP,
    /** The node already holds as many bytes in delays as it may. */
    DROPPED_DELAY_FULL,
    /** The queue of a mix connection is full. */
    DROPPED_QUEUE_FULL,
    /** Handed to a mix connection that broke, or that was closed with the network. */
    DROPPED_CONNECTION_LOST,
    /** Delivered packet whose acknowledgement part is malformed. */
    DROPPED_BAD_ACK,
    /** The inbox of the client, or of all clients of the gateway, is full. */
    DROPPED_INBOX_FULL,
    /** Lay in an inbox for 24 hours. */
    DROPPED_INBOX_EXPIRED,
    /** Lay in the inbox of a client that asked to be forgotten. */
    DROPPED_FORGOTTEN,
    /** Packet of a client without enough bandwidth. */
    DROPPED_OUT_OF_BANDWIDTH,

    /** Mix connections closed because of bytes that are no frame. */
    CONNECTIONS_MALFORMED,
    /** Mix or client connections refused because too many are open. */
    CONNECTIONS_REFUSED,
    /** Client links closed because their client does not read. */
    CLIENTS_TOO_SLOW,
    /** Requests of clients answered with an error. */
    CLIENT_REQUESTS_REFUSED,
    /** Sessions of clients that were replaced by a newer one. */
    SESSIONS_REPLACED,
    /** Changes of all nodes' keys. */
    KEY_ROTATIONS,
    /** Registrations that succeeded. */
    REGISTRATIONS,
    /** Authentications that succeeded. */
    AUTHENTICATIONS,
    /** Requests to the directory. */
    DIRECTORY_REQUESTS,
    /** Requests to the directory answered with a status of 400 or more. */
    DIRECTORY_REQUESTS_REFUSED,
    /** Bugs: unexpected exceptions, survived and logged. */
    INTERNAL_ERRORS;

    @Override
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
