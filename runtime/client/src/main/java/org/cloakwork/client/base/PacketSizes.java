package org.cloakwork.client.base;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.wire.Chunking;
import org.cloakwork.wire.PacketSize;

/**
 * The sizes of the packets a client sends. Only with one size does a packet's size say nothing of what is inside; two
 * are Nym's compromise for much to send. Source: protocol/5-client, 2.4 and 3.
 *
 * @param primary           of packets
 * @param secondary         for messages that need fewer packets with it, if any
 * @param primaryCoverRatio which part of the cover packets is of the primary size if there are two, 0 to 1
 */
public record PacketSizes(PacketSize primary, Optional<PacketSize> secondary, double primaryCoverRatio) {

    /** Nym's. */
    public static final double DEFAULT_PRIMARY_COVER_RATIO = 0.7;
    /** Nym's: all packets are regular. */
    public static final PacketSizes REGULAR =
            new PacketSizes(PacketSize.REGULAR, Optional.empty(), DEFAULT_PRIMARY_COVER_RATIO);

    private static final int RATIO_STEPS = 1_000_000;
    private static final String NONE = "none";
    private static final Map<String, PacketSize> BY_NAME = Map.of("regular", PacketSize.REGULAR,
            "extended8", PacketSize.EXTENDED_8, "extended16", PacketSize.EXTENDED_16,
            "extended32", PacketSize.EXTENDED_32);

    /**
     * @param configuration with the keys {@code primary-packet-size} and {@code secondary-packet-size}
     *                      ({@code regular}, {@code extended8}, {@code extended16}, {@code extended32}; the secondary
     *                      also {@code none}) and {@code primary-cover-ratio}
     * @return the sizes
     * @throws IllegalArgumentException if one of them is wrong, naming it
     */
    public static PacketSizes of(PartConfiguration configuration) {
        Set<String> names = new TreeSet<>(BY_NAME.keySet());
        String primary = configuration.choice("primary-packet-size", "regular", names);
        names.add(NONE);
        String secondary = configuration.choice("secondary-packet-size", NONE, names);
        return new PacketSizes(BY_NAME.get(primary), Optional.ofNullable(BY_NAME.get(secondary)),
                configuration.decimal("primary-cover-ratio", DEFAULT_PRIMARY_COVER_RATIO, 0, 1));
    }

    /**
     * @param length of a message before its padding
     * @return the size of all its packets
     */
    public PacketSize forMessage(int length) {
        return secondary.filter(other -> packets(length, other) < packets(length, primary)).orElse(primary);
    }

    /** An estimate that Nym's clients share, so that all choose alike. Source: protocol/3-messages, 0.1. */
    private static int packets(int length, PacketSize size) {
        return Chunking.requiredFragments(length, size.fragmentLength() - 1).fragments();
    }

    /**
     * @param randomness to draw from
     * @return the size of a cover packet
     */
    public PacketSize forCover(Randomness randomness) {
        return secondary.filter(other -> randomness.nextInt(RATIO_STEPS) >= primaryCoverRatio * RATIO_STEPS)
                .orElse(primary);
    }
}
