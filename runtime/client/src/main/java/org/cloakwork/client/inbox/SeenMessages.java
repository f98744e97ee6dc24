package org.cloakwork.client.inbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.cloakwork.api.SenderTag;
import org.cloakwork.client.base.Way;
import org.cloakwork.client.store.Ledger;
import org.cloakwork.client.store.Saved;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.Hashes;

/**
 * Which messages there were: a mark of eight bytes for each, for as long as a million others have not come since. A
 * gateway has every packet that it ever delivered, and our key does not change, so that any of them can come again; so
 * can a copy that the gateway held back.
 *
 * <p>The mark is of the message and of the number its sender drew for its fragments, one of 2^31. A message that says
 * byte for byte what an earlier one did, as those with reply blocks never do, is taken for it once in so many.
 */
final class SeenMessages {

    /** Some eight megabytes; the oldest are forgotten, so many at a time. */
    static final int MOST = 1 << 20;
    static final int CHUNK = 4096;
    /** Marks in a row of the store, which is written again with each. */
    static final int ROW = 64;

    /** Marks in order once it is full, and the rows they are in. */
    private static final class Chunk {
        private final long[] marks = new long[CHUNK];
        private int count;
        private final long firstRow;
        private long lastRow;

        Chunk(long firstRow) {
            this.firstRow = firstRow;
            lastRow = firstRow;
        }
    }

    private final byte[] key;
    private final Ledger ledger;
    /** The oldest first; the last one is being filled. */
    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private final long[] row = new long[ROW];
    private int rowCount;
    private long rowNumber;

    /**
     * @param own    without it nobody can tell by a mark what a message said
     * @param ledger told what comes and goes
     */
    SeenMessages(EncryptionKeyPair own, Ledger ledger) {
        key = Hashes.blake3("seen messages".getBytes(StandardCharsets.US_ASCII), own.privateBytes());
        this.ledger = ledger;
    }

    /** @param rows that an earlier client wrote, in order */
    void restore(List<Saved.Seen> rows) {
        for (Saved.Seen saved : rows) {
            rowNumber = saved.row();
            for (long mark : saved.marks()) {
                add(mark);
            }
            rowNumber++;
        }
    }

    /**
     * @param way    how it came: each has a memory of its own, otherwise whoever says the same over two of them learns
     *               whether they are of one client
     * @param setId  of its first fragments
     * @param padded the message
     * @return whether it is new; it is known from now on
     */
    boolean add(Way way, int setId, byte[] padded) {
        byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(setId).array();
        long mark = ByteBuffer.wrap(Hashes.blake3(key, bytes(way), number, padded)).getLong();
        if (contains(mark)) {
            return false;
        }
        row[rowCount++] = mark;
        ledger.seen(rowNumber, Arrays.copyOf(row, rowCount));
        add(mark);
        if (rowCount == ROW) {
            rowCount = 0;
            rowNumber++;
        }
        return true;
    }

    private static byte[] bytes(Way way) {
        return switch (way) {
            case Way.Address() -> new byte[1];
            case Way.ReplyBlock(var ownTag) -> ownTag.map(SenderTag::bytes).orElse(new byte[2]);
        };
    }

    private void add(long mark) {
        Chunk last = chunks.peekLast();
        if (last == null || last.count == CHUNK) {
            if (chunks.size() == MOST / CHUNK) {
                Chunk gone = chunks.removeFirst();
                ledger.unseen(gone.firstRow, gone.lastRow);
            }
            last = new Chunk(rowNumber);
            chunks.addLast(last);
        }
        last.marks[last.count++] = mark;
        last.lastRow = rowNumber;
        if (last.count == CHUNK) {
            Arrays.sort(last.marks);
        }
    }

    private boolean contains(long mark) {
        for (Chunk chunk : chunks) {
            if (chunk.count == CHUNK ? Arrays.binarySearch(chunk.marks, mark) >= 0 : isAmong(chunk, mark)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAmong(Chunk chunk, long mark) {
        for (int i = 0; i < chunk.count; i++) {
            if (chunk.marks[i] == mark) {
                return true;
            }
        }
        return false;
    }
}
