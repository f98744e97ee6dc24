package org.cloakwork.sphinx.bouncycastle;

import org.cloakwork.spi.sphinx.PacketFormat;

/** The two things a version decides; unknown ones are like the newest. Source: protocol/1-sphinx, 5. */
final class Versions {

    private static final int INITIAL_LEGACY = 1;
    private static final int UPDATED_LEGACY = 257;

    private Versions() {
    }

    /** Whether points are blinded with reduced, unclamped scalars. */
    static boolean isLegacy(int version) {
        return version == INITIAL_LEGACY || version == UPDATED_LEGACY;
    }

    static boolean usesSeeds(int version) {
        return !isLegacy(version) && version != PacketFormat.VERSION_EXPLICIT_KEYS;
    }
}
