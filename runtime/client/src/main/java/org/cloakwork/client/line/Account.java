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
    private boolean corrected;

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

    /** {@return how many packets the next pull is to bring: 0, 1 or 2, never twice in a row other than 1} */
    int blocks() {
        corrected = !corrected && Math.abs(missing) >= 1;
        if (!corrected) {
            return 1;
        }
        int more = missing > 0 ? 1 : -1;
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
