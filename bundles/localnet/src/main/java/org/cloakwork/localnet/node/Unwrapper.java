package org.cloakwork.localnet.node;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloakwork.spi.runtime.Counters;
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
public final class Unwrapper {

    private final PacketFormat format;
    private volatile Keys keys;
    private final ReplayFilter seen;
    private final Counters<Counter> counters;

    private record Key(SphinxPrivateKey key, KeyRotation rotation) {
    }

    /** The present key, and around a change the next one or the one before. */
    private record Keys(Key primary, Optional<Key> second) {

        private List<SphinxPrivateKey> of(KeyRotation wanted) {
            return Stream.concat(Stream.of(primary), second.stream())
                    .filter(key -> wanted == KeyRotation.UNKNOWN || wanted == key.rotation).map(Key::key).toList();
        }
    }

    /**
     * @param format   how packets are made
     * @param key      the node's key
     * @param rotation the rotation it belongs to
     * @param seen     the node's filter
     * @param counters where drops are counted
     */
    public Unwrapper(PacketFormat format, SphinxPrivateKey key, KeyRotation rotation, ReplayFilter seen,
            Counters<Counter> counters) {
        this.format = format;
        this.keys = new Keys(new Key(key, rotation), Optional.empty());
        this.seen = seen;
        this.counters = counters;
    }

    /**
     * @param key      the next one; packets for it are taken from now on
     * @param rotation it belongs to, of the other parity
     */
    void announce(SphinxPrivateKey key, KeyRotation rotation) {
        keys = new Keys(keys.primary, Optional.of(new Key(key, rotation)));
    }

    /** What was announced is the present key now; the one before stays good for packets of its rotation. */
    void rotate() {
        keys = new Keys(keys.second.orElseThrow(), Optional.of(keys.primary));
    }

    /** Packets of the rotation before are dropped from now on. */
    void forgetPrevious() {
        keys = new Keys(keys.primary, Optional.empty());
    }

    /** {@return what was inside, empty if the packet was dropped and counted} */
    Optional<Processed> unwrap(MixFrame frame) {
        if (frame.type() != PacketType.MIX) {
            return drop(Counter.DROPPED_UNSUPPORTED_TYPE);
        }
        List<SphinxPrivateKey> candidates = keys.of(frame.rotation());
        if (candidates.isEmpty()) {
            return drop(Counter.DROPPED_UNKNOWN_ROTATION);
        }
        for (SphinxPrivateKey key : candidates) {
            try {
                Processed processed = format.process(frame.packet(), key);
                return seen.isFresh(processed.replayTag()) ? Optional.of(processed) : drop(Counter.DROPPED_REPLAY);
            } catch (SphinxException e) {
                // Of unknown rotation it may be for the other key.
            }
        }
        return drop(Counter.DROPPED_BAD_PACKET);
    }

    private Optional<Processed> drop(Counter reason) {
        counters.count(reason);
        return Optional.empty();
    }
}
