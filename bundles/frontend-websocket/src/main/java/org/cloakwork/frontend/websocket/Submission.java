package org.cloakwork.frontend.websocket;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.cloakwork.api.Delivery;
import org.cloakwork.api.Outcome;

/**
 * A message that a program wants to send.
 *
 * @param bytes    of its content
 * @param deadline counted from when it was asked for
 * @param send     gives it to the client, with what is left of its deadline
 * @param ended    told how it ended
 */
record Submission(int bytes, Duration deadline, Function<Duration, Delivery> send, Consumer<Outcome> ended) {
}
