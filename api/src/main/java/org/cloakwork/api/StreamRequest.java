package org.cloakwork.api;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Somebody asks for a stream, and hears whether there is one from {@link #accept} or {@link #refuse}: one of them is to
 * be called, once. What it has sent meanwhile is kept.
 *
 * @since 2.2
 */
@ProviderType
public interface StreamRequest {

    /** {@return the port that it is opened to} */
    int port();

    /**
     * {@return by what the caller is known: the same for its streams that it lets belong together, and nothing that
     * says who it is}
     */
    SenderTag caller();

    /** {@return the key it has shown; there is one where keys are asked for} */
    Optional<EncryptionKey> key();

    /**
     * {@return the stream, to be closed by the caller of this method; the other side hears that it is open}
     *
     * @throws IllegalStateException if it was answered before
     */
    MixnetStream accept();

    /**
     * Does not open it, and tells why.
     *
     * @param why {@link StreamException.Reason#REFUSED}, {@link StreamException.Reason#NO_ROOM} or
     *            {@link StreamException.Reason#UNREACHABLE}
     * @throws IllegalArgumentException if it is another reason
     * @throws IllegalStateException    if it was answered before
     */
    void refuse(StreamException.Reason why);
}
