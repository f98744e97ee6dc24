package org.cloakwork.spi.sphinx;

import java.util.List;
import java.util.Objects;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * The way of a packet.
 *
 * @param version     Sphinx version written into every layer, u16
 * @param hops        1 to 5 nodes, the last one delivers
 * @param destination written for the last hop
 */
public record Route(int version, List<Hop> hops, Destination destination) {

    /** Checks or copies what it is given. */
    public Route {
        if (version < 0 || version > 0xffff) {
            throw new IllegalArgumentException("version must be 0 to 65535, not " + version);
        }
        hops = List.copyOf(hops);
        if (hops.isEmpty() || hops.size() > PacketFormat.MAX_HOPS) {
            throw new IllegalArgumentException(
                    "a route has 1 to " + PacketFormat.MAX_HOPS + " hops, not " + hops.size());
        }
        Objects.requireNonNull(destination);
    }

    /** {@return the sum of the delays that are sent: all but the last hop's, in nanoseconds} */
    public long delayNanos() {
        return hops.subList(0, hops.size() - 1).stream().mapToLong(Hop::delayNanos).sum();
    }

    /**
     * A node on the way.
     *
     * @param address    where it takes mix packets
     * @param key        its Sphinx key
     * @param delayNanos how long it holds the packet, u64; not sent for the last hop
     */
    public record Hop(NodeAddress address, EncryptionKey key, long delayNanos) {

        /** Checks or copies what it is given. */
        public Hop {
            Objects.requireNonNull(address);
            Objects.requireNonNull(key);
        }
    }
}
