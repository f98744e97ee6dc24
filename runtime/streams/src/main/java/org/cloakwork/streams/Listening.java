package org.cloakwork.streams;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.StreamListener;

/** A port of a client, and streams that were opened to it and nobody has taken yet. */
final class Listening implements StreamListener {

    private final int port;
    /** Empty: the listener is closed. */
    private final BlockingQueue<Optional<OpenStream>> waiting = new LinkedBlockingQueue<>(BACKLOG + 1);
    private final Runnable closed;
    @GuardedBy("this")
    private boolean open = true;

    /** @param closed told once, at the end */
    Listening(int port, Runnable closed) {
        this.port = port;
        this.closed = closed;
    }

    /** {@return whether somebody will take it} */
    synchronized boolean offer(OpenStream stream) {
        return open && waiting.size() < BACKLOG && waiting.offer(Optional.of(stream));
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public MixnetStream accept() throws IOException {
        return accept(BlockingQueue::take);
    }

    @Override
    public MixnetStream accept(Duration limit) throws IOException {
        return accept(queue -> queue.poll(limit.toNanos(), TimeUnit.NANOSECONDS));
    }

    private interface Taking {
        Optional<OpenStream> from(BlockingQueue<Optional<OpenStream>> queue) throws InterruptedException;
    }

    private MixnetStream accept(Taking taking) throws IOException {
        try {
            Optional<OpenStream> next = taking.from(waiting);
            if (next == null) {
                throw new SocketTimeoutException("no stream was opened in time");
            }
            if (next.isEmpty()) {
                // For others who wait.
                waiting.offer(Optional.empty());
                throw new IOException("the listener is closed");
            }
            return next.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            closed.run();
            List<Optional<OpenStream>> left = new ArrayList<>();
            waiting.drainTo(left);
            left.forEach(stream -> stream.ifPresent(one -> one.reset("nobody listens any more")));
            waiting.offer(Optional.empty());
        }
    }
}
