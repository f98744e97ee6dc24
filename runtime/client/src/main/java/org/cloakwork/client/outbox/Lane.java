package org.cloakwork.client.outbox;

import java.util.OptionalLong;

/**
 * A queue of its own within the outbox.
 *
 * @param kind what travels on it
 * @param id   tells the lanes of applications apart; 0 for the others
 */
public record Lane(Kind kind, long id) {

    /** Requests for reply blocks and the answers to them. */
    public static final Lane SURBS = new Lane(Kind.SURBS, 0);
    /** Messages without a lane of their own. */
    public static final Lane GENERAL = new Lane(Kind.GENERAL, 0);

    /** What travels on a lane. */
    public enum Kind { SURBS, GENERAL, CONNECTION }

    /**
     * @param id as given by the application
     * @return its lane
     */
    public static Lane of(OptionalLong id) {
        return id.isPresent() ? of(id.getAsLong()) : GENERAL;
    }

    /**
     * @param id as given by the application
     * @return its lane
     */
    public static Lane of(long id) {
        return new Lane(Kind.CONNECTION, id);
    }
}
