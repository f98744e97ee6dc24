package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Slices;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.MixFrame;
import org.cloakwork.wire.MixFrameDecoder;
import org.cloakwork.wire.PacketSize;
import org.cloakwork.wire.WireException;

/** The stream between mix nodes, cut anywhere. */
public final class MixFrames implements Target {

    private static final int HEADER_AND_LARGEST = 4 + PacketSize.EXTENDED_32.packetLength();

    @Override
    public String name() {
        return "mix-frames";
    }

    @Override
    public Stream<byte[]> seeds() {
        byte[] ack = new byte[PacketSize.ACK.packetLength()];
        return Stream.concat(Seeds.bytes("framing.json", "header").map(header -> with(header, ack)),
                Stream.of(with(new byte[] {8, 2, 0, 1}, with(ack, with(new byte[] {7, 2, 0}, ack)))));
    }

    private static byte[] with(byte[] head, byte[] tail) {
        byte[] both = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, both, head.length, tail.length);
        return both;
    }

    /** The first byte says how it is cut. */
    @Override
    public void check(byte[] input) throws WireException {
        Slices in = new Slices(input);
        int most = 1 + 8 * in.u8();
        MixFrameDecoder decoder = new MixFrameDecoder();
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        int fed = 0;
        while (in.hasMore()) {
            byte[] next = in.upTo(most);
            decoder.feed(next, 0, next.length);
            fed += next.length;
            try {
                for (Optional<MixFrame> frame = decoder.next(); frame.isPresent(); frame = decoder.next()) {
                    int from = 1 + written.size();
                    byte[] bytes = frame.get().encode(input[from] == 7);
                    requireSame(Arrays.copyOfRange(input, from, from + bytes.length), bytes);
                    written.writeBytes(bytes);
                    MixFrameDecoder another = new MixFrameDecoder();
                    another.feed(bytes, 0, bytes.length);
                    requireSame(frame, another.next());
                    require(another.buffered() == 0, "more is written than read");
                }
            } catch (WireException e) {
                requireFailed(decoder, e);
                return;
            }
            require(decoder.buffered() < HEADER_AND_LARGEST, decoder.buffered() + " bytes wait");
            require(written.size() + decoder.buffered() == fed, "bytes are lost");
        }
    }

    private static void requireFailed(MixFrameDecoder decoder, WireException failure) {
        require(decoder.buffered() == 0, "a stream that has failed holds bytes");
        try {
            throw new AssertionError("after a failure there is " + decoder.next());
        } catch (WireException again) {
            require(again == failure, "another failure");
        }
    }
}
