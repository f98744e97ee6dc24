package org.cloakwork.frontend.web.emulation.java.net;

/** Four bytes. */
public final class Inet4Address extends InetAddress {

    Inet4Address(byte[] octets) {
        super(octets);
    }
}
