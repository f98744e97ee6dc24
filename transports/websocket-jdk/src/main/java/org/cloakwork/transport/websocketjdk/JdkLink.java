package org.cloakwork.transport.websocketjdk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.cloakwork.spi.transport.GatewayLink;
import org.cloakwork.spi.transport.SendQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over one websocket of the JDK.
 *
 * <p>A virtual thread of its own opens it and then makes every call of the handler, so a handler that takes its time
 * holds up nobody else. Writing: frames wait in the queue and go to the JDK one at a time, so that closing can drop
 * what waits and a ping never stands behind megabytes.
 *
 * <p>Reading: a little is read ahead of the handler, then the peer has to wait. The JDK (25) loses the end of a
 * connection without a close frame, and may lose the message before it, if it finds that end while no message is asked
 * for. So the listener, which never blocks, is called by whoever reads ({@link JdkTransport} says so) and asks for the
 * next message before it returns. What remains: such an end that is there already when reading begins or, having been
 * stopped by a slow handler, goes on, is noticed only when something is written.
 */
final class JdkLink implements GatewayLink {

    /** How long a peer may take to answer a close frame before its connection is cut, if nothing is wanted of it. */
    private static final long CLOSE_GRACE_MILLIS = 1_000;
    /** How long a link that ends in order may take to write what is queued and to read what the peer still sends. */
    private static final long FINISH_GRACE_MILLIS = 11_000;
    /** How many bytes are read ahead of the handler. */
    private static final int MAX_UNREAD_BYTES = 1 << 20;
    /** How many messages are read ahead of the handler. */
    private static final int MAX_UNREAD_MESSAGES = 1_024;
    /** Status of a close frame, RFC 6455, 7.4: the JDK lets a client send these, and not 1002 or 1009. */
    static final int GOING_AWAY = 1001;

    private static final int POLICY_VIOLATION = 1008;
    private static final int INTERNAL_ERROR = 1011;
    private static final Logger LOG = LoggerFactory.getLogger(JdkLink.class);

    private final JdkClients clients;
    private final Handler handler;
    private final Consumer<JdkLink> onClosing;
    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final AtomicInteger pumps = new AtomicInteger();
    private final SendQueue<Function<WebSocket, CompletableFuture<?>>> queue = new SendQueue<>(this::pump);
    private final CompletableFuture<Void> closeSent = new CompletableFuture<>();
    private final CompletableFuture<Void> peerClosed = new CompletableFuture<>();
    /** Only for the link's thread. */
    private boolean closedTold;

    // Guarded by this.
    @GuardedBy("this")
    private boolean writing;
    private int unreadBytes;
    private int unreadMessages;
    /** The next message is asked for when the handler has caught up. */
    @GuardedBy("this")
    private boolean readingStopped;
    @GuardedBy("this")
    private CompletableFuture<WebSocket> attempt;
    /** Makes the attempt. */
    @GuardedBy("this")
    private HttpClient client;
    @GuardedBy("this")
    private WebSocket socket;
    /** Why it is closed; null: it is not. */
    @GuardedBy("this")
    private String closed;

    /**
     * @param clients   one for each attempt to open the websocket
     * @param handler   told of everything, also if the websocket never opens
     * @param onClosing run once when the link closes
     */
    JdkLink(JdkClients clients, Handler handler, Consumer<JdkLink> onClosing) {
        this.clients = clients;
        this.handler = Objects.requireNonNull(handler);
        this.onClosing = onClosing;
    }

    /** @param timeout for each of the URIs */
    void start(List<URI> uris, Duration timeout) {
        thread("link", () -> {
            open(uris, timeout);
            handOver();
        });
    }

    private static void thread(String name, Interruptible body) {
        Thread.ofVirtual().name(JdkTransport.THREAD_NAME + name).start(() -> {
            try {
                body.run();
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
            }
        });
    }

    private interface Interruptible {

        void run() throws InterruptedException;
    }

    private void open(List<URI> uris, Duration timeout) throws InterruptedException {
        StringJoiner failures = new StringJoiner("; ", "not connected: ", "");
        for (URI uri : uris) {
            Incoming incoming = new Incoming();
            HttpClient http = clients.newClient();
            synchronized (this) {
                if (closed != null) {
                    clients.end(http);
                    return;
                }
                attempt = incoming.opened;
                client = http;
            }
            // The JDK looks up names on the thread that asks.
            thread("connect", () -> incoming.connect(http, uri));
            try {
                if (use(incoming.opened.get(timeout.toMillis(), TimeUnit.MILLISECONDS))) {
                    return;
                }
            } catch (ExecutionException e) {
                failures.add(uri + ": " + Reasons.of(e.getCause()));
            } catch (TimeoutException | CancellationException e) {
                failures.add(uri + ": timeout, not open after " + timeout.toMillis() + " ms");
            }
            incoming.opened.cancel(false);
            incoming.opened.thenAccept(WebSocket::abort);
            // What the peer still sends is not read.
            clients.end(http);
        }
        shut(failures.toString());
    }

