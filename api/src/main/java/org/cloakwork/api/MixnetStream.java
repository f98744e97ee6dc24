package org.cloakwork.api;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A connection through the mixnet, as TCP has them: bytes come out in the order in which they went in, each once, or
 * both sides get a {@link StreamException} that says why. Each half closes on its own. Writing blocks while the other
 * side does not read. One thread may read and another write at the same time.
 *
 * @since 1.2
 */
@ProviderType
public interface MixnetStream extends Closeable {

    /**
     * {@return what the other side sends} Reading blocks until there is something, and returns -1 when the other side
     * has closed its half. It throws {@link StreamException} if the stream broke,
     * {@link java.net.SocketTimeoutException} if a limit was set and passed (the stream goes on), and
     * {@link IOException} if the thread is interrupted.
     */
    InputStream input();

    /**
     * {@return what is sent to the other side} Closing it closes this half: the other side reads the end after
     * everything before, and may go on sending. Nothing is held back, so flushing does nothing; write many bytes at a
     * time.
     */
    OutputStream output();

    /**
     * Limits how long one read blocks.
     *
     * @param limit zero: for as long as it takes, which is the default
     */
    void setReadTimeout(Duration limit);

    /**
     * Blocks until the other side's gateway has everything that was written.
     *
     * @param limit how long at most
     * @throws IOException if the stream broke, or the limit passes ({@link java.net.SocketTimeoutException})
     */
    void awaitDelivered(Duration limit) throws IOException;

    /**
     * {@return completes when the other side has answered: with nothing if it takes the stream, or with why there is
     * none. On any thread; what follows must be quick}
     *
     * @since 2.2
     */
    CompletableFuture<Optional<StreamException>> opened();

    /**
     * {@return completes when it is over: with nothing if both halves ended and all that we wrote is delivered, or with
     * why it broke. On any thread; what follows must be quick}
     *
     * @since 2.2
     */
    CompletableFuture<Optional<StreamException>> ended();

    /**
     * {@return whether the end of what the other side sends was read}
     *
     * @since 2.2
     */
    boolean isInputEnded();

    /**
     * Breaks the stream off: both sides get a {@link StreamException}. Nothing happens if it is over already.
     *
     * @param detail for people on this side
     */
    void reset(String detail);

    /**
     * Closes both halves and returns at once. What was written is still delivered, while the client runs; what the
     * other side sends from here on, or was not read, breaks the stream off, so that it learns that nobody reads.
     * Idempotent.
     */
    @Override
    void close();
}
