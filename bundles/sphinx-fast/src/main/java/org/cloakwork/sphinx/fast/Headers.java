package org.cloakwork.sphinx.fast;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Route;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * Builds headers, those of a batch hop by hop together, so that they share inversions.
 * Source: protocol/1-sphinx, 4 and 6.
 */
final class Headers {

    static final int MAC_OFFSET = Field.BYTES;
    static final int BETA_OFFSET = MAC_OFFSET + Keys.MAC_LENGTH;
    static final int BETA_LENGTH = 300;
    /** A hop's share of beta: flag, version, address and delay, and the MAC of the layer below. */
    private static final int META_LENGTH = 1 + 3 + NodeAddress.LONG_LENGTH + Long.BYTES;
    static final int STEP_LENGTH = META_LENGTH + Keys.MAC_LENGTH;
    private static final int FINAL_META_LENGTH = 1 + 3 + 32 + 16;
    static final int KEYSTREAM_LENGTH = BETA_LENGTH + STEP_LENGTH;

    static final byte FORWARD_HOP = 1;
    static final byte FINAL_HOP = 2;

    private static final int CLAMPED_ZERO_BITS = 3;
    /** How much of an expanded secret includes the seed. */
    private static final int SEED_END = 64;

    private Headers() {
    }

    /** A header in the making. */
    static final class Draft {

        private final Route route;
        private final boolean legacy;
        private final byte[] target;
        private final byte[] secret;
        private final byte[] padding;
        private final byte[][] expanded;
        /** Legacy: the product of all factors so far; otherwise an eighth of the product of the clamped ones. */
        private final long[] scalar = new long[Scalars.LIMBS];
        private final byte[] sharedSecret = new byte[Field.BYTES];

        /** @param target at least as long as a header, which goes to its start */
        Draft(Route route, byte[] target, Randomness randomness) {
            int last = route.hops().size() - 1;
            this.route = route;
            this.target = target;
            legacy = Keys.isLegacy(route.version());
            secret = randomness.bytes(Field.BYTES);
            padding = randomness.bytes(BETA_LENGTH - last * STEP_LENGTH - FINAL_META_LENGTH);
            expanded = new byte[last + 1][];
            if (legacy) {
                Scalars.fromBytes(scalar, secret, 0, 0);
                Scalars.reduce(scalar, scalar);
            } else {
                Ladder.clamp(secret);
                Scalars.fromBytes(scalar, secret, 0, CLAMPED_ZERO_BITS);
            }
        }

        byte[] target() {
            return target;
        }

        int hops() {
            return expanded.length;
        }

        /** {@return what {@link Keys#expand} made of each hop's shared secret, as far as a sender needs it} */
        byte[][] expanded() {
            return expanded;
        }

        private void multiply(int hop, Tables tables, Fractions fractions, Workspace w) {
            if (hop == 0) {
                multiply(Tables.BASE_POINT, tables.ofBasePoint(), 0, target, fractions, w);
            }
            FixedBaseTable table = tables.of(route.hops().get(hop).key());
            multiply(route.hops().get(hop).key().bytes(), table, hop, sharedSecret, fractions, w);
        }

        private void multiply(byte[] point, FixedBaseTable table, int hop, byte[] result, Fractions fractions,
                              Workspace w) {
            if (legacy) {
                byte[] bytes = new byte[Field.BYTES];
                Scalars.toBytes(bytes, scalar);
                w.ladder.multiply(bytes, point, 0, result, 0);
            } else if (table != null) {
                fractions.add(table, scalar, result, w);
            } else {
                w.ladder.x25519(secret, 0, point, 0, result, 0);
                for (int i = 0; i < hop; i++) {
                    w.ladder.x25519(expanded[i], Keys.BLINDING_FACTOR, result, 0, result, 0);
                }
            }
        }

        private void expand(int hop, Keys keys) {
            boolean last = hop == expanded.length - 1;
            int wanted = !last ? Keys.REPLAY_TAG : Keys.usesSeeds(route.version()) ? SEED_END : Keys.BLINDING_FACTOR;
            expanded[hop] = keys.expand(sharedSecret, 0, wanted);
            if (!last) {
                byte[] bytes = Arrays.copyOfRange(expanded[hop], Keys.BLINDING_FACTOR, Keys.REPLAY_TAG);
                if (!legacy) {
                    Ladder.clamp(bytes);
                }
                long[] factor = new long[Scalars.LIMBS];
                Scalars.fromBytes(factor, bytes, 0, 0);
                Scalars.multiply(scalar, factor, scalar);
            }
        }