    private synchronized boolean use(WebSocket opened) {
        if (closed == null) {
            socket = opened;
            queue.open();
        }
        return closed == null;
    }

    /** Makes the calls of the handler, to the last. */
    private void handOver() throws InterruptedException {
        WebSocket open;
        synchronized (this) {
            open = socket;
        }
        if (open != null) {
            call(handler::opened);
        }
        Runnable event = events.take();
        while (reason() == null) {
            call(event);
            event = events.take();
        }
        if (!closedTold) {
            call(() -> handler.closed(reason()));
        }
        if (open != null) {
            // What still comes is nobody's; the peer's close frame is behind it.
            open.request(Long.MAX_VALUE);
        }
    }

    private void call(Runnable event) {
        try {
            event.run();
        } catch (Throwable thrown) {
            LOG.warn("A link's handler failed; the link is closed", thrown);
            close(INTERNAL_ERROR, "the handler failed: " + thrown);
        }
    }

    private synchronized String reason() {
        return closed;
    }

    @Override
    public void send(String text) {
        closeUnless(queue.add(to -> to.sendText(text, true), text.getBytes(StandardCharsets.UTF_8).length));
    }

    @Override
    public void send(byte[] binary) {
        closeUnless(queue.add(to -> to.sendBinary(ByteBuffer.wrap(binary), true), binary.length));
    }

    @Override
    public void ping(byte[] payload) {
        closeUnless(queue.addPing(to -> to.sendPing(ByteBuffer.wrap(payload)), payload.length));
    }

    private void closeUnless(boolean room) {
        if (!room) {
            close(GOING_AWAY, SendQueue.FULL);
        }
    }

    /** Gives the JDK the next frame, if it has none. What is written at once comes back here, and must not nest. */
    private void pump() {
        if (pumps.getAndIncrement() > 0) {
            return;
        }
        do {
            Function<WebSocket, CompletableFuture<?>> next;
            WebSocket to;
            synchronized (this) {
                to = socket;
                next = writing ? null : queue.poll();
                writing |= next != null;
            }
            if (next != null) {
                next.apply(to).whenComplete((done, failure) -> written(failure));
            }
        } while (pumps.decrementAndGet() > 0);
    }

    private void written(Throwable failure) {
        boolean drained;
        synchronized (this) {
            writing = false;
            drained = queue.written();
        }
        if (failure != null) {
            close(GOING_AWAY, "writing failed: " + Reasons.of(failure));
        } else if (drained) {
            events.add(handler::drained);
        }
        pump();
    }

    @Override
    public long pendingBytes() {
        return queue.pendingBytes();
    }

    @Override
    public void close() {
        close(WebSocket.NORMAL_CLOSURE, "closed here");
    }

    /** The close frame follows what is queued; the peer's frames are handed over until it has closed, too. */
    @Override
    public void finish() {
        WebSocket open;
        synchronized (this) {
            open = socket;
        }
        if (open == null) {
            close();
        } else if (queue.finish(this::sendClose)) {
            abortAfter(FINISH_GRACE_MILLIS, open);
        }
    }

    private CompletableFuture<?> sendClose(WebSocket to) {
        return sendClose(to, WebSocket.NORMAL_CLOSURE);
    }

    private CompletableFuture<?> sendClose(WebSocket to, int status) {
        return to.sendClose(status, "").handle((done, failure) -> closeSent.complete(null));
    }

    /**
     * Closes the link from this side.
     *
     * @param reason for the handler
     */
    void close(int status, String reason) {
        WebSocket open = shut(reason);
        if (open != null) {
            sendClose(open, status);
            abortAfter(CLOSE_GRACE_MILLIS, open);
        }
    }

    private void abortAfter(long millis, WebSocket open) {
        abortAfter(millis, open, CompletableFuture.allOf(closeSent, peerClosed));
    }

