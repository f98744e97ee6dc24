package org.cloakwork.client.encode;

import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.SenderTag;

/** What a message says, before it is encoded. */
public sealed interface Content {

    /** @param data without a way to answer */
    record Plain(byte[] data) implements Content {
    }

    /**
     * @param ownTag under which the receiver can answer
     * @param surbs  how many reply blocks go along
     * @param data   what is sent
     */
    record Anonymous(SenderTag ownTag, int surbs, byte[] data) implements Content {
    }

    /** @param data the answer to an anonymous sender */
    record Reply(byte[] data) implements Content {
    }

    /**
     * @param own    our address, which the asked one knows
     * @param amount reply blocks asked for
     */
    record SurbRequest(MixnetAddress own, int amount) implements Content {
    }

    /**
     * @param ownTag under which the receiver can answer
     * @param surbs  how many reply blocks are sent
     */
    record MoreSurbs(SenderTag ownTag, int surbs) implements Content {
    }
}
