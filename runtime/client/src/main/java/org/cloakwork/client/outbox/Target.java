package org.cloakwork.client.outbox;

import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;

/** Whom a message is for. */
public sealed interface Target {

    /** @param address of someone we know */
    record ToAddress(MixnetAddress address) implements Target {
    }

    /**
     * Someone we can answer only.
     *
     * @param sender         the tag
     * @param asksForSurbs   whether this message is itself a request for reply blocks, which may use the last ones
     */
    record ToSender(SenderTag sender, boolean asksForSurbs) implements Target {
    }
}
