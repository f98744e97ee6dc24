package org.cloakwork.client.base;

import org.cloakwork.spi.runtime.Counters;

/** Everything a client counts. What is created equals what was acknowledged, failed or is in flight. */
public enum Counter implements Counters.Keyed {
    MESSAGES_CREATED("messages.created", "messages handed to send and reply"),
    MESSAGES_ACKNOWLEDGED("messages.acknowledged", "messages of which every packet was acknowledged"),
    MESSAGES_FAILED("messages.failed", "messages given up, refused ones included"),
    MESSAGES_RECEIVED("messages.received", "messages handed to subscribers or kept for them"),

    PACKETS_DATA("packets.sent.data", "packets with a fragment, first copies"),
    PACKETS_RETRANSMITTED("packets.sent.retransmission", "further copies of packets"),
    COPIES_PUT_OFF("packets.put-off.retransmitted", "times the retransmission part put a further copy off"),
    PACKETS_COVER("packets.sent.cover", "cover packets; some of them ask for packets in return, or fill them"),
    PACKETS_UNSENT("packets.dropped.link-lost",
            "sealed packets given to a link that was lost; sent again after their time-out"),
    PACKETS_UNROUTABLE("packets.dropped.no-route", "packets that could not be sealed for want of a route; tried again"),
    PACKETS_UNSEALED("packets.dropped.part-failed", "packets that the sphinx part failed to make; tried again"),
    COVER_MISSED("packets.dropped.cover-not-ready", "cover packets that were due and could not be made in time"),

    ACKS_RECEIVED("acks.received", "acknowledgements of packets in flight"),
    ACKS_COVER("acks.received.cover", "acknowledgements of cover packets"),
    ACKS_UNKNOWN("acks.dropped.unknown", "acknowledgements of packets not in flight: late or repeated"),
    ACKS_MALFORMED("acks.dropped.malformed", "payloads of 0 to 48 bytes that are no acknowledgement of ours"),

    RECEIVED_FRAGMENTS("fragments.received", "fragments of messages"),
    FRAGMENTS_REORDERED("fragments.reordered", "fragments that came after a later one of their message; put in order"),
    RECEIVED_COVER("cover.received", "own cover packets that came back"),
    FRAGMENTS_MALFORMED("fragments.dropped.malformed", "payloads that decrypt to no fragment"),
    FRAGMENTS_DUPLICATE("fragments.dropped.duplicate", "fragments that were there already"),
    FRAGMENTS_EVICTED("fragments.dropped.evicted", "fragments that were kept and gave way to others for want of room"),
    FRAGMENTS_STALE("fragments.dropped.stale", "fragments that were kept and whose message did not go on"),
    FRAGMENTS_REFUSED("fragments.dropped.refused", "fragments that contradict their set or exceed a limit"),
    MESSAGES_AGAIN("messages.dropped.again",
            "messages that were there before: their packets came again, from the gateway"),
    MESSAGES_OTHER_WAY("messages.dropped.other-way",
            "messages that may not come the way they came: an answer to the address, anything else over a reply block"),
    MESSAGES_MALFORMED("messages.dropped.malformed", "reassembled messages that are none"),
    MESSAGES_INBOX_FULL("messages.dropped.inbox-full",
            "messages that arrived while nobody listened and the inbox was full, those that were received included"),
    LISTENER_FAILURES("listeners.failed", "exceptions thrown by subscribers"),

