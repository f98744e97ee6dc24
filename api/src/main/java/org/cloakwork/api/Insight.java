package org.cloakwork.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What goes on inside a client at a moment, for people who watch it: nothing of recipients, contents or keys.
 *
 * @param passages    the last packets that left or arrived, at most {@value #MOST_PASSAGES}, the oldest first
 * @param messages    the last messages that were accepted, at most {@value #MOST_MESSAGES}, the oldest first
 * @param deliveries  from {@code send} to the acknowledgement of the whole message
 * @param roundTrips  from a packet to its acknowledgement, for packets that were sent once
 * @param oneWay      from a loop cover packet to its return, which is the way of any packet; none without cover
 * @param lanes       that hold something
 * @param replyBlocks of others in stock, at most {@value #MOST_PEERS} peers, those with the most first
 * @param mixes       of the present topology
 * @since 1.4
 */
public record Insight(List<Passage> passages, List<Course> messages, Histogram deliveries, Histogram roundTrips,
                      Histogram oneWay, List<Lane> lanes, List<Stock> replyBlocks, List<Mix> mixes) {

    /** Passages that are remembered. */
    public static final int MOST_PASSAGES = 512;
    /** Messages that are remembered. */
    public static final int MOST_MESSAGES = 32;
    /** Peers that are told. */
    public static final int MOST_PEERS = 20;
    /** Of a client that tells nothing. */
    public static final Insight NONE = new Insight(List.of(), List.of(), Histogram.EMPTY, Histogram.EMPTY,
            Histogram.EMPTY, List.of(), List.of(), List.of());

    /** What kind of packet passed between client and gateway. */
    public enum Kind {
        /** Left: a packet of a message, first copy. */
        DATA,
        /** Left: a further copy. */
        COPY,
        /** Left: cover. */
        COVER,
        /** Arrived: the acknowledgement of a packet of a message. */
        ACK,
        /** Arrived: the acknowledgement of cover. */
        COVER_ACK,
        /** Arrived: cover of our own. */
        LOOP,
        /** Arrived: a packet of somebody's message. */
        RECEIVED
    }

    /**
     * A packet that left or arrived.
     *
     * @param at   when
     * @param kind what it was
     */
    public record Passage(Instant at, Kind kind) {
    }

    /**
     * How far a message has come.
     *
     * @param number       of it, in the order of acceptance, from 1
     * @param accepted     when it came into the outbox
     * @param packets      it was cut into; 0 before
     * @param acknowledged how many of them
     * @param again        further copies that left
     * @param sealed       until its last packet was sealed
     * @param paced        until its first packet left
     * @param sent         until its last packet had left
     * @param ended        until its end
     * @param failure      why it failed, if it did
     */
    public record Course(long number, Instant accepted, int packets, int acknowledged, int again,
                         Optional<Duration> sealed, Optional<Duration> paced, Optional<Duration> sent,
                         Optional<Duration> ended, Optional<FailureReason> failure) {
    }

    /**
     * How long something took, since the start.
     *
     * @param upTo   bounds, ascending
     * @param counts how often it took no longer than each of them and longer than the one before; one more: longer
     * @param sum    of all
     */
    public record Histogram(List<Duration> upTo, List<Long> counts, Duration sum) {

        /** Nothing was measured. */
        public static final Histogram EMPTY = new Histogram(List.of(), List.of(0L), Duration.ZERO);
    }

    /**
     * A lane of the outbox.
     *
     * @param kind  {@code general}, {@code surbs} or {@code connection}
     * @param id    tells lanes of a kind apart
     * @param bytes that its messages hold until they end
     */
    public record Lane(String kind, String id, long bytes) {
    }

    /**
     * Reply blocks of somebody.
     *
     * @param peer  a short hash
     * @param count of blocks
     */
    public record Stock(String peer, int count) {
    }

    /**
     * A mix.
     *
     * @param layer 1 to 3
     * @param name  the first letters of its identity
     * @param drawn how many routes led over it so far
     */
    public record Mix(int layer, String name, long drawn) {
    }
}
