package org.cloakwork.api;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Takes the streams that others open to one of a client's ports. It learns nothing of who they are: answers go back by
 * their reply blocks.
 *
 * @since 1.2
 */
@ProviderType
public interface StreamListener extends Closeable {

    /** {@return the port} */
    int port();

    /**
     * Blocks until a stream is opened. Up to {@value #BACKLOG} wait to be accepted; further ones are refused.
     *
     * @return the stream, to be closed by the caller
     * @throws IOException if the listener or its client is closed, or the thread interrupted
     */
    MixnetStream accept() throws IOException;

    /**
     * As {@link #accept()}, for some time only.
     *
     * @param limit how long at most
     * @return the stream, to be closed by the caller
     * @throws IOException if the listener or its client is closed, the thread interrupted, or the limit passes
     *                     ({@link java.net.SocketTimeoutException})
     */
    MixnetStream accept(Duration limit) throws IOException;

    /** Refuses streams from here on; those that wait are broken off, those accepted go on. Idempotent. */
    @Override
    void close();

    /** Streams that may wait to be accepted. */
    int BACKLOG = 50;
}
