package org.cloakwork.frontend.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.cloakwork.api.FailureReason;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.Outcome;
import org.cloakwork.api.ReceivedMessage;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.websocket.core.CloseStatus;
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
 * One connection. Reading: the next request is asked for when there is room for what the last ones asked: their
 * messages have left or ended, their answers are read. Writing: one frame at a time, each put into words when its turn
 * comes.
 */
final class Session implements FrameHandler {

    /** Answers that may wait to be written before no more is read. */
    static final int MAX_ANSWER_BYTES = 256 * 1024;
    /** Answers to a program that reads none: those to requests that were read before, and states. */
    private static final int MAX_UNREAD_ANSWER_BYTES = 8 << 20;
    /** How long part of a request may stand still. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final int MESSAGE_COST = 64;
    private static final int SMALLEST_MESSAGE_BYTES = 2048;
    private static final long RETRY_MILLIS = 100;
    private static final long CLOSE_GRACE_MILLIS = 1_000;

    /** Waits to be written: an answer, or a message that arrived. */
    private record Outgoing(Payload answer, ReceivedMessage message) {

        long cost() {
            return answer != null ? answer.bytes().length + MESSAGE_COST : message.payload().length + MESSAGE_COST;
        }
    }

    private final Door door;
    private final Settings settings;
    private final Dialect dialect;
    private final Writer writer = new Writer();
    /** Tells this connection's lanes from those of all others of the client, whatever ids its program chooses. */
    private final long salt;
    private final long ownLane;
    private CoreSession core;
    private volatile boolean closing;

    // Of the request that is being read; touched by whoever reads only.
    private byte type;
    private int requestBytes;
    private ByteArrayOutputStream parts;

    // Guarded by this.
    @GuardedBy("this")
    private final Deque<Outgoing> queue = new ArrayDeque<>();
    @GuardedBy("this")
    private Outgoing writing;
    @GuardedBy("this")
    private long answerBytes;
    @GuardedBy("this")
    private long backlogBytes;
    @GuardedBy("this")
    private long outgoingBytes;
    @GuardedBy("this")
    private boolean asked;
    @GuardedBy("this")
    private boolean inRequest;
    @GuardedBy("this")
    private boolean retrying;
    @GuardedBy("this")
    private boolean addressAwaited;
    @GuardedBy("this")
    private boolean ended;
    @GuardedBy("this")
    private boolean cutOff;
    @GuardedBy("this")
    private long lastReadNanos;
    @GuardedBy("this")
    private long credit;

    /** @param dialect makes what is spoken here */
    Session(Door door, Function<Session, Dialect> dialect) {
        this.door = door;
        this.settings = door.settings();
        this.dialect = dialect.apply(this);
        Random random = ThreadLocalRandom.current();
        salt = random.nextLong();
        ownLane = random.nextLong();
    }

    // ------------------------------------------------------------------ for the dialect

    Door door() {
        return door;
    }

    /** {@return the lane of messages for which the program names none} */
    long ownLane() {
        return ownLane;
    }

    /** {@return the client's lane for what the program calls so} */
    long lane(long connection) {
        return salt ^ connection;
    }

    void answer(Payload answer) {
        boolean tooMany;
        synchronized (this) {
            if (ended) {
                return;
            }
            Outgoing added = new Outgoing(answer, null);
            answerBytes += added.cost();
            queue.add(added);
            tooMany = answerBytes > MAX_UNREAD_ANSWER_BYTES;
        }
        if (tooMany) {
            close(CloseStatus.POLICY_VIOLATION, "answers are not read");
        } else {
            writer.run();
        }
    }

    /** Reads on when the address is known and {@link Dialect#address} was called. */
    void awaitAddress() {
        synchronized (this) {
            addressAwaited = true;
        }
        door.address().ifPresent(this::addressKnown);
    }

    void addressKnown(MixnetAddress address) {
        synchronized (this) {
            if (!addressAwaited) {
                return;
            }
            addressAwaited = false;
        }
        dialect.address(address);
        readOn();
    }

    /** @param count how many more messages this session wants; Long.MAX_VALUE: all */
    void listen(long count) {
        synchronized (this) {
            if (ended) {
                return;
            }
            credit = credit > Long.MAX_VALUE - count ? Long.MAX_VALUE : credit + count;
            if (credit == 0) {
                return;
            }
        }
        door.mail().add(this);
    }

