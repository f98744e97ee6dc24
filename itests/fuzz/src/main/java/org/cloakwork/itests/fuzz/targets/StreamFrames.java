package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.api.IdentityKey;
import org.cloakwork.api.StreamException;
import org.cloakwork.itests.fuzz.Slices;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.streams.End;
import org.cloakwork.streams.Reordering;
import org.cloakwork.streams.StreamFrame;
import org.cloakwork.wire.WireException;

/** Frames of streams, and pieces of one that come in any order. */
public final class StreamFrames implements Target {

    private static final int MAX_AHEAD = 20;
    private static final long FIRST_LIMIT = 64;
    private static final IdentityKey GATEWAY = new IdentityKey(new byte[IdentityKey.LENGTH]);

    @Override
    public String name() {
        return "stream-frames";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Stream.of(new StreamFrame.Open(1, 80, 1000), new StreamFrame.Accepted(2),
                new StreamFrame.Refused(3, StreamException.Reason.REFUSED),
                new StreamFrame.Data(4, End.CLOSED, 5, new byte[] {1, 2, 3}),
                new StreamFrame.Data(4, End.RESET, -1, new byte[0]), new StreamFrame.Window(6, 1 << 20, 7),
                new StreamFrame.Accepted(8, List.of(GATEWAY, GATEWAY)), new StreamFrame.Where(9),
                new StreamFrame.Here(10, GATEWAY, 11))
                .map(StreamFrame::toBytes);
    }

    @Override
    public void check(byte[] input) {
        byte[] framed = new StreamFrame.Accepted(0).toBytes();
        byte[] message = Arrays.copyOf(framed, Math.max(framed.length, Long.BYTES + input.length));
        System.arraycopy(input, 0, message, Long.BYTES, input.length);
        for (byte[] each : new byte[][] {input, message}) {
            if (StreamFrame.isOne(each)) {
                try {
                    StreamFrame frame = StreamFrame.parse(each);
                    if (frame instanceof StreamFrame.Refused || frame instanceof StreamFrame.Open) {
                        // Reasons of later versions are taken for the first one; the highest bit of a key says nothing.
                        requireSame(frame.toBytes(), StreamFrame.parse(frame.toBytes()).toBytes());
                    } else {
                        requireSame(each, frame.toBytes());
                    }
                } catch (WireException e) {
                    require(e.getMessage().length() <= 200, "an error without a limit");
                }
            }
        }
        reorder(new Slices(input));
    }

    /** Number 1, end and length 1, and so on; byte i of the stream is piece number times 7. */
    private static void reorder(Slices in) {
        Reordering reordering = new Reordering(MAX_AHEAD, FIRST_LIMIT);
        long limit = FIRST_LIMIT;
        long taken = 0;
        long lastNumber = 0;
        while (in.hasMore()) {
            int number = in.u8();
            int kind = in.u8();
            byte[] data = new byte[kind >> 3];
            Arrays.fill(data, (byte) (7 * number));
            End end = End.of((kind & 7) == 7 ? 1 : (kind & 7) == 6 ? 2 : 0);
            Reordering.Accepted accepted = reordering.accept(number, end, data);
            require(accepted != Reordering.Accepted.TOO_MUCH || data.length > 0, "no room for nothing");
            require(reordering.heldBytes() >= 0 && reordering.heldBytes() + reordering.takenBytes() <= limit,
                    "more is held than may come");
            int ready = reordering.readyBytes();
            for (Optional<byte[]> piece = reordering.take(); piece.isPresent(); piece = reordering.take()) {
                taken += piece.get().length;
                ready -= piece.get().length;
                lastNumber = reordering.next() - 1;
                require(piece.get()[0] == (byte) (7 * lastNumber), "piece " + lastNumber + " out of order");
            }
            require(ready == 0 && reordering.takenBytes() == taken, "ready and taken differ by " + ready);
            if (kind == 5) {
                limit += FIRST_LIMIT;
                reordering.raiseLimit(limit);
            }
        }
        require(reordering.ended() == End.NONE || reordering.heldBytes() == 0, "held after the end");
    }
}
