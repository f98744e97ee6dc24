package org.cloakwork.client.outbox;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.cloakwork.api.SenderTag;

/**
 * A queue of its own within the outbox.
 *
 * @param kind what travels on it
 * @param id   tells lanes of a kind apart
 */
public record Lane(Kind kind, long id) {

    /** Messages without a lane of their own. */
    public static final Lane GENERAL = new Lane(Kind.GENERAL, 0);

    /** What travels on a lane. */
    public enum Kind { SURBS, GENERAL, CONNECTION }

    /**
     * @param tag of somebody else who is asked for reply blocks, or ours of whom they are granted to
     * @return its lane
     */
    public static Lane surbs(SenderTag tag) {
        return new Lane(Kind.SURBS, ByteBuffer.wrap(tag.bytes()).getLong());
    }

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
