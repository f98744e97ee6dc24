package org.cloakwork.streams;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.cloakwork.api.Delivery;
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
    private final Optional<To> recipient;
    private final MessageStream stream;
    /** Empty: it is open. */
    private final CompletableFuture<Optional<StreamException>> answered;
    private final CompletableFuture<Optional<StreamException>> ended = new CompletableFuture<>();
    private final long begunNanos;
    private final Duration deadline;
    private volatile boolean closed;
    private volatile long closedNanos;

    /**
     * Whom a stream of ours is opened to.
     *
     * @param address   its address
     * @param isolation as whom; empty: as for messages
     * @param deadline  for its answer
     * @param outward   the way to it
     */
    record To(MixnetAddress address, Optional<String> isolation, Duration deadline, Outward outward) {
    }

    /** How what it says reaches the other side. */
    interface Way {

        /** As {@link Carrier#send}. */
        Delivery send(long sequence, End end, byte[] data);

        /** As {@link Carrier#pieceBytes}. */
        default int pieceBytes() {
            return Integer.MAX_VALUE;
        }

        /**
         * As {@link Carrier#window}.
         *
         * @param next number of the first piece that has not come
         */
        Delivery window(long limitBytes, long newBytes, long next);

        /** As {@link Carrier#broken}. */
        void broken(StreamException why);
    }

    /**
     * @param ours      what the streams of this client share
     * @param recipient whom it is opened to; empty: somebody else opens it to us
     * @param answered  empty: it is open
     */
    OpenStream(Shared ours, Optional<To> recipient,
               CompletableFuture<Optional<StreamException>> answered, int keepAliveMillis, Way way)
            throws StreamException {
        this.recipient = recipient;
        this.answered = answered;
        this.ours = ours;
        begunNanos = ours.clock().nanoTime();
        deadline = recipient.map(To::deadline).orElse(Duration.ZERO);
        Duration keepAlive = Duration.ofMillis(keepAliveMillis);
        StreamLimits usual = StreamLimits.DEFAULT;
        stream = new MessageStream(new Told(way), new StreamLimits(StreamFrame.FIRST_WINDOW_BYTES,
                usual.receiveBytes(), usual.sendBytes(), usual.maxAhead(), usual.pieceBytes(), keepAlive,
                keepAlive.multipliedBy(StreamOptions.SILENCE_FACTOR), usual.gap(), usual.resetPatience()),
                ours.budget(), ours.clock()::nanoTime);
        stream.useWindows(StreamFrame.FIRST_WINDOW_BYTES);
        stream.keepSent(recipient.isPresent());
    }

    /** Whoever has the stream hears of its end, too. */
    private final class Told implements Carrier {

        private final Way way;

        private Told(Way way) {
            this.way = way;
        }

        @Override
        public Delivery send(long sequence, End end, byte[] data) {
            return way.send(sequence, end, data);
        }

        @Override
        public Delivery window(long limitBytes, long newBytes) {
            return way.window(limitBytes, newBytes, stream.expected());
        }

        @Override
        public int pieceBytes() {
            return way.pieceBytes();
        }

        @Override
        public void broken(StreamException why) {
            way.broken(why);
            ended.complete(Optional.of(why));
        }
    }

    void take(StreamFrame frame) {
        recipient.ifPresent(to -> to.outward().heard());
        switch (frame) {
            case StreamFrame.Data(long id, End end, long sequence, byte[] data) ->
                    count(stream.received(sequence, end, data));
            case StreamFrame.Window window -> {
                stream.confirmed(window.next());
                stream.windowReceived(window.limitBytes());
            }
            case StreamFrame.Accepted accepted -> recipient.ifPresent(to ->
                    stream.keepSent(to.outward().accepted(accepted.gateways())));
            case StreamFrame.Here here -> found(here);
            case StreamFrame.Where ignored -> ours.counts().accept(StreamCounter.FRAMES_MALFORMED);
            case StreamFrame.Open ignored -> ours.counts().accept(StreamCounter.FRAMES_MALFORMED);
            case StreamFrame.Refused ignored -> ours.counts().accept(StreamCounter.FRAMES_MALFORMED);
        }
    }

    private void found(StreamFrame.Here here) {
        if (recipient.filter(to -> to.outward().found(here.gateway())).isPresent()) {
            ours.counts().accept(StreamCounter.MOVED);
            stream.moved(here.next());
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
        recipient.ifPresent(to -> to.outward().tick());
        if (!answered.isDone() && ours.clock().nanoTime() - begunNanos > deadline.toNanos()) {
            late();
        }
        if (closed && ours.clock().nanoTime() - closedNanos > LINGER.toNanos()) {
            stream.abort("the other side did not close its half");
        }
    }

    boolean isOver() {
        boolean over = stream.isDone();
        if (over) {
            stream.release();
            ended.complete(Optional.empty());
        }
        return over;
    }

    /** {@return whether the answer is of whom this was opened to} */
    boolean isTo(ReceivedMessage.Answer answer) {
        return recipient.filter(whom -> answer.isOf(whom.address(), whom.isolation())).isPresent();
    }

    /** {@return where whom this was opened to was found, if it is that one, as the same} */
    Optional<MixnetAddress> foundAt(MixnetAddress asked, Optional<String> isolation) {
        return recipient.filter(to -> to.address().equals(asked) && to.isolation().equals(isolation))
                .map(to -> to.outward().at()).filter(at -> !at.equals(asked));
    }

    /** {@return whether it is open, or was refused} */
    boolean isAnswered() {
        return answered.isDone();
    }

    /** {@return that the other side did not answer in time: so it is not opened, and it is told} */
    StreamException late() {
        StreamException late = new StreamException(StreamException.Reason.TIMED_OUT,
                "the other side did not answer within " + deadline.toMillis() + " ms");
        if (answered.complete(Optional.of(late))) {
            stream.abort(late);
        }
        return late;
    }

    /** Whatever the other side said, it takes the stream. */
    void answered() {
        answered.complete(Optional.empty());
    }

    /** Whoever finds it broken finds out, too, whether it was ever open. */
    void fail(StreamException why) {
        answered.complete(Optional.of(why));
        stream.fail(why);
    }

    void release() {
        stream.release();
    }

    /**
     * {@return the bytes, for whoever cannot wait}
     *
     * @since 1.3
     */
    public MessageStream messages() {
        return stream;
    }

    @Override
    public CompletableFuture<Optional<StreamException>> opened() {
        return answered;
    }

    @Override
    public CompletableFuture<Optional<StreamException>> ended() {
        return ended;
    }

    @Override
    public boolean isInputEnded() {
        return stream.isInputEnded();
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
