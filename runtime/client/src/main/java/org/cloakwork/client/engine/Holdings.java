package org.cloakwork.client.engine;

import org.cloakwork.client.base.ClientConfiguration;

/**
 * What a client holds at a moment, each within its limit.
 *
 * @param outboxBytes  of messages on their way, at most {@link ClientConfiguration#outboxLimitBytes()}
 * @param inboxBytes   of unfinished messages, at most {@link ClientConfiguration#inboxLimitBytes()}
 * @param mailboxBytes of messages nobody has taken yet, at most {@link ClientConfiguration#inboxLimitBytes()}
 * @param awaitedAcks  packets cut and not acknowledged yet
 * @param linkBytes    given to the link and not sent yet
 * @param surbs        reply blocks others gave us
 * @param messages     on their way, those of our own that carry reply blocks or ask for some included
 * @param deadlines    timers that will end a message: one for each of them
 */
public record Holdings(long outboxBytes, long inboxBytes, long mailboxBytes, int awaitedAcks, long linkBytes,
                       int surbs, int messages, int deadlines) {

    /**
     * The most that a client ever held of each, not necessarily at the same moment.
     *
     * @param outboxBytes  as in {@link Holdings}, what was refused for want of room left out, as for the others
     * @param inboxBytes   as in {@link Holdings}
     * @param mailboxBytes as in {@link Holdings}
     * @param awaitedAcks  as in {@link Holdings}
     * @param surbs        as in {@link Holdings}
     */
    public record Peaks(long outboxBytes, long inboxBytes, long mailboxBytes, int awaitedAcks, int surbs) {
    }
}