    SURBS_MADE("surbs.made", "reply blocks made for others to answer with"),
    SURBS_ARRIVED("surbs.made.acknowledged", "reply blocks made whose message was acknowledged"),
    SURBS_UNSURE("surbs.made.failed",
            "reply blocks made whose message failed, or was a pull, so that they may not have arrived"),
    SURBS_RECEIVED("surbs.received", "reply blocks received from others"),
    SURBS_USED("surbs.used", "received reply blocks spent"),
    SURBS_EXPIRED("surbs.expired", "received reply blocks dropped for age or limits"),
    SURB_REQUESTS_SENT("surbs.requests.sent", "requests for more reply blocks"),
    SURB_REQUESTS_RECEIVED("surbs.requests.received", "requests for more reply blocks that were answered"),
    SURB_REQUESTS_REFUSED("surbs.requests.dropped.limit",
            "requests for reply blocks while as many as may be are being sent"),
    SURB_REQUESTS_OF_OTHERS("surbs.requests.dropped.not-theirs",
            "requests for reply blocks that name somebody else than whom the block they came with was given to, or "
            + "whose tag has ended"),
    SURB_REQUESTS_UNASKED("surbs.requests.not-sent",
            "requests for reply blocks not made because the sender wrote to another address of ours than the present "
            + "one"),
    SURBS_FIRST_HOP("surbs.dropped.first-hop", "received reply blocks whose first hop is no mix of the first layer"),
    SURBS_HOPS("surbs.dropped.hops", "received reply blocks of more hops than a packet can have"),
    SURBS_NO_ROOM("surbs.dropped.limit", "received reply blocks beyond what is kept of one sender, or of all"),
    TAGS_ENDED("tags.ended", "tags of ours for recipients that were not used for long"),
    REPLY_KEYS_EXPIRED("surbs.keys.expired", "keys of own reply blocks dropped for age or limits"),

    PULLS_SENT("line.pulls.sent", "packets sent only to bring others in return, each in the place of cover"),
    RETURNS_RECEIVED("line.returns.received", "packets that came in return for one of ours"),
    RETURNS_OVERDUE("line.returns.overdue", "packets in return that did not come in time; made up for"),
    FILLER_RECEIVED("line.filler.received", "of the packets in return those that say nothing"),
    LINE_UNEVEN("line.uneven",
            "packets by which what the line brings differs from what an idle one would, and that nobody evens"),
    RETURNS_SENT("line.returns.sent", "packets sent in return for one of somebody else, with data or without"),
    FILLER_SENT("line.filler.sent", "of the packets sent in return those that say nothing"),
    RETURNS_REFUSED("line.returns.dropped.limit",
            "packets in return that were not sent: the sender has had its share, or too many wait"),

    MESSAGES_RESTORED("messages.restored", "messages found on their way at the start, counted as created too"),
    STORE_COMMITS("store.commits", "commits of state"),
    STORE_FAILURES("store.commits.failed", "commits of state that failed; tried again"),
    STORE_SKIPPED("store.dropped.busy", "what arrived and was not written down, because too much waited for that"),

    SESSIONS_OPENED("gateway.sessions", "sessions with the gateway"),
    SESSIONS_PLAIN("gateway.sessions.plain", "sessions over a link in the clear that others can watch"),
    SESSIONS_LOST("gateway.sessions.lost", "sessions that ended without being asked to"),
    GATEWAY_ERRORS("gateway.errors", "error messages of the gateway"),
    GATEWAY_MALFORMED("gateway.dropped.malformed", "frames of the gateway that could not be read"),
    GATEWAY_LATE("gateway.dropped.late", "frames read off a link after it was given up; sent again where that matters"),
    OUT_OF_BANDWIDTH("gateway.out-of-bandwidth", "packets the gateway refused for want of bandwidth; sent again"),
    BANDWIDTH_CLAIMS("gateway.bandwidth.claims", "claims of free bandwidth"),
    TOPOLOGY_REFRESHES("topology.refreshes", "topologies taken over"),
    PART_FAILURES("parts.failed", "calls of exchangeable parts that broke their contract"),
    TOPOLOGY_FAILURES("topology.failures", "questions for the topology without a usable answer");

    private final String key;
    private final String description;
    private final boolean drop;

    Counter(String key, String description) {
        this.key = key;
        this.description = description;
        drop = key.contains(".dropped.");
    }

    @Override
    public String key() {
        return key;
    }

    /** {@return whether it counts what was dropped, for the reason that is the end of its key} */
    public boolean isDrop() {
        return drop;
    }

    /** {@return what is counted} */
    public String description() {
        return description;
    }
}
