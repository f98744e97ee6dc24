package org.cloakwork.api;

import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/** A message on its way. It always ends, by its deadline at the latest. */
@ProviderType
public interface Delivery {

    /** {@return how it ended; completes normally in every case, never exceptionally} */
    CompletableFuture<Outcome> outcome();

    /**
     * Tells when the message is in the client's store: from then on it goes out even if this process is killed at any
     * instant, once a client with that store runs again before the deadline. Its outcome is then told to nobody, but
     * counted.
     *
     * @return completes normally in every case: with a store when the message is durable or has ended, without one at
     *         once
     * @since 1.1
     */
    CompletableFuture<Void> stored();

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
