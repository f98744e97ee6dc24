package org.cloakwork.client.stream;

import java.time.Duration;

/**
 * What a stream may hold and how long it waits.
 *
 * @param receiveBytes  bytes received and not read; the window the other side is told, if it understands windows
 * @param sendBytes     bytes sent and not delivered
 * @param maxAhead      pieces that may be under way from the oldest one on, and that far ahead they are kept
 * @param pieceBytes    the largest piece that is sent
 * @param keepAlive     after so long without sending anything an empty piece is sent
 * @param silence       after so long without hearing anything the stream breaks
 * @param gap           how long a missing piece is waited for while later ones are there
 * @param resetPatience how long what came before a reset is waited for
 */
public record StreamLimits(long receiveBytes, long sendBytes, int maxAhead, int pieceBytes, Duration keepAlive,
                           Duration silence, Duration gap, Duration resetPatience) {

    /**
     * A window of 1 MiB each way, pieces of 32 kB, keep-alive as in Nym's programs; a piece is waited for as long as
     * the other side may try to deliver it.
     */
    public static final StreamLimits DEFAULT = new StreamLimits(1 << 20, 1 << 20, 500, 32 * 1024,
            Duration.ofSeconds(60), Duration.ofMinutes(10), Duration.ofMinutes(20), Duration.ofSeconds(2));

    /**
     * @param newReceiveBytes bytes received and not read
     * @return the same with that limit
     */
    public StreamLimits withReceiveBytes(long newReceiveBytes) {
        return new StreamLimits(newReceiveBytes, sendBytes, maxAhead, pieceBytes, keepAlive, silence, gap,
                resetPatience);
    }

    /**
     * @param newSilence after so long without hearing anything the stream breaks
     * @return the same with that limit
     */
    public StreamLimits withSilence(Duration newSilence) {
        return new StreamLimits(receiveBytes, sendBytes, maxAhead, pieceBytes, keepAlive, newSilence, gap,
                resetPatience);
    }
}
