package org.cloakwork.frontend.http;

import java.io.IOException;
import java.util.Optional;
import org.cloakwork.proxy.Connection;
import org.cloakwork.proxy.Target;

/** A connection to the target of requests, and what it answers. */
final class Upstream {

    /** The target has not answered a request. */
    static final class NoAnswerException extends Exception {

        private static final long serialVersionUID = 1L;

        private final boolean bad;

        private NoAnswerException(String reason, boolean bad) {
            super(reason);
            this.bad = bad;
        }

        /** {@return whether it said something that is no answer} */
        boolean isBad() {
            return bad;
        }
    }

    private final Connection connection;
    private final Target target;
    private final Optional<String> user;
    private final MessageReader answers;

    Upstream(Connection connection, Target target, Optional<String> user) {
        this.connection = connection;
        this.target = target;
        this.user = user;
        answers = MessageReader.ofResponses(connection.input());
        // If the exit does not connect, that is an answer to the request.
        connection.assumeConnected();
    }

    boolean isFor(Target otherTarget, Optional<String> otherUser) {
        return target.equals(otherTarget) && user.equals(otherUser) && !connection.isEnded();
    }

    Connection connection() {
        return connection;
    }

    MessageReader answers() {
        return answers;
    }

    void send(byte[] bytes) throws NoAnswerException {
        try {
            connection.output().write(bytes);
            connection.sent(bytes.length);
        } catch (IOException e) {
            throw new NoAnswerException("the connection to the target broke", false);
        }
    }

    MessageReader.Head answer(boolean toHead) throws NoAnswerException {
        try {
            return answers.next(toHead).orElseThrow(() ->
                    new NoAnswerException("the target closed the connection without an answer", false));
        } catch (MessageReader.BadMessageException e) {
            throw new NoAnswerException("the target's answer is no HTTP/1", true);
        } catch (IOException e) {
            throw new NoAnswerException("the connection to the target broke", false);
        }
    }
}
