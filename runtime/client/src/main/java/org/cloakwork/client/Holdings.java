package org.cloakwork.client;

/**
 * What a client holds at a moment, each within its limit.
 *
 * @param outboxBytes  of messages on their way, at most {@link ClientConfiguration#outboxLimitBytes()}
 * @param inboxBytes   of unfinished messages, at most {@link ClientConfiguration#inboxLimitBytes()}
 * @param mailboxBytes of messages nobody has taken yet, at most {@link ClientConfiguration#inboxLimitBytes()}
 * @param awaitedAcks  packets cut and not acknowledged yet
 * @param linkBytes    given to the link and not sent yet
 * @param surbs        reply blocks others gave us
 */
public record Holdings(long outboxBytes, long inboxBytes, long mailboxBytes, int awaitedAcks, long linkBytes,
                       int surbs) {
}
