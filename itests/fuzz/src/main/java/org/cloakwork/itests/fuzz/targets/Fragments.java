package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;
import static org.cloakwork.itests.fuzz.Values.requireSame;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Slices;
import org.cloakwork.itests.fuzz.Target;
import org.cloakwork.wire.Chunking;
import org.cloakwork.wire.Fragment;
import org.cloakwork.wire.Reassembler;
import org.cloakwork.wire.WireException;

/** Fragments: each by itself, what puts any of them together, and a message that was cut. */
public final class Fragments implements Target {

    private static final int MAX_BYTES = 8192;
    private static final int MAX_SETS = 4;
    private static final int MAX_COMPLETED = 3;

    @Override
    public String name() {
        return "fragments";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.all(List.of(Seeds.bytes("fragments.json", "bytes"),
                Stream.of(new byte[] {9, 0, 0, (byte) 0x80, 0, 0, 1, 1, 1, 0, 1, 2},
                        new byte[] {8, 1, 1, (byte) 0x80, 0, 0, 1, 2, 2, 0, 1, 8, 1, 1, (byte) 0x80, 0, 0, 1, 2, 1, 0,
                            7})));
    }

    @Override
    public long maxAllocatedBytes(int inputBytes) {
        // Of a set of 255 places the places are made at once.
        return 256 * 1024 + 1024L * inputBytes;
    }

    @Override
    public void check(byte[] input) {
        try {
            Fragment fragment = Fragment.parse(input);
            requireSame(input, fragment.bytes());
            require(fragment.length() == input.length && fragment.position() <= fragment.total(), "wrong lengths");
        } catch (WireException e) {
            // not one
        }
        any(new Slices(input));
        cut(input);
    }

    /** Length 1, way 1, later by 1, then the fragment, and so on. */
    private static void any(Slices in) {
        Reassembler<Integer> reassembler =
                new Reassembler<>(MAX_BYTES, MAX_SETS, Duration.ofNanos(100), MAX_COMPLETED);
        long now = 0;
        while (in.hasMore()) {
            int length = in.u8();
            int way = in.u8() & 1;
            now += in.u8();
            try {
                if (reassembler.add(way, Fragment.parse(in.upTo(length)), now)
                        instanceof Reassembler.Complete(byte[] padded, int ignored)) {
                    require(padded.length <= MAX_BYTES, "a message longer than all that may be held");
                }
            } catch (WireException e) {
                // not one
            }
            require(reassembler.bytesHeld() >= 0 && reassembler.bytesHeld() <= MAX_BYTES
                    && reassembler.setsHeld() <= MAX_SETS, "held are " + reassembler.bytesHeld() + " bytes");
        }
        reassembler.dropStale(now + 100);
        require(reassembler.bytesHeld() == 0 && reassembler.setsHeld() == 0, "something stays for ever");
    }

    private static void cut(byte[] message) {
        if (message.length == 0) {
            return;
        }
        AtomicInteger setIds = new AtomicInteger(message[0] & 0xff);
        List<Fragment> fragments =
                Chunking.split(message, Fragment.LINKED_HEADER_LENGTH + 1 + (message[0] & 0xf),
                setIds::incrementAndGet);
        Reassembler<Integer> reassembler = new Reassembler<>(1 << 24, 100, Duration.ofDays(1), 100);
        byte[] whole = null;
        for (int i = 0; i < fragments.size(); i++) {
            Fragment next = fragments.get(message[0] < 0 ? i : fragments.size() - 1 - i);
            Reassembler.Result result = reassembler.add(0, next, 0);
            require(result instanceof Reassembler.Complete == (i == fragments.size() - 1), "complete at another place");
            whole = result instanceof Reassembler.Complete(byte[] padded, int ignored) ? padded : null;
        }
        requireSame(message, whole);
    }
}
