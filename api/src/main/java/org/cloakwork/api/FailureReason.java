package org.cloakwork.api;

/** Why a message was given up. */
public enum FailureReason {
    /** Not everything was acknowledged before the deadline. */
    DEADLINE,
    /** The retransmission policy gave a packet up. */
    RETRANSMISSIONS,
    /** The recipient's gateway is not in the network. */
    UNKNOWN_GATEWAY,
    /** No reply blocks of that sender are held, and none are on their way. */
    UNKNOWN_SENDER,
    /** The message is larger than the client accepts, or empty where the format has no empty form. */
    MESSAGE_SIZE,
    /** The outbox is full: its limit in bytes is reached, or the lane holds more of it than what is free. */
    OUTBOX_FULL,
    /** The lane was closed before every packet of the message had left. */
    LANE_CLOSED,
    /** The client was closed. */
    CLOSED
}
