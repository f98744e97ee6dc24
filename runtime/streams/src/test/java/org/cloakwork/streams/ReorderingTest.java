package org.cloakwork.streams;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.cloakwork.streams.Reordering.Accepted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReorderingTest {

    private record Piece(long sequence, End end, byte[] data) {
    }

    private static List<Piece> pieces(Random random, int count, End end, ByteArrayOutputStream all) {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] data = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(50)];
            random.nextBytes(data);
            all.writeBytes(data);
            pieces.add(new Piece(i, i == count - 1 ? end : End.NONE, data));
        }
        return pieces;
    }

    private static void drain(Reordering reordering, ByteArrayOutputStream out) {
        for (Optional<byte[]> data = reordering.take(); data.isPresent(); data = reordering.take()) {
            out.writeBytes(data.get());
        }
    }

    /** The law: whatever the order and the repetitions, the bytes come out as they went in, and then the end. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void anyOrderAndAnyRepetitionGiveTheSameBytes(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            End end = random.nextBoolean() ? End.CLOSED : End.RESET;
            List<Piece> arrivals = pieces(random, 1 + random.nextInt(60), end, sent);
            for (int i = random.nextInt(40); i > 0; i--) {
                arrivals.add(arrivals.get(random.nextInt(arrivals.size())));
            }
            Collections.shuffle(arrivals, random);
            Reordering reordering = new Reordering(1000, sent.size());
            ByteArrayOutputStream received = new ByteArrayOutputStream();
            for (Piece piece : arrivals) {
                Accepted accepted = reordering.accept(piece.sequence(), piece.end(), piece.data());
                assertTrue(accepted.compareTo(Accepted.TOO_FAR) < 0, accepted.toString());
                if (random.nextBoolean()) {
                    drain(reordering, received);
                }
                assertTrue(reordering.heldBytes() + reordering.takenBytes() <= sent.size());
            }
            drain(reordering, received);
            assertArrayEquals(sent.toByteArray(), received.toByteArray());
            assertEquals(end, reordering.ended());
            assertEquals(0, reordering.heldBytes());
            assertEquals(Accepted.AFTER_END, reordering.accept(0, End.NONE, new byte[1]));
        }
    }

    /** The law of losses: what comes out is a beginning of what went in, and it is not said to be all of it. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14, 15})
    void whatIsMissingIsNeverSkipped(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            List<Piece> arrivals = pieces(random, 2 + random.nextInt(60), End.CLOSED, sent);
            int lost = random.nextInt(arrivals.size());
            int before = arrivals.subList(0, lost).stream().mapToInt(piece -> piece.data().length).sum();
            arrivals.remove(lost);
            Collections.shuffle(arrivals, random);
            Reordering reordering = new Reordering(1000, sent.size());
            ByteArrayOutputStream received = new ByteArrayOutputStream();
            for (Piece piece : arrivals) {
                reordering.accept(piece.sequence(), piece.end(), piece.data());
                drain(reordering, received);
            }
            assertArrayEquals(Arrays.copyOf(sent.toByteArray(), before), received.toByteArray());
            assertEquals(End.NONE, reordering.ended());
            assertEquals(lost != arrivals.size(), reordering.hasGap());
        }
    }

    @Test
    void moreThanTheLimitIsRefusedAndSoIsWhatIsTooFarAhead() {
        Reordering reordering = new Reordering(3, 10);
        assertEquals(Accepted.EARLY, reordering.accept(1, End.NONE, new byte[10]));
        assertEquals(Accepted.TOO_MUCH, reordering.accept(0, End.NONE, new byte[1]));
        assertEquals(Accepted.NEXT, reordering.accept(0, End.NONE, new byte[0]));
        assertEquals(10, reordering.take().orElseThrow().length);
        assertEquals(Accepted.TOO_MUCH, reordering.accept(2, End.NONE, new byte[1]), "the limit counts from the start");
        reordering.raiseLimit(11);
        assertEquals(Accepted.NEXT, reordering.accept(2, End.NONE, new byte[1]));
        assertEquals(Accepted.TOO_FAR, reordering.accept(6, End.NONE, new byte[0]));
        assertEquals(Accepted.TOO_FAR, reordering.accept(-1, End.NONE, new byte[0]));
        assertEquals(Accepted.EARLY, reordering.accept(5, End.NONE, new byte[0]));
    }

    @Test
    void aSecondCloseChangesNothing() {
        Reordering reordering = new Reordering(1000, 100);
        assertEquals(Accepted.EARLY, reordering.accept(2, End.CLOSED, new byte[0]));
        assertEquals(Accepted.EARLY, reordering.accept(1, End.CLOSED, new byte[0]));
        assertEquals(Accepted.NEXT, reordering.accept(0, End.NONE, new byte[] {7}));
        assertArrayEquals(new byte[] {7}, reordering.take().orElseThrow());
        assertTrue(reordering.take().isEmpty());
        assertEquals(End.CLOSED, reordering.ended());
        assertFalse(reordering.hasGap());
    }

    @Test
    void aResetIsKnownBeforeItsTurn() {
        Reordering reordering = new Reordering(1000, 100);
        reordering.accept(5, End.RESET, new byte[0]);
        assertTrue(reordering.isReset());
        assertEquals(End.NONE, reordering.ended());
    }

    @Test
    void aSenderWaitsForRoomInEachOfItsLimits() {
        SendWindow bytes = new SendWindow(100, 10);
        assertEquals(100, bytes.room(1000));
        assertEquals(0, bytes.next(60));
        assertEquals(40, bytes.room(1000));
        bytes.arrived(0);
        assertEquals(100, bytes.room(1000));
        bytes.arrived(0);
        assertEquals(100, bytes.room(1000), "counted once");

        SendWindow pieces = new SendWindow(100, 3);
        for (int i = 0; i < 3; i++) {
            assertEquals(i, pieces.next(1));
        }
        assertEquals(0, pieces.room(1));
        pieces.arrived(1);
        assertEquals(0, pieces.room(1), "the oldest counts");
        pieces.arrived(0);
        assertEquals(1, pieces.room(1));
        assertFalse(pieces.isEmpty());

        SendWindow receiver = new SendWindow(100, 10);
        receiver.limit(5);
        assertEquals(5, receiver.room(50));
        receiver.next(5);
        assertEquals(0, receiver.room(1));
        receiver.limit(4);
        receiver.limit(7);
        assertEquals(2, receiver.room(50));
    }
}
