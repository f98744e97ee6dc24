package org.cloakwork.transport.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.SendQueue;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.util.Utf8StringBuilder;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.exception.BadPayloadException;
import org.eclipse.jetty.websocket.core.exception.MessageTooLargeException;
import org.eclipse.jetty.websocket.core.exception.ProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over one websocket, on either side.
 *
 * <p>Writing: frames wait in the queue and go to Jetty one at a time, so that closing can drop what waits and a pong
 * never stands behind megabytes. Reading: the next message is asked for when the handler is done with the last one, so
 * a slow handler slows its peer down and nothing piles up here. The handler is never called by a thread that is inside
 * one of this class's own methods.
 */
final class WebSocketLink implements GatewayLink {

    /** How long a peer may take to answer a close frame before its connection is cut, if nothing is wanted of it. */
    private static final long CLOSE_GRACE_MILLIS = 1_000;
    /** How long a link that ends in order may take to write what is queued and to read what the peer still sends. */
    private static final long FINISH_GRACE_MILLIS = 11_000;

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketLink.class);

    private final Scheduler scheduler;
    private final Function<WebSocketLink, Handler> acceptor;
    private final Writer writer = new Writer();
    private final SendQueue<Outgoing> queue = new SendQueue<>(writer::iterate);
    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingEvents = new AtomicInteger();
    private Handler handler;
    private boolean closedTold;

    // Guarded by this.
    @GuardedBy("this")
    private CoreSession session;
    @GuardedBy("this")
    private boolean closed;
    @GuardedBy("this")
    private Runnable onClosing = () -> { };

    /** @param acceptor makes the handler when the websocket is open */
    WebSocketLink(Function<WebSocketLink, Handler> acceptor, Scheduler scheduler) {
        this.acceptor = acceptor;
        this.scheduler = scheduler;
    }

    /** @param handler told of everything, also if the websocket never opens */
    WebSocketLink(Handler handler, Scheduler scheduler) {
        this(link -> handler, scheduler);
        this.handler = Objects.requireNonNull(handler);
    }

    /** The limits of every websocket of this bundle. */
    static void limit(Configuration configuration) {
        configuration.setMaxFrameSize(MAX_FRAME_BYTES);
        configuration.setMaxBinaryMessageSize(MAX_FRAME_BYTES);
        configuration.setMaxTextMessageSize(MAX_FRAME_BYTES);
        configuration.setAutoFragment(false);
        configuration.setInputBufferSize(32 << 10);
    }

    @Override
    public void send(String text) {
        send(OpCode.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void send(byte[] binary) {
        send(OpCode.BINARY, binary);
    }

    @Override
    public void ping(byte[] payload) {
        closeUnless(queue.addPing(new Outgoing.Written(OpCode.PING, payload), payload.length));
    }

    private void send(byte opCode, byte[] payload) {
        closeUnless(queue.add(new Outgoing.Written(opCode, payload), payload.length));
    }

    private void closeUnless(boolean room) {
        if (!room) {
            close(CloseStatus.SHUTDOWN, SendQueue.FULL);
        }
    }

    @Override
    public long pendingBytes() {
        return queue.pendingBytes();
    }

    @Override
    public boolean isOpen() {
        return !isClosed();
    }

    @Override
    public void close() {
        close(CloseStatus.NORMAL, "closed here");
    }

    /** The close frame follows what is queued; the peer's frames are handed over until it has closed, too. */
    @Override
    public void finish() {
        CoreSession open;
        synchronized (this) {
            open = session;
        }
        if (open == null) {
            close();
        } else if (queue.finish(Outgoing.close())) {
            abortAfter(FINISH_GRACE_MILLIS, open);
        }
    }

    /**
     * Closes the link from this side.
     *
     * @param status as in RFC 6455, 7.4; with an abnormal one Jetty does not wait for the peer's answer
     * @param reason for the handler
     */
    void close(int status, String reason) {
        CoreSession open = shut(reason);
        if (open != null) {
            open.close(status, null, Callback.NOOP);
            abortAfter(CLOSE_GRACE_MILLIS, open);
        }
    }

    private static void demand(CoreSession session) {
        try {
            session.demand();
        } catch (RejectedExecutionException stopped) {
            session.abort();
        }
    }

    private void abortAfter(long millis, CoreSession session) {
        try {
            scheduler.schedule(session::abort, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            session.abort();
        }
    }

    /**
     * From here on nothing is sent and the handler hears of nothing but the end.
     *
     * @return the session, if there is one and it was not shut before
     */
    private CoreSession shut(String reason) {
        return shut(reason, queue::end);
    }

    private CoreSession shut(String reason, Runnable endOfQueue) {
        Runnable closing;
        CoreSession open;
        synchronized (this) {
            if (closed) {
                return null;
            }
            closed = true;
            endOfQueue.run();
            closing = onClosing;
            open = session;
        }
        closing.run();
        tellFromElsewhere(() -> {
            boolean told = closedTold;
            closedTold = true;
            if (!told && handler != null) {
                handler.closed(reason);
            }
        });
        return open;
    }

    /** The link could not be opened. */
    void failed(String reason) {
        shut(reason);
    }

    /** @param action run once when the link closes, at once if it is closed */
    void onClosing(Runnable action) {
        synchronized (this) {
            if (!closed) {
                onClosing = action;
                return;
            }
        }
        action.run();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    private synchronized boolean open(CoreSession opened) {
        if (closed || session != null) {
            return false;
        }
        session = opened;
        queue.open();
        return true;
    }

    /** {@return what Jetty calls for one attempt to open the websocket} */
    Frames newFrames() {
        return new Frames();
    }

    private boolean queueEvent(Runnable event) {
        events.add(event);
        return waitingEvents.getAndIncrement() == 0;
    }

    /** Only for threads that are not inside a caller's call of this link. */
    private void tell(Runnable event) {
        if (queueEvent(event)) {
            runEvents();
        }
    }

    private void tellFromElsewhere(Runnable event) {
        if (queueEvent(event)) {
            Thread.ofVirtual().name("cloakwork-websocket-events").start(this::runEvents);
        }
    }

    private void runEvents() {
        do {
            try {
                events.remove().run();
            } catch (Throwable thrown) {
                LOG.warn("A link's handler failed; the link is closed", thrown);
                close(CloseStatus.SERVER_ERROR, "the handler failed: " + thrown);
            }
        } while (waitingEvents.decrementAndGet() > 0);
    }

    private sealed interface Outgoing {

        record Written(byte opCode, byte[] payload) implements Outgoing {
        }

        /** Writes nothing: what comes before it has been written. */
        record Mark(Runnable reached) implements Outgoing {
        }

        static Outgoing close() {
            return new Written(OpCode.CLOSE, CloseStatus.asPayloadBuffer(CloseStatus.NORMAL, null).array());
        }
    }

    private final class Writer extends IteratingCallback {

        @Override
        protected Action process() {
            return switch (queue.poll()) {
                case null -> Action.IDLE;
                case Outgoing.Mark(Runnable reached) -> {
                    reached.run();
                    yield Action.IDLE;
                }
                case Outgoing.Written(byte opCode, byte[] payload) -> {
                    CoreSession open;
                    synchronized (WebSocketLink.this) {
                        open = session;
                    }
                    open.sendFrame(new Frame(opCode, ByteBuffer.wrap(payload)), this, false);
                    yield Action.SCHEDULED;
                }
            };
        }

        @Override
        protected void onSuccess() {
            if (queue.written()) {
                tellFromElsewhere(() -> {
                    if (!closedTold) {
                        handler.drained();
                    }
                });
            }
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            shut("writing failed: " + Reasons.of(cause));
        }
    }

    /** One websocket as Jetty sees it; of several attempts only the first that opens belongs to the link. */
    final class Frames implements FrameHandler {

        private CoreSession mine;
        private volatile boolean opened;
        private byte messageType;
        private int messageBytes;
        private Utf8StringBuilder text;
        private ByteArrayOutputStream binary;

        boolean opened() {
            return opened;
        }

        @Override
        public void onOpen(CoreSession coreSession, Callback callback) {
            if (!open(coreSession)) {
                callback.failed(new IllegalStateException("the link is closed"));
                return;
            }
            opened = true;
            mine = coreSession;
            callback.succeeded();
            tell(() -> {
                if (!closedTold) {
                    handler = Objects.requireNonNull(acceptor.apply(WebSocketLink.this), "handler");
                    handler.opened();
                }
                demand(coreSession);
            });
        }

        @Override
        public void onFrame(Frame frame, Callback callback) {
            try {
                switch (frame.getOpCode()) {
                    case OpCode.PING -> mine.sendFrame(new Frame(OpCode.PONG, ByteBuffer.wrap(bytes(frame))),
                            Callback.from(callback, mine::demand), false);
                    case OpCode.PONG -> {
                        byte[] payload = bytes(frame);
                        callback.succeeded();
                        deliver(() -> handler.pong(payload));
                    }
                    case OpCode.TEXT, OpCode.BINARY -> {
                        messageType = frame.getOpCode();
                        messageBytes = 0;
                        onData(frame, callback);
                    }
                    case OpCode.CONTINUATION -> onData(frame, callback);
                    case OpCode.CLOSE -> {
                        abortAfter(FINISH_GRACE_MILLIS, mine);
                        String reason = Reasons.of(CloseStatus.getCloseStatus(frame));
                        tell(() -> peerCloses(reason, callback));
                    }
                    default -> throw new ProtocolException("a frame with the unknown opcode " + frame.getOpCode());
                }
            } catch (RuntimeException refused) {
                callback.failed(refused);
            }
        }

        /**
         * Answered after all that is sent until the handler has heard of it: a peer that leaves in order reads it, and
         * nothing the handler takes for sent is lost.
         */
        private void peerCloses(String reason, Callback callback) {
            if (!closedTold) {
                closedTold = true;
                handler.closed(reason);
            }
            if (shut(reason, () -> queue.endAfter(new Outgoing.Mark(callback::succeeded))) == null) {
                callback.succeeded();
            } else {
                writer.iterate();
            }
        }

        private void onData(Frame frame, Callback callback) {
            messageBytes += frame.getPayloadLength();
            if (messageBytes > MAX_FRAME_BYTES) {
                throw new MessageTooLargeException("a message of more than " + MAX_FRAME_BYTES + " bytes");
            }
            Runnable message = messageType == OpCode.TEXT ? text(frame) : binary(frame);
            callback.succeeded();
            if (message == null) {
                mine.demand();
            } else {
                deliver(message);
            }
        }

        private void deliver(Runnable message) {
            tell(() -> {
                if (!closedTold) {
                    message.run();
                }
                demand(mine);
            });
        }

        private Runnable text(Frame frame) {
            if (text == null) {
                text = new Utf8StringBuilder();
            }
            if (frame.hasPayload()) {
                text.append(frame.getPayload());
            }
            if (!frame.isFin()) {
                return null;
            }
            String whole = text.takeCompleteString(BadPayloadException.InvalidUtf8::new);
            text = null;
            return () -> handler.text(whole);
        }

        private Runnable binary(Frame frame) {
            byte[] part = bytes(frame);
            if (frame.isFin() && binary == null) {
                return () -> handler.binary(part);
            }
            if (binary == null) {
                binary = new ByteArrayOutputStream();
            }
            binary.writeBytes(part);
            if (!frame.isFin()) {
                return null;
            }
            byte[] whole = binary.toByteArray();
            binary = null;
            return () -> handler.binary(whole);
        }

        private static byte[] bytes(Frame frame) {
            byte[] bytes = new byte[frame.getPayloadLength()];
            if (bytes.length > 0) {
                frame.getPayload().get(bytes);
            }
            return bytes;
        }

        @Override
        public void onError(Throwable cause, Callback callback) {
            if (opened) {
                shut(Reasons.of(cause));
            }
            callback.succeeded();
        }

        @Override
        public void onClosed(CloseStatus status, Callback callback) {
            if (opened) {
                shut(Reasons.of(status));
            }
            callback.succeeded();
        }
    }
}
