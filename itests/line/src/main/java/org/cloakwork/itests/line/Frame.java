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

    /** What a watcher tells apart at first sight. */
    public enum Kind {
        UP_LARGE("up, large", true, true),
        UP_SMALL("up, small", true, false),
        DOWN_LARGE("down, large", false, true),
        DOWN_SMALL("down, small", false, false);

        private final String text;
        private final boolean up;
        private final boolean large;

        Kind(String text, boolean up, boolean large) {
            this.text = text;
            this.up = up;
            this.large = large;
        }

        /** {@return for people} */
        public String text() {
            return text;
        }

        boolean has(Frame frame) {
            return frame.up == up && frame.isLarge() == large;
        }
    }

    /** {@return whether it carries a packet, rather than an acknowledgement or a word of the gateway} */
    public boolean isLarge() {
        return bytes >= LEAST_LARGE;
    }
}