    /** @param end may come before */
    private void abortAfter(long millis, WebSocket open, CompletableFuture<Void> end) {
        thread("end", () -> {
            try {
                end.get(millis, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                shut("the peer has not closed its side within " + millis + " ms");
            }
            abort(open);
        });
    }

    private void abort(WebSocket open) {
        open.abort();
        HttpClient openedBy;
        synchronized (this) {
            openedBy = client;
        }
        clients.end(openedBy);
    }

    /** The peer broke the rules: it is told, and nothing more is read of it. */
    private void cutOff(String reason) {
        WebSocket open = shut(reason);
        if (open != null) {
            sendClose(open, POLICY_VIOLATION);
            abortAfter(CLOSE_GRACE_MILLIS, open, closeSent);
        }
    }

    /**
     * From here on nothing is sent and the handler hears of nothing but the end.
     *
     * @return the websocket, if there is one and the link was not shut before
     */
    private WebSocket shut(String reason) {
        return shut(reason, queue::end);
    }

    private WebSocket shut(String reason, Runnable endOfQueue) {
        CompletableFuture<WebSocket> opening;
        WebSocket open;
        synchronized (this) {
            if (closed != null) {
                return null;
            }
            closed = reason;
            endOfQueue.run();
            opening = attempt;
            open = socket;
        }
        onClosing.accept(this);
        if (opening != null) {
            opening.cancel(false);
        }
        events.add(() -> { });
        return open;
    }

    /** One attempt to open the websocket, and what comes if it is the one that opens. */
    private final class Incoming implements WebSocket.Listener {

        private final CompletableFuture<WebSocket> opened = new CompletableFuture<>();
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();

        /** Blocks while the name is looked up. The attempt ends with {@link #opened}, whoever completes it. */
        private void connect(HttpClient http, URI uri) {
            try {
                CompletableFuture<WebSocket> building =
                        http.newWebSocketBuilder().header("User-Agent", "").buildAsync(uri, this);
                building.whenComplete((made, failure) -> {
                    if (failure != null) {
                        opened.completeExceptionally(failure);
                    }
                });
                opened.whenComplete((made, failure) -> {
                    if (failure != null) {
                        building.cancel(true);
                    }
                });
            } catch (RuntimeException e) {
                opened.completeExceptionally(e);
            }
        }

        @Override
        public void onOpen(WebSocket from) {
            if (opened.complete(from)) {
                from.request(1);
            } else {
                from.abort();
            }
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            byte[] utf8 = part.toString().getBytes(StandardCharsets.UTF_8);
            return onPart(from, utf8, last, whole -> handler.text(new String(whole, StandardCharsets.UTF_8)));
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
            return onPart(from, bytes(part), last, handler::binary);
        }

        private CompletionStage<?> onPart(WebSocket from, byte[] part, boolean last, Consumer<byte[]> told) {
            if (message.size() + part.length > MAX_FRAME_BYTES) {
                message.reset();
                events.add(() -> cutOff("the peer sent a message of more than " + MAX_FRAME_BYTES + " bytes"));
                return null;
            }
            message.writeBytes(part);
            if (last) {
                byte[] whole = message.toByteArray();
                message.reset();
                deliver(from, whole.length, () -> told.accept(whole));
            } else {
                from.request(1);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket from, ByteBuffer payload) {
            byte[] bytes = bytes(payload);
            deliver(from, bytes.length, () -> handler.pong(bytes));
            return null;
        }

        private void deliver(WebSocket from, int bytes, Runnable call) {
            boolean more;
            synchronized (JdkLink.this) {
                if (closed != null) {
                    return;
                }
                unreadBytes += bytes;
                unreadMessages++;
                more = mayReadAhead();
                readingStopped = !more;
            }
            events.add(() -> {
                call.run();
                if (goesOnAfter(bytes)) {
                    from.request(1);
                }
            });
            if (more) {
                from.request(1);
            }
        }

        private boolean goesOnAfter(int bytes) {
            synchronized (JdkLink.this) {
                unreadBytes -= bytes;
                unreadMessages--;
                boolean goesOn = readingStopped && mayReadAhead();
                readingStopped &= !goesOn;
                return goesOn;
            }
        }

        private boolean mayReadAhead() {
            return unreadBytes < MAX_UNREAD_BYTES && unreadMessages < MAX_UNREAD_MESSAGES;
        }

        private static byte[] bytes(ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }

        /**
         * Answered after all that is sent until the handler has heard of it: a peer that leaves in order reads it, and
         * nothing the handler takes for sent is lost.
         */
        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String text) {
            String reason = Reasons.of(status, text);
            peerClosed.complete(null);
            if (status == Reasons.NO_CLOSE_FRAME) {
                end(from, reason);
            } else {
                abortAfter(FINISH_GRACE_MILLIS, from);
                events.add(() -> {
                    closedTold = true;
                    handler.closed(reason);
                    shut(reason, () -> queue.endAfter(JdkLink.this::sendClose));
                    pump();
                });
            }
            return closeSent;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            peerClosed.complete(null);
            end(from, Reasons.of(failure));
        }

        /** Nothing can be written any more; what came before is still handed over. */
        private void end(WebSocket from, String reason) {
            closeSent.complete(null);
            events.add(() -> shut(reason));
            abortAfter(CLOSE_GRACE_MILLIS, from);
        }
    }
}
