package org.cloakwork.frontend.http;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.cloakwork.proxy.Connection;
import org.cloakwork.proxy.NotConnectedException;
import org.cloakwork.proxy.Program;
import org.cloakwork.proxy.Target;

/** One program at the proxy, and the requests that it makes one after the other. */
final class Session implements AutoCloseable {

    /** A program that asks for nothing more may keep its connection for so long. */
    private static final Duration IDLE = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int MOST_UNREAD_BYTES = 1 << 20;
    private static final String HTTP = "http://";
    private static final int HTTP_PORT = 80;
    private static final int FURTHER_EXITS = 2;
    private static final String HINT = "This is an HTTP proxy: give http://HOST:PORT to a program that asks for one.";

    private final Program program;
    private final HttpDialect dialect;
    private final MessageReader requests;
    /** To the target of the last request. */
    private Upstream upstream;
    private final boolean ownProcess;
    /** Whether the request has content. */
    private boolean content;

    Session(Program program, HttpDialect dialect) {
        this.program = program;
        this.dialect = dialect;
        ownProcess = dialect.isSecret() && program.isOwnProcess();
        requests = MessageReader.ofRequests(program.input());
    }

    void run() throws IOException, InterruptedException {
        boolean more = true;
        while (more) {
            Optional<MessageReader.Head> head;
            try {
                head = requests.next(false);
            } catch (MessageReader.BadMessageException e) {
                program.malformed();
                refuse(Status.BAD_REQUEST, e.getMessage(), false);
                return;
            }
            if (head.isEmpty() || !program.asked()) {
                return;
            }
            more = serve(head.get());
            if (more) {
                program.idle(IDLE);
            }
        }
    }

    private boolean serve(MessageReader.Head head) throws IOException, InterruptedException {
        content = requests.isChunked() || requests.contentLength() > 0;
        boolean stays = Framing.persists(head);
        Optional<String> user = dialect.user(head.fields(), ownProcess);
        if (user.isEmpty()) {
            return refuse(Status.NO_AUTHENTICATION, "the proxy's password is missing or wrong", stays);
        }
        Optional<String> owner = user.filter(text -> !text.isEmpty());
        try {
            if (head.method().equals("CONNECT")) {
                return connect(Target.parse(head.target(), -1), owner, stays);
            }
            if (head.target().regionMatches(true, 0, HTTP, 0, HTTP.length())) {
                return relay(head, owner);
            }
        } catch (IllegalArgumentException e) {
            program.malformed();
            return refuse(Status.BAD_REQUEST, e.getMessage(), stays);
        }
        program.unsupported();
        return head.target().startsWith("/") ? refuse(Status.BAD_REQUEST, HINT, stays)
                : refuse(Status.NOT_IMPLEMENTED, "only http:// is asked for like this; for others there is CONNECT",
                        stays);
    }

    // ------------------------------------------------------------------ CONNECT

    private boolean connect(Target target, Optional<String> user, boolean stays)
            throws IOException, InterruptedException {
        try (Connection connection = program.connect(target, user)) {
            program.output().write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            join(connection);
            return false;
        } catch (NotConnectedException e) {
            return refuse(Status.of(e.failure()), e.getMessage(), stays);
        }
    }

    private void join(Connection connection) throws IOException, InterruptedException {
        // A sequence closes what has ended, and with it the half that still goes on.
        connection.join(program, new SequenceInputStream(new ByteArrayInputStream(requests.rest()),
                new FilterInputStream(program.input()) {

                    @Override
                    public void close() {
                        // the program's, who is not done
                    }
                }));
    }

    // ------------------------------------------------------------------ everything else

    private boolean relay(MessageReader.Head head, Optional<String> user) throws IOException, InterruptedException {
        int slash = head.target().indexOf('/', HTTP.length());
        int query = head.target().indexOf('?', HTTP.length());
        int end = slash < 0 ? query < 0 ? head.target().length() : query
                : query < 0 ? slash : Math.min(slash, query);
        String authority = head.target().substring(HTTP.length(), end);
        if (authority.indexOf('@') >= 0) {
            throw new IllegalArgumentException("the address has a user, which is not done in requests");
        }
        Target target = Target.parse(authority, HTTP_PORT);
        String path = head.target().substring(end);
        byte[] bytes = Framing.request(head, authority, path.startsWith("/") ? path : '/' + path,
                requests.isChunked());
        boolean harmless = !content && Framing.isSafe(head);
        int more = harmless && upstream != null && upstream.isFor(target, user) ? 1 : 0;
        int moreExits = harmless ? FURTHER_EXITS : 0;
        while (true) {
            if (upstream == null || !upstream.isFor(target, user)) {
                close();
                try {
                    upstream = new Upstream(program.open(target, user), target, user);
                } catch (NotConnectedException e) {
                    return refuse(Status.of(e.failure()), e.getMessage(), Framing.persists(head));
                }
            }
            Connection connection = upstream.connection();
            try {
                return exchange(head, bytes);
            } catch (Upstream.NoAnswerException e) {
                Optional<NotConnectedException> failure = connection.failure();
                close();
                if (connection.isExitLost() && moreExits-- > 0 || more-- > 0) {
                    // The exit is gone; or what had been kept open was closed by the target just before.
                    continue;
                }
                boolean stays = Framing.persists(head);
                return failure.isPresent()
                        ? refuse(Status.of(failure.get().failure()), failure.get().getMessage(), stays)
                        : refuse(e.isBad() ? Status.BAD_ANSWER : Status.BROKEN, e.getMessage(), stays);
            }
        }
    }

