package org.cloakwork.frontend.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;

/** Reads messages of HTTP/1 out of a stream, one after the other: a head, then its content piece by piece. */
final class MessageReader {

    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int MOST_HEAD_BYTES = 64 * 1024;

    /** It is no HTTP/1, or more of it than there may be. */
    static final class BadMessageException extends IOException {

        private static final long serialVersionUID = 1L;

        private BadMessageException(String reason) {
            super(reason);
        }
    }

    /**
     * The beginning of a message.
     *
     * @param method  of a request, else null
     * @param target  of a request, as it stands there, else null
     * @param status  of a response
     * @param reason  of a response; may be null
     * @param version of HTTP
     * @param fields  in their order
     */
    record Head(String method, String target, int status, String reason, HttpVersion version, HttpFields fields) {

        boolean isAtLeast11() {
            return version.getVersion() >= HttpVersion.HTTP_1_1.getVersion();
        }
    }

    private final InputStream input;
    private final HttpParser parser;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private final Events events = new Events();

    private MessageReader(InputStream input, boolean requests) {
        this.input = input;
        parser = requests ? new HttpParser((HttpParser.RequestHandler) events, MOST_HEAD_BYTES, HttpCompliance.RFC9110)
                : new HttpParser((HttpParser.ResponseHandler) events, MOST_HEAD_BYTES, HttpCompliance.RFC7230_LEGACY);
        parser.setHeaderCacheCaseSensitive(true);
    }

    static MessageReader ofRequests(InputStream input) {
        return new MessageReader(input, true);
    }

    static MessageReader ofResponses(InputStream input) {
        return new MessageReader(input, false);
    }

    private static final class Events implements HttpParser.RequestHandler, HttpParser.ResponseHandler {

        private Head head;
        private HttpFields.Mutable fields = HttpFields.build();
        private HttpFields.Mutable trailers = HttpFields.build();
        private byte[] piece;
        private boolean headComplete;
        private volatile boolean complete;
        private boolean early;
        private String bad;

        private void clear() {
            head = null;
            fields = HttpFields.build();
            trailers = HttpFields.build();
            piece = null;
            headComplete = false;
            complete = false;
        }

        @Override
        public void startRequest(String method, String uri, HttpVersion version) {
            head = new Head(method, uri, 0, null, version, fields);
        }

        @Override
        public void startResponse(HttpVersion version, int status, String reason) {
            head = new Head(null, null, status, reason, version, fields);
        }

        @Override
        public void parsedHeader(HttpField field) {
            fields.add(field);
        }

        @Override
        public void parsedTrailer(HttpField field) {
            trailers.add(field);
        }

        @Override
        public boolean headerComplete() {
            headComplete = true;
            return true;
        }

        @Override
        public boolean content(ByteBuffer item) {
            piece = new byte[item.remaining()];
            item.get(piece);
            return true;
        }

        @Override
        public boolean contentComplete() {
            return false;
        }

        @Override
        public boolean messageComplete() {
            complete = true;
            return true;
        }

        @Override
        public void earlyEOF() {
            early = true;
        }

        @Override
        public void badMessage(HttpException failure) {
            bad = failure.getReason() == null ? "no HTTP/1" : failure.getReason();
        }
    }

    /**
     * Blocks until the head of the next message is there; what is left of the one before is passed over.
     *
     * @param answersHead whether it answers a request for a head, so that it has no content
     * @return it; empty: the stream has ended before it
     * @throws BadMessageException if it is none
     * @throws EOFException        if the stream ends within it
     * @throws IOException         if the stream breaks
     */
    Optional<Head> next(boolean answersHead) throws IOException {
        events.clear();
        parser.reset();
        parser.setHeadResponse(answersHead);
        boolean begun = buffer.hasRemaining();
        while (true) {
            step();
            if (events.headComplete) {
                return Optional.of(events.head);
            }
            if (events.early || parser.isClosed()) {
                if (begun) {
                    throw new EOFException("ended within the head of a message");
                }
                return Optional.empty();
            }
            begun |= fill();
        }
    }

    /**
     * Blocks until the next piece of the content is there.
     *
     * @return it; empty: the message is over
     * @throws BadMessageException if it is not what the head says
     * @throws EOFException        if the stream ends within it
     * @throws IOException         if the stream breaks
     */
    Optional<byte[]> content() throws IOException {
        while (!events.complete) {
            events.piece = null;
            step();
            if (events.piece != null) {
                return Optional.of(events.piece);
            }
            if (!events.complete) {
                if (events.early) {
                    throw new EOFException("ended within the content of a message");
                }
                fill();
            }
        }
        return Optional.empty();
    }

    private void step() throws BadMessageException {
        try {
            parser.parseNext(buffer);
        } catch (RuntimeException | AssertionError e) {
            // What is wrong has no status of its own in answers, which Jetty asserts.
            throw new BadMessageException("no HTTP/1");
        }
        if (events.bad != null) {
            throw new BadMessageException(events.bad);
        }
    }

    /** Reads more if the parser has taken all there was; returns whether there was any. */
    private boolean fill() throws IOException {
        if (buffer.hasRemaining()) {
            return true;
        }
        int count = input.read(buffer.array());
        if (count < 0) {
            parser.atEOF();
            return false;
        }
        buffer.clear().limit(count);
        return true;
    }

    /** {@return whether it stands in chunks, so that its length is not known ahead} */
    boolean isChunked() {
        return parser.isChunking();
    }

    /** {@return the length of the content; negative: not known} */
    long contentLength() {
        return parser.getContentLength();
    }

    /** {@return whether the message has ended} */
    boolean isComplete() {
        return events.complete;
    }

    /** {@return what came after the content} */
    HttpFields trailers() {
        return events.trailers;
    }

    /** {@return what was read ahead and belongs to what follows the head} */
    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(buffer.array(), buffer.position(), buffer.limit());
        buffer.position(buffer.limit());
        return rest;
    }
}
