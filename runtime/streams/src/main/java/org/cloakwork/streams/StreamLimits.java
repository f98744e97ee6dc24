package org.cloakwork.streams;

import java.time.Duration;

/**
 * What a stream may hold and how long it waits.
 *
 * @param firstReceiveBytes bytes received and not read, to begin with
 * @param receiveBytes      the same, up to which it grows with use as far as the budget allows
 * @param sendBytes         bytes sent and not delivered
 * @param maxAhead          pieces that may be under way from the oldest one on
 * @param pieceBytes        the largest piece that is sent
 * @param keepAlive         after so long without sending anything an empty piece is sent
 * @param silence           after so long without hearing anything the stream breaks
 * @param gap               how long a missing piece is waited for while later ones are there
 * @param resetPatience     how long what came before a reset is waited for
 */
public record StreamLimits(long firstReceiveBytes, long receiveBytes, long sendBytes, int maxAhead, int pieceBytes,
                           Duration keepAlive, Duration silence, Duration gap, Duration resetPatience) {

    /**
     * 64 KiB that grow to 1 MiB, pieces of 32 KiB, keep-alive as in Nym's programs; a missing piece is waited for as
     * long as the other side may try to deliver it.
     */
    public static final StreamLimits DEFAULT = new StreamLimits(64 * 1024, 1 << 20, 1 << 20, 500, 32 * 1024,
            Duration.ofSeconds(60), Duration.ofMinutes(10), Duration.ofMinutes(20), Duration.ofSeconds(2));

    /**
     * @param newSilence after so long without hearing anything the stream breaks
     * @return the same with that limit
     */
    public StreamLimits withSilence(Duration newSilence) {
        return new StreamLimits(firstReceiveBytes, receiveBytes, sendBytes, maxAhead, pieceBytes, keepAlive, newSilence,
                gap, resetPatience);
    }
}
