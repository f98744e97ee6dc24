package org.cloakwork.sphinx.fast;

import org.cloakwork.spi.sphinx.PacketFormat;

/** Everything a call needs besides its results; used by one thread at a time, then by another. */
final class Workspace {

    final Keys keys = new Keys();
    final Ciphers ciphers = new Ciphers();
    final Ladder ladder = new Ladder();
    final PointMultiples multiples = new PointMultiples();
    final FixedBaseTable.Workspace multiplication = new FixedBaseTable.Workspace();
    final byte[][] keystreams = new byte[PacketFormat.MAX_HOPS][Headers.KEYSTREAM_LENGTH];
    /** Of a hop that processes: what beta decrypts to. */
    final byte[] routing = new byte[Headers.KEYSTREAM_LENGTH];
    final byte[] mac = new byte[Keys.MAC_LENGTH];

    /** Forgets secrets. Keystreams protect what is on the wire already; they go with the next call. */
    void wipe() {
        keys.wipe();
        ciphers.wipe();
        ladder.wipe();
        multiples.wipe();
        multiplication.wipe();
    }
}
