package org.cloakwork.api;

import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/** A message on its way. It always ends, by its deadline at the latest. */
@ProviderType
public interface Delivery {

    /**
     * {@return how it ended; completes normally in every case, never exceptionally}
     *
     * <p>Completes on a thread of its own, not on that of listeners: a listener may wait for it. While one waits, though,
     * no listener of this client hears of anything.
     */
    CompletableFuture<Outcome> outcome();

    /** {@return how far it is} */
    Progress progress();

    /**
     * How far a message is.
     *
     * @param packets         data packets the message was cut into; 0 while that is not known
     * @param acknowledged    packets acknowledged so far
     * @param retransmissions packets sent again so far
     */
    record Progress(int packets, int acknowledged, int retransmissions) {
    }
}
