package org.cloakwork.client.line;

/**
 * By how many packets what came in differs from what would have come in had every packet been a loop. What is missing
 * is asked for with pulls that bring two, what was too much is made up for by pulls that bring none.
 */
final class Account {

    /** More than this is not made up for: it would be seen as well. */
    static final int BOUND = 16;
    /** Packets that bring nothing leave only while less than this is missing. */
    static final int ROOM = 4;

    private double missing;
    private double unevenPart;

    /**
     * Something did not come, or came unasked.
     *
     * @param packets that are missing; negative: too many
     * @return whole packets that will not be made up for
     */
    int add(double packets) {
        double sum = missing + packets;
        missing = Math.max(-BOUND, Math.min(BOUND, sum));
        return whole(Math.abs(sum - missing));
    }

    /**
     * As {@link #add}, where there is nobody to make up for it.
     *
     * @param packets that are missing; negative: too many
     * @return whole packets
     */
    int lose(double packets) {
        return whole(Math.abs(packets));
    }

    private int whole(double packets) {
        unevenPart += packets;
        int whole = (int) unevenPart;
        unevenPart -= whole;
        return whole;
    }

    /** {@return whether a pull could even something} */
    boolean isUneven() {
        return Math.abs(missing) >= 1;
    }

    /** {@return how many packets a pull is to bring so that it evens: 2 or 0, which is entered; 1 if none needs to} */
    int correction() {
        int more = missing >= 1 ? 1 : missing <= -1 ? -1 : 0;
        missing -= more;
        return 1 + more;
    }

    /** {@return whether packets may leave that bring nothing} */
    boolean hasRoom() {
        return missing < ROOM;
    }

    /** {@return packets that are missing; negative: too many} */
    double missing() {
        return missing;
    }
}
