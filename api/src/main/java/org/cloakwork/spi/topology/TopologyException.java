package org.cloakwork.spi.topology;

/** A source gave no usable topology; the message names the source and what was wrong. */
public class TopologyException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * A network that cannot be had.
     *
     * @param message names the source and the fault
     */
    public TopologyException(String message) {
        super(message);
    }

    /**
     * A network that cannot be had.
     *
     * @param message names the source and the fault
     * @param cause   where it came from
     */
    public TopologyException(String message, Throwable cause) {
        super(message, cause);
    }
}
