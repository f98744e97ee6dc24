package org.cloakwork.streams;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.ReceivedMessage;
import org.cloakwork.api.StreamException;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.spi.runtime.Clock;

/** One side of one stream between two clients. */
public final class OpenStream implements MixnetStream {

    /** Of a stream that was closed on this side, how long the other one may take to close its half. */
    private static final Duration LINGER = Duration.ofMinutes(2);

    /** @param counts is told what happens */
    record Shared(ByteBudget budget, Clock clock, Consumer<StreamCounter> counts) {
    }

    private final Shared ours;
    private final Optional<MixnetAddress> recipient;
    private final MessageStream stream;
    /** Empty: it is open. */
    private final CompletableFuture<Optional<StreamException>> answered;
    private volatile boolean closed;
    private volatile long closedNanos;

    /**
     * @param ours      what the streams of this client share
     * @param recipient whom it is opened to; empty: somebody else opens it to us
     * @param answered  empty: it is open
     */
    OpenStream(Shared ours, Optional<MixnetAddress> recipient,
               CompletableFuture<Optional<StreamException>> answered, int keepAliveMillis, Carrier carrier)
            throws StreamException {
        this.recipient = recipient;
        this.answered = answered;
        this.ours = ours;
        Duration keepAlive = Duration.ofMillis(keepAliveMillis);
        StreamLimits usual = StreamLimits.DEFAULT;
        stream = new MessageStream(carrier, new StreamLimits(StreamFrame.FIRST_WINDOW_BYTES, usual.receiveBytes(),
                usual.sendBytes(), usual.maxAhead(), usual.pieceBytes(), keepAlive,
                keepAlive.multipliedBy(StreamOptions.SILENCE_FACTOR), usual.gap(), usual.resetPatience()),
                ours.budget(), ours.clock()::nanoTime);
        stream.useWindows(StreamFrame.FIRST_WINDOW_BYTES);
    }

    void take(StreamFrame frame) {
        switch (frame) {
            case StreamFrame.Data(long id, End end, long sequence, byte[] data) ->
                    count(stream.received(sequence, end, data));
            case StreamFrame.Window window -> stream.windowReceived(window.limitBytes());
            case StreamFrame.Accepted ignored -> { }
            case StreamFrame.Open ignored -> ours.counts().accept(StreamCounter.FRAMES_MALFORMED);
            case StreamFrame.Refused ignored -> ours.counts().accept(StreamCounter.FRAMES_MALFORMED);
        }
    }

    private void count(Reordering.Accepted what) {
        switch (what) {
            case EARLY -> ours.counts().accept(StreamCounter.FRAMES_REORDERED);
            case DUPLICATE, AFTER_END -> ours.counts().accept(StreamCounter.FRAMES_LATE);
            case TOO_FAR, TOO_MUCH -> ours.counts().accept(StreamCounter.FRAMES_DROPPED);
            case NEXT -> { }
        }
    }

    void tick() {
        stream.tick();
        if (closed && ours.clock().nanoTime() - closedNanos > LINGER.toNanos()) {
            stream.abort("the other side did not close its half");
        }
    }

    boolean isOver() {
        boolean over = stream.isDone();
        if (over) {
            stream.release();
        }
        return over;
    }

    /** {@return whether the answer is of whom this was opened to} */
    boolean isTo(ReceivedMessage.Answer answer) {
        return recipient.filter(whom -> answer.isOf(whom, Optional.empty())).isPresent();
    }

    /** Whatever the other side said, it takes the stream. */
    void answered() {
        answered.complete(Optional.empty());
    }

    /** {@return a promise of how opening ends; empty: it is open} */
    CompletableFuture<Optional<StreamException>> answer() {
        return answered;
    }

    void fail(StreamException why) {
        stream.fail(why);
    }

    void release() {
        stream.release();
    }

    /** {@return whether the other side has answered} */
    public boolean isAnswered() {
        return answered.isDone();
    }

    @Override
    public InputStream input() {
        return stream.input();
    }

    @Override
    public OutputStream output() {
        return stream.output();
    }

    @Override
    public void setReadTimeout(Duration limit) {
        stream.setReadTimeout(limit);
    }

    @Override
    public void awaitDelivered(Duration limit) throws IOException {
        stream.awaitDelivered(limit);
    }

    @Override
    public void reset(String detail) {
        stream.abort(detail);
    }

    @Override
    public void close() {
        if (!closed) {
            closedNanos = ours.clock().nanoTime();
            closed = true;
            try {
                stream.output().close();
            } catch (IOException e) {
                throw new IllegalStateException("closing a half does not fail", e);
            }
            stream.closeInput();
        }
    }
}
