package org.cloakwork.client.base;

import java.util.Optional;
import org.cloakwork.api.SenderTag;

/** How something came to us. */
public sealed interface Way {

    /** To our address: from anybody who knows it. */
    record Address() implements Way {
    }

    /**
     * Over a reply block that we gave away.
     *
     * @param ownTag the tag it was given away under; empty if an earlier version wrote its key down
     */
    record ReplyBlock(Optional<SenderTag> ownTag) implements Way {
    }
}
