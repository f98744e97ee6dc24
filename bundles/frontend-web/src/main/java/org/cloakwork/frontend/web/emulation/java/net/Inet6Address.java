package org.cloakwork.frontend.web.emulation.java.net;

/** Sixteen bytes; no scope. */
public final class Inet6Address extends InetAddress {

    Inet6Address(byte[] octets) {
        super(octets);
    }

    public static Inet6Address getByAddress(String host, byte[] octets, int scope) throws UnknownHostException {
        if (octets.length != LENGTH_6) {
            throw new UnknownHostException("an address of " + octets.length + " bytes");
        }
        return new Inet6Address(octets);
    }
}