    /** Gives a message to the client; while the outbox has no room for it, tries again and reads no more. */
    void submit(Submission submission) {
        long bytes = Math.max(submission.bytes(), SMALLEST_MESSAGE_BYTES);
        synchronized (this) {
            outgoingBytes += bytes;
        }
        submit(submission, bytes, System.nanoTime() + submission.deadline().toNanos());
    }

    private void submit(Submission submission, long bytes, long deadlineNanos) {
        Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
        CompletableFuture<Outcome> outcome = submission.send().apply(left.isPositive() ? left : Duration.ofNanos(1))
                .outcome();
        // What is refused at once has its outcome by now.
        if (outcome.getNow(null) instanceof Outcome.Failed failed && failed.reason() == FailureReason.OUTBOX_FULL
                && left.toMillis() > RETRY_MILLIS && door.isOpen()) {
            synchronized (this) {
                if (!retrying) {
                    retrying = true;
                    door.reserveAnyway(submission.bytes());
                }
            }
            door.schedule(() -> submit(submission, bytes, deadlineNanos), RETRY_MILLIS);
            return;
        }
        synchronized (this) {
            if (retrying) {
                retrying = false;
                door.release(submission.bytes());
            }
        }
        outcome.thenAccept(how -> {
            synchronized (this) {
                outgoingBytes -= bytes;
            }
            submission.ended().accept(how);
            readOn();
        });
        readOn();
    }

    // ------------------------------------------------------------------ mail

    /** {@return whether the message was wanted} */
    boolean push(ReceivedMessage message) {
        synchronized (this) {
            if (!isListening()) {
                return false;
            }
            if (credit < Long.MAX_VALUE) {
                credit--;
            }
            Outgoing added = new Outgoing(null, message);
            backlogBytes += added.cost();
            queue.add(added);
        }
        // Elsewhere, so that whoever hands messages over does not put them into words.
        door.execute(writer::run);
        return true;
    }

    synchronized boolean isListening() {
        return !ended && credit > 0;
    }

    synchronized long backlogBytes() {
        return backlogBytes;
    }

    /** Ends the connection, which others have left far behind, without what waits for it: they have had it. */
    boolean cutOff() {
        int dropped = 0;
        long bytes = 0;
        synchronized (this) {
            ended = true;
            for (Outgoing waiting : queue) {
                if (waiting.message() != null) {
                    dropped++;
                    bytes += waiting.message().payload().length;
                }
            }
            queue.clear();
            backlogBytes = 0;
            cutOff = true;
        }
        door.counting().add(Counter.MESSAGES_DROPPED, dropped);
        LOG.warn("the program at port {} is cut off: it does not read what the others do; {} messages of {} bytes for "
                + "it are dropped", port(), dropped, bytes);
        door.execute(() -> close(CloseStatus.POLICY_VIOLATION, "messages are not read, and others read them"));
        return true;
    }

    private int port() {
        return core.getRemoteAddress() instanceof InetSocketAddress remote ? remote.getPort() : 0;
    }

    /** Ends the connection if it stands still within a request. */
    void check(long now) {
        boolean stuck;
        synchronized (this) {
            stuck = inRequest && now - lastReadNanos > PATIENCE.toNanos();
        }
        if (stuck) {
            close(CloseStatus.POLICY_VIOLATION, "a request stands still");
        }
    }

    void close(int status, String reason) {
        CoreSession open = core;
        if (open != null) {
            LOG.debug("closing a connection: {}", reason);
            closing = true;
            open.close(status, reason, Callback.NOOP);
            door.schedule(open::abort, CLOSE_GRACE_MILLIS);
        }
    }

    // ------------------------------------------------------------------ reading

    @Override
    public void onOpen(CoreSession opened, Callback callback) {
        core = opened;
        door.opened(this);
        callback.succeeded();
        dialect.opened();
        readOn();
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        door.counting().add(Counter.BYTES_IN, frame.getPayloadLength());
        synchronized (this) {
            lastReadNanos = System.nanoTime();
        }
        try {
            switch (frame.getOpCode()) {
                case OpCode.PING -> core.sendFrame(new Frame(OpCode.PONG, ByteBuffer.wrap(bytes(frame))),
                        Callback.from(callback, this::frameRead), false);
                case OpCode.TEXT, OpCode.BINARY, OpCode.CONTINUATION -> {
                    onData(frame);
                    callback.succeeded();
                    frameRead();
                }
                case OpCode.CLOSE -> callback.succeeded();
                case OpCode.PONG -> {
                    callback.succeeded();
                    frameRead();
                }
                default -> throw new ProtocolException("a frame with the unknown opcode " + frame.getOpCode());
            }
        } catch (RuntimeException refused) {
            callback.failed(refused);
        }
    }

