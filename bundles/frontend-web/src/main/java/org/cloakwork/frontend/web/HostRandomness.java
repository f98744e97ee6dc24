package org.cloakwork.frontend.web;

import java.util.Arrays;
import org.cloakwork.spi.runtime.Randomness;

/** Random bytes of the host, taken in portions; each is used once. */
final class HostRandomness implements Randomness {

    private static final int PORTION = 4096;

    private final Host host;
    private byte[] portion = new byte[0];
    private int used;

    HostRandomness(Host host) {
        this.host = host;
    }

    @Override
    public void fill(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            if (used == portion.length) {
                portion = host.random(PORTION).copyToJavaArray();
                used = 0;
            }
            int part = Math.min(bytes.length - at, portion.length - used);
            System.arraycopy(portion, used, bytes, at, part);
            Arrays.fill(portion, used, used + part, (byte) 0);
            used += part;
            at += part;
        }
    }
}