        private void write(Workspace w) {
            int last = expanded.length - 1;
            for (int hop = 0; hop <= last; hop++) {
                w.ciphers.keystream(expanded[hop], Keys.CIPHER_KEY, w.keystreams[hop]);
            }
            int finalLength = BETA_LENGTH - last * STEP_LENGTH;
            ByteBuffer beta = ByteBuffer.wrap(target, BETA_OFFSET, BETA_LENGTH).slice();
            putFlagAndVersion(beta, FINAL_HOP);
            beta.put(route.destination().address()).put(route.destination().identifier()).put(padding);
            Ciphers.xor(target, BETA_OFFSET, w.keystreams[last], 0, finalLength);
            writeFiller(BETA_OFFSET + finalLength, last, w);
            mac(last, w);
            for (int hop = last - 1; hop >= 0; hop--) {
                System.arraycopy(target, MAC_OFFSET, target, BETA_OFFSET + META_LENGTH,
                        Keys.MAC_LENGTH + BETA_LENGTH - STEP_LENGTH);
                beta.clear();
                putFlagAndVersion(beta, FORWARD_HOP);
                beta.put(route.hops().get(hop + 1).address().padded(NodeAddress.LONG_LENGTH));
                beta.putLong(route.hops().get(hop).delayNanos());
                Ciphers.xor(target, BETA_OFFSET, w.keystreams[hop], 0, BETA_LENGTH);
                mac(hop, w);
            }
        }

        private void putFlagAndVersion(ByteBuffer beta, byte flag) {
            beta.put(flag).put((byte) 0).putShort((short) route.version());
        }

        private void mac(int hop, Workspace w) {
            w.keys.mac(expanded[hop], Keys.MAC_KEY, target, BETA_OFFSET, BETA_LENGTH, target, MAC_OFFSET);
        }

        /** What the last hop finds behind its own share, after each earlier hop appended zeros and decrypted. */
        private void writeFiller(int from, int last, Workspace w) {
            Arrays.fill(target, from, BETA_OFFSET + BETA_LENGTH, (byte) 0);
            for (int hop = 0; hop < last; hop++) {
                int length = (hop + 1) * STEP_LENGTH;
                Ciphers.xor(target, from, w.keystreams[hop], KEYSTREAM_LENGTH - length, length);
            }
        }

        private void wipe() {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(scalar, 0);
            Arrays.fill(sharedSecret, (byte) 0);
        }
    }

    /** Completes the headers. */
    static void complete(List<Draft> drafts, Tables tables, Workspace w) {
        Fractions fractions = new Fractions(2 * drafts.size());
        for (int i = 0; i < PacketFormat.MAX_HOPS; i++) {
            int hop = i;
            List<Draft> pending = drafts.stream().filter(draft -> hop < draft.hops()).toList();
            pending.forEach(draft -> draft.multiply(hop, tables, fractions, w));
            fractions.resolve();
            pending.forEach(draft -> draft.expand(hop, w.keys));
        }
        for (Draft draft : drafts) {
            draft.write(w);
            draft.wipe();
        }
    }

    /** Points that wait for their denominators to be inverted together. */
    private static final class Fractions {

        private final long[][] numerators;
        private final long[][] denominators;
        private final byte[][] targets;
        private int count;

        Fractions(int capacity) {
            numerators = new long[capacity][Field.LIMBS];
            denominators = new long[capacity][Field.LIMBS];
            targets = new byte[capacity][];
        }

        void add(FixedBaseTable table, long[] scalar, byte[] target, Workspace w) {
            table.multiply(scalar, w.multiplication, numerators[count], denominators[count]);
            targets[count++] = target;
        }

        void resolve() {
            if (count > 0) {
                Inversion.invertAll(denominators, count);
            }
            for (int i = 0; i < count; i++) {
                Field.multiply(numerators[i], numerators[i], denominators[i]);
                Field.toBytes(targets[i], 0, numerators[i]);
            }
            count = 0;
        }
    }
}
