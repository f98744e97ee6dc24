package org.cloakwork.proxy;

import java.util.Locale;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * Where a program wants to be connected to. A name is looked up by the exit, never here.
 *
 * @param host a name; an IPv4 address; or an IPv6 address in eight groups without brackets, as Nym's client writes it
 * @param port 0 to 65535
 */
public record Target(String host, int port) {

    /** The longest that SOCKS can say; names of the DNS have 253 bytes at most. */
    public static final int LONGEST_HOST = 255;
    private static final int IPV6_LENGTH = 16;

    public Target {
        if (host.isEmpty() || host.length() > LONGEST_HOST) {
            throw new IllegalArgumentException("a host has 1 to " + LONGEST_HOST + " characters");
        }
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("a port is a number from 0 to 65535");
        }
    }

    /**
     * Reads what stands in an address of the web: {@code name:port}, {@code 192.0.2.1:80}, {@code [2001:db8::1]:443}.
     *
     * @param authority   without a user
     * @param defaultPort if it has none; negative: it must have one
     * @return the target
     * @throws IllegalArgumentException if it is none, for people
     */
    public static Target parse(String authority, int defaultPort) {
        int bracket = authority.lastIndexOf(']');
        int colon = authority.indexOf(':', bracket + 1);
        String host = colon < 0 ? authority : authority.substring(0, colon);
        int port = colon < 0 ? defaultPort : port(authority.substring(colon + 1));
        if (port < 0) {
            throw new IllegalArgumentException("the target has no port");
        }
        if (bracket >= 0) {
            if (!host.startsWith("[") || !host.endsWith("]")) {
                throw new IllegalArgumentException("an IPv6 address stands in brackets");
            }
            return new Target(ipv6(NodeAddress.parseIp(host.substring(1, host.length() - 1)).getAddress()), port);
        }
        if (!host.chars().allMatch(c -> c > ' ' && c < 0x7f && "/\\@?#\"<>[]".indexOf(c) < 0)) {
            throw new IllegalArgumentException("the target's name has characters that names do not have");
        }
        return new Target(host, port);
    }

    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("a port is a number from 0 to 65535");
        }
        return Integer.parseInt(text);
    }

    /**
     * @param address of four bytes
     * @return its text
     */
    public static String ipv4(byte[] address) {
        return (address[0] & 0xff) + "." + (address[1] & 0xff) + "." + (address[2] & 0xff) + "." + (address[3] & 0xff);
    }

    /**
     * @param address of sixteen bytes
     * @return eight groups
     */
    public static String ipv6(byte[] address) {
        if (address.length != IPV6_LENGTH) {
            throw new IllegalArgumentException("an IPv6 address has " + IPV6_LENGTH + " bytes");
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < address.length; i += 2) {
            text.append(i == 0 ? "" : ":")
                    .append(Integer.toHexString((address[i] & 0xff) << 8 | address[i + 1] & 0xff));
        }
        return text.toString();
    }

    /**
     * {@return the host; names, which have no case, in lower case; of what a client serves, the last labels: others
     * before them lead to the same one}
     */
    public String destination() {
        if (MixnetAddress.isHostName(host)) {
            return MixnetAddress.shortName(host).map(name -> name + ".nym").orElseGet(this::address);
        }
        return host.toLowerCase(Locale.ROOT);
    }

    private String address() {
        try {
            return MixnetAddress.parse(host).toHostName();
        } catch (IllegalArgumentException e) {
            return host.toLowerCase(Locale.ROOT);
        }
    }

    /** {@return {@code host:port}, as exits take it} */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