    private boolean exchange(MessageReader.Head head, byte[] bytes)
            throws IOException, InterruptedException, Upstream.NoAnswerException {
        Thread sender = null;
        upstream.send(bytes);
        if (content) {
            Upstream to = upstream;
            sender = Thread.ofVirtual().name("http-content").start(() -> send(to));
        } else {
            requests.content();
        }
        try {
            MessageReader.Head answer = upstream.answer(head.method().equals("HEAD"));
            while (answer.status() / 100 == 1 && answer.status() != 101) {
                if (head.isAtLeast11()) {
                    program.output().write(Framing.interim(answer));
                }
                answer = upstream.answer(head.method().equals("HEAD"));
            }
            if (answer.status() == 101) {
                program.output().write(Framing.switched(answer));
                program.output().write(upstream.answers().rest());
                join(upstream.connection());
                return false;
            }
            return pass(head, answer);
        } finally {
            if (sender != null && !requests.isComplete()) {
                close();
            }
        }
    }

    /** The content of a request. */
    private void send(Upstream to) {
        try {
            boolean chunked = requests.isChunked();
            for (Optional<byte[]> piece = requests.content(); piece.isPresent(); piece = requests.content()) {
                to.send(chunked ? Framing.chunk(piece.get()) : piece.get());
            }
            if (chunked) {
                to.send(Framing.lastChunk(requests.trailers()));
            }
        } catch (IOException | Upstream.NoAnswerException e) {
            to.connection().close();
        }
    }

    /** The head and the content of an answer; returns whether the program may ask for more. */
    private boolean pass(MessageReader.Head request, MessageReader.Head answer) throws IOException {
        MessageReader answers = upstream.answers();
        boolean empty = request.method().equals("HEAD") || answer.status() == 204 || answer.status() == 304;
        boolean counted = empty || answers.contentLength() >= 0 && !answers.isChunked();
        boolean chunked = !counted && request.isAtLeast11();
        boolean stays = Framing.persists(request) && (counted || chunked) && !(content && !requests.isComplete());
        OutputStream out = program.output();
        byte[] head = Framing.answer(answer, chunked, stays, request.isAtLeast11());
        try {
            Optional<byte[]> piece = answers.content();
            out.write(piece.isPresent() ? Framing.join(head, chunked ? Framing.chunk(piece.get()) : piece.get())
                    : head);
            while (piece.isPresent()) {
                upstream.connection().received(piece.get().length);
                piece = answers.content();
                if (piece.isPresent()) {
                    out.write(chunked ? Framing.chunk(piece.get()) : piece.get());
                }
            }
            if (chunked) {
                out.write(Framing.lastChunk(answers.trailers()));
            }
        } catch (IOException e) {
            // Nothing that is cut may look whole.
            program.breakOff();
            close();
            return false;
        }
        if (!Framing.persists(answer) || answers.contentLength() < 0 && !answers.isChunked() && !empty
                || content && !requests.isComplete()) {
            close();
        }
        return stays;
    }

    // ------------------------------------------------------------------ our own answers

    private boolean refuse(Status status, String reason, boolean persists) throws IOException {
        boolean stays = persists && !content;
        program.output().write(Framing.refusal(status, reason, stays));
        if (!stays) {
            endGracefully();
        }
        return stays;
    }

    /** What was sent to us and not read when a connection is closed would take the answer away from its reader. */
    private void endGracefully() throws IOException {
        program.idle(PATIENCE);
        program.endOutput();
        byte[] nowhere = new byte[8 * 1024];
        int left = MOST_UNREAD_BYTES;
        for (int count = 0; count >= 0 && left > 0; left -= count) {
            count = program.input().read(nowhere);
        }
    }

    @Override
    public void close() {
        if (upstream != null) {
            upstream.connection().close();
            upstream = null;
        }
    }
}
