package org.cloakwork.spi.sphinx;

import org.cloakwork.spi.topology.NodeAddress;

/** What a node got out of a packet. The byte arrays are owned by the receiver. */
public sealed interface Processed {

    /** {@return 32 bytes that are equal for two packets exactly if one is a replay of the other} */
    byte[] replayTag();

    /** {@return the Sphinx version of the packet} */
    int version();

    /**
     * The packet goes on.
     *
     * @param next       whom it is for
     * @param delayNanos how long to hold it, u64
     * @param packet     what leaves, as long as what came
     * @param replayTag  see {@link Processed#replayTag}
     * @param version    see {@link Processed#version}
     */
    record Forward(NodeAddress next, long delayNanos, byte[] packet, byte[] replayTag, int version)
            implements Processed {
    }

    /**
     * The packet ends here.
     *
     * @param destination for whom
     * @param message     without zeros, marker and padding
     * @param replayTag   see {@link Processed#replayTag}
     * @param version     see {@link Processed#version}
     */
    record Final(Destination destination, byte[] message, byte[] replayTag, int version) implements Processed {
    }
}
