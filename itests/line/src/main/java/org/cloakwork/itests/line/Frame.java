package org.cloakwork.itests.line;

/**
 * What a watcher sees of the line: nothing is read but lengths.
 *
 * @param nanos monotonic time
 * @param up    whether it goes to the gateway
 * @param bytes of the whole frame
 */
public record Frame(long nanos, boolean up, int bytes) {

    private static final int LEAST_LARGE = 1000;
    /** In longer ones the gateway says that it has a packet; shorter ones are acknowledgements by the other end. */
    private static final int LEAST_RECEIPT = 60;

    /** What a watcher tells apart at first sight. */
    public enum Kind {
        UP_LARGE("up, large", true, LEAST_LARGE, Integer.MAX_VALUE),
        UP_SMALL("up, small", true, 0, LEAST_LARGE),
        DOWN_LARGE("down, large", false, LEAST_LARGE, Integer.MAX_VALUE),
        RECEIPT("down, receipts", false, LEAST_RECEIPT, LEAST_LARGE),
        ACKNOWLEDGEMENT("down, acknowledgements", false, 0, LEAST_RECEIPT);

        private final String text;
        private final boolean up;
        private final int least;
        private final int below;

        Kind(String text, boolean up, int least, int below) {
            this.text = text;
            this.up = up;
            this.least = least;
            this.below = below;
        }

        /** {@return for people} */
        public String text() {
            return text;
        }

        boolean has(Frame frame) {
            return frame.up == up && frame.bytes >= least && frame.bytes < below;
        }
    }

    /** {@return whether it carries a packet, rather than an acknowledgement or a word of the gateway} */
    public boolean isLarge() {
        return bytes >= LEAST_LARGE;
    }
}
