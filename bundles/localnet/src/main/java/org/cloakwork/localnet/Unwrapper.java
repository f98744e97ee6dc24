package org.cloakwork.localnet;

import java.util.Optional;
import org.cloakwork.spi.sphinx.PacketFormat;
import org.cloakwork.spi.sphinx.Processed;
import org.cloakwork.spi.sphinx.SphinxException;
import org.cloakwork.spi.sphinx.SphinxPrivateKey;
import org.cloakwork.spi.topology.KeyRotation;
import org.cloakwork.wire.MixFrame;
import org.cloakwork.wire.PacketType;

/**
 * What mixes and gateways do alike with a packet: peel the layer that is theirs, once. Safe for use by many threads.
 * Source: protocol/7-network, 4.2.
 */
final class Unwrapper {

    private final PacketFormat format;
    private volatile Keys keys;
    private final ReplayFilter seen;
    private final Counters counters;

    /** The key of a rotation, and for a while that of the rotation before. */
    private record Keys(SphinxPrivateKey key, KeyRotation rotation, Optional<Keys> previous) {

        private Optional<SphinxPrivateKey> of(KeyRotation wanted) {
            return wanted == KeyRotation.UNKNOWN || wanted == rotation ? Optional.of(key)
                    : previous.flatMap(keys -> keys.of(wanted));
        }
    }

    /**
     * @param format   how packets are made
     * @param key      the node's key
     * @param rotation the rotation it belongs to; packets of unknown rotation are tried with it, too
     * @param seen     the node's filter
     * @param counters where drops are counted
     */
    Unwrapper(PacketFormat format, SphinxPrivateKey key, KeyRotation rotation, ReplayFilter seen, Counters counters) {
        this.format = format;
        this.keys = new Keys(key, rotation, Optional.empty());
        this.seen = seen;
        this.counters = counters;
    }

    /**
     * @param key      the new one; the present one stays good for packets of its rotation
     * @param rotation it belongs to, of the other parity
     */
    void rotate(SphinxPrivateKey key, KeyRotation rotation) {
        keys = new Keys(key, rotation, Optional.of(new Keys(keys.key, keys.rotation, Optional.empty())));
    }

    /** Packets of the rotation before are dropped from now on. */
    void forgetPrevious() {
        keys = new Keys(keys.key, keys.rotation, Optional.empty());
    }

    /** {@return what was inside, empty if the packet was dropped and counted} */
    Optional<Processed> unwrap(MixFrame frame) {
        if (frame.type() != PacketType.MIX) {
            return drop(Counter.DROPPED_UNSUPPORTED_TYPE);
        }
        Optional<SphinxPrivateKey> key = keys.of(frame.rotation());
        if (key.isEmpty()) {
            return drop(Counter.DROPPED_UNKNOWN_ROTATION);
        }
        Processed processed;
        try {
            processed = format.process(frame.packet(), key.get());
        } catch (SphinxException e) {
            return drop(Counter.DROPPED_BAD_PACKET);
        }
        return seen.isFresh(processed.replayTag()) ? Optional.of(processed) : drop(Counter.DROPPED_REPLAY);
    }

    private Optional<Processed> drop(Counter reason) {
        counters.count(reason);
        return Optional.empty();
    }
}
