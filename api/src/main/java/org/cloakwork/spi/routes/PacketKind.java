package org.cloakwork.spi.routes;

/**
 * What a packet is to the client that chooses its route. Who sees the hops next to him on that route, beside the mixes
 * on it, which see their neighbours:
 *
 * <table>
 * <caption>Who sees the first and the last mix</caption>
 * <tr><th>packet</th><th>its first mix is seen by</th><th>its last mix is seen by</th></tr>
 * <tr><td>{@link #DATA}</td><td>own gateway</td><td>recipient's gateway</td></tr>
 * <tr><td>{@link #ACK}, made by us and released there</td><td>recipient's gateway</td><td>own gateway</td></tr>
 * <tr><td>{@link #REPLY_BLOCK}</td><td>recipient and its gateway</td><td>own gateway</td></tr>
 * <tr><td>{@link #COVER}, {@link #COVER_ACK}</td><td>own gateway</td><td>own gateway</td></tr>
 * </table>
 */
public enum PacketKind {

    /** A piece of a message to an address. */
    DATA("data", Mixes.LAYERS, "the recipient's gateway"),
    /** The acknowledgement of a piece of a message or of an answer. */
    ACK("ack", 1, "the recipient's gateway"),
    /** A reply block, for one packet of an answer. */
    REPLY_BLOCK("reply-block", 1, "the recipient, with its gateway,"),
    /** A packet to ourselves that says nothing. */
    COVER("cover", 0, ""),
    /** The acknowledgement of one. */
    COVER_ACK("cover-ack", 0, "");

    private final String key;
    private final int seenElsewhere;
    private final String seenBy;

    PacketKind(String key, int seenElsewhere, String seenBy) {
        this.key = key;
        this.seenElsewhere = seenElsewhere;
        this.seenBy = seenBy;
    }

    /** {@return what it is called in configurations} */
    public String key() {
        return key;
    }

    /** {@return whether it says nothing, and so belongs to no conversation} */
    public boolean isCover() {
        return this == COVER || this == COVER_ACK;
    }

    /**
     * Tells where nothing that is the client's may show.
     *
     * @param layer 1, 2 or 3
     * @return whether somebody beside mixes and our own gateway sees the mix of that layer: if it were the client's, it
     *         would tell him that two conversations are of one client
     */
    public boolean isSeenElsewhere(int layer) {
        return layer == seenElsewhere;
    }

    /** {@return who sees the mix of the layer that is seen elsewhere, for people} */
    String seenBy() {
        return seenBy;
    }
}