    private void onData(Frame frame) {
        if (closing) {
            return;
        }
        if (frame.getOpCode() != OpCode.CONTINUATION) {
            type = frame.getOpCode();
        }
        int length = frame.getPayloadLength();
        if (length > settings.maximumMessageBytes() - requestBytes) {
            throw new MessageTooLargeException("a request of more than " + settings.maximumMessageBytes() + " bytes");
        }
        if (!door.reserve(length)) {
            close(CloseStatus.TRY_AGAIN_LATER, "too much is being received at the moment");
            return;
        }
        requestBytes += length;
        byte[] part = bytes(frame);
        if (!frame.isFin()) {
            if (parts == null) {
                parts = new ByteArrayOutputStream();
            }
            parts.writeBytes(part);
            requestUnderWay(true);
            return;
        }
        byte[] whole = part;
        if (parts != null) {
            parts.writeBytes(part);
            whole = parts.toByteArray();
        }
        try {
            requestUnderWay(false);
            if (type == OpCode.TEXT) {
                dialect.text(text(whole));
            } else {
                dialect.binary(whole);
            }
        } finally {
            forgetRequest();
        }
    }

    private synchronized void requestUnderWay(boolean is) {
        inRequest = is;
    }

    private void forgetRequest() {
        parts = null;
        door.release(requestBytes);
        requestBytes = 0;
    }

    private static String text(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw new BadPayloadException("a text message that is not UTF-8");
        }
    }

    private static byte[] bytes(Frame frame) {
        byte[] bytes = new byte[frame.getPayloadLength()];
        if (bytes.length > 0) {
            frame.getPayload().get(bytes);
        }
        return bytes;
    }

    private void frameRead() {
        synchronized (this) {
            asked = false;
        }
        readOn();
    }

    /** Asks for the next frame, unless one is asked for or what there is has to go first. */
    private void readOn() {
        synchronized (this) {
            boolean room = outgoingBytes <= settings.maximumOutgoingBytes() && answerBytes <= MAX_ANSWER_BYTES
                    && !retrying && !addressAwaited;
            if (ended || asked || core == null || !(room || inRequest)) {
                return;
            }
            asked = true;
        }
        core.demand();
    }

    // ------------------------------------------------------------------ writing

    private final class Writer extends IteratingCallback {

        private void run() {
            iterate();
        }

        @Override
        protected Action process() {
            Outgoing next;
            synchronized (Session.this) {
                next = queue.poll();
                writing = next;
            }
            if (next == null) {
                return Action.IDLE;
            }
            Payload payload = next.answer() != null ? next.answer() : dialect.put(next.message());
            door.counting().add(Counter.BYTES_OUT, payload.bytes().length);
            core.sendFrame(new Frame(payload.opCode(), ByteBuffer.wrap(payload.bytes())), this, false);
            return Action.SCHEDULED;
        }

        @Override
        protected void onSuccess() {
            boolean wasMessage;
            synchronized (Session.this) {
                if (ended) {
                    return;
                }
                wasMessage = writing.message() != null;
                if (wasMessage) {
                    backlogBytes -= writing.cost();
                } else {
                    answerBytes -= writing.cost();
                }
                writing = null;
            }
            if (wasMessage) {
                door.mail().read();
            } else {
                readOn();
            }
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            core.abort();
        }
    }

    // ------------------------------------------------------------------ end

    @Override
    public void onError(Throwable cause, Callback callback) {
        LOG.debug("a connection failed: {}", cause.toString());
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        List<ReceivedMessage> unwritten = new ArrayList<>();
        synchronized (this) {
            ended = true;
            if (writing != null) {
                queue.addFirst(writing);
            }
            if (!cutOff) {
                queue.stream().filter(outgoing -> outgoing.message() != null)
                        .forEach(outgoing -> unwritten.add(outgoing.message()));
            }
            queue.clear();
            backlogBytes = 0;
            answerBytes = 0;
            inRequest = false;
        }
        forgetRequest();
        dialect.ended();
        door.mail().remove(this, unwritten);
        door.closed(this);
        callback.succeeded();
    }
}
