package org.cloakwork.spi.topology;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Where a node takes mix packets: a numeric IP and a port, never a host name. Source: protocol/2-packets, 5.
 *
 * <p>Bytes: type (4 or 6), port u16 big-endian, then the 4 or 16 octets: 7 or 19 bytes, zero-padded to 19 before a
 * SURB-ack and to 32 in Sphinx headers and SURBs.
 *
 * @param ip   the address
 * @param port 0 to 65535
 */
public record NodeAddress(InetAddress ip, int port) {

    private static final int GROUPS = 8;
    private static final int DIGITS_OF_A_GROUP = 4;
    private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    /** Others the JDK would look up. */
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

    /** Padded length before a SURB-ack. */
    public static final int SHORT_LENGTH = 19;
    /** Padded length in Sphinx headers and SURBs. */
    public static final int LONG_LENGTH = 32;

    /** Checks or copies what it is given. */
    public NodeAddress {
        Objects.requireNonNull(ip);
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
        }
    }

    /**
     * Reads the text form.
     *
     * @param text {@code a.b.c.d:port} or {@code [v6]:port}
     * @return the address
     * @throws IllegalArgumentException if the text is anything else, a host name included
     */
    public static NodeAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("node address \"" + text + "\" has no port");
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            InetAddress ip = parseIp(bracketed ? host.substring(1, host.length() - 1) : host);
            if (bracketed != (ip.getAddress().length == 16)) {
                throw new IllegalArgumentException("an IPv6 address stands in brackets");
            }
            return new NodeAddress(ip, port);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not ip:port with a numeric IP: " + e.getMessage(),
                    e);
        }
    }

    /**
     * Reads the text form of an address without a port.
     *
     * @param text a numeric IPv4 or IPv6 address
     * @return the address
     * @throws IllegalArgumentException if the text is anything else; nothing is looked up
     */
    public static InetAddress parseIp(String text) {
        boolean v4 = IPV4.matcher(text).matches();
        // What begins with a point the JDK would look up.
        boolean v6 = text.indexOf(':') >= 0 && text.matches("[0-9A-Fa-f:][0-9A-Fa-f:.]{1,44}")
                && hasShortGroups(text);
        if (!v4 && !v6) {
            throw new IllegalArgumentException("\"" + text + "\" is not a numeric IP address");
        }
        try {
            InetAddress ip = InetAddress.getByName(text);
            return v6 && ip.getAddress().length == 4 ? ipv4Mapped(ip.getAddress()) : ip;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a numeric IP address", e);
        }
    }

    /** The JDK lets groups of any length pass. */
    private static boolean hasShortGroups(String text) {
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            digits = text.charAt(i) == ':' || text.charAt(i) == '.' ? 0 : digits + 1;
            if (digits > DIGITS_OF_A_GROUP) {
                return false;
            }
        }
        return true;
    }

    /** The JDK turns IPv4-mapped text into an IPv4 address; on the wire it stays IPv6. */
    private static InetAddress ipv4Mapped(byte[] octets) throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(octets, 0, mapped, 12, octets.length);
        return Inet6Address.getByAddress(null, mapped, -1);
    }

    /**
     * Reads the address at an offset; padding after it is not looked at.
     *
     * @param bytes  where to read
     * @param offset where it starts
     * @return the address
     * @throws IllegalArgumentException if the type is not 4 or 6 or the bytes end early
     */
    public static NodeAddress fromBytes(byte[] bytes, int offset) {
        int left = bytes.length - offset;
        int octets = left < 1 ? -1 : switch (bytes[offset]) {
            case 4 -> 4;
            case 6 -> 16;
            default -> -1;
        };
        if (octets < 0) {
            throw new IllegalArgumentException("a node address starts with 4 or 6");
        }
        if (left < 3 + octets) {
            throw new IllegalArgumentException("a node address of " + (3 + octets) + " bytes is cut at " + left);
        }
        int port = (bytes[offset + 1] & 0xff) << 8 | bytes[offset + 2] & 0xff;
        byte[] ip = Arrays.copyOfRange(bytes, offset + 3, offset + 3 + octets);
        try {
            // Inet6Address.getByAddress keeps IPv4-mapped addresses as IPv6, as the wire does.
            return new NodeAddress(
                    octets == 4 ? InetAddress.getByAddress(ip) : Inet6Address.getByAddress(null, ip, -1), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** {@return 7 or 19 bytes, not padded} */
    public byte[] bytes() {
        return padded(3 + ip.getAddress().length);
    }

    /**
     * Writes the form that packets carry.
     *
     * @param length {@link #SHORT_LENGTH} or {@link #LONG_LENGTH}
     * @return the bytes, zero-padded to that length
     */
    public byte[] padded(int length) {
        byte[] octets = ip.getAddress();
        byte[] bytes = new byte[length];
        bytes[0] = (byte) (octets.length == 4 ? 4 : 6);
        bytes[1] = (byte) (port >>> 8);
        bytes[2] = (byte) port;
        System.arraycopy(octets, 0, bytes, 3, octets.length);
        return bytes;
    }

    /** {@return {@code a.b.c.d:port} or {@code [v6]:port}, the address as in RFC 5952} */
    @Override
    public String toString() {
        byte[] octets = ip.getAddress();
        return (octets.length == 4 ? dotted(octets, 0) : "[" + standard(octets) + "]") + ":" + port;
    }

    private static String dotted(byte[] octets, int from) {
        return (octets[from] & 0xff) + "." + (octets[from + 1] & 0xff) + "." + (octets[from + 2] & 0xff) + "."
                + (octets[from + 3] & 0xff);
    }

    private static int group(byte[] octets, int number) {
        return (octets[2 * number] & 0xff) << 8 | octets[2 * number + 1] & 0xff;
    }

    /** In place of the longest of two or more groups of zeros, the first of them, stand two colons. */
    private static String standard(byte[] octets) {
        int from = -1;
        int most = 1;
        for (int i = 0; i < GROUPS; i++) {
            int zeros = 0;
            while (i + zeros < GROUPS && group(octets, i + zeros) == 0) {
                zeros++;
            }
            if (zeros > most) {
                from = i;
                most = zeros;
            }
        }
        if (from == 0 && most == 5 && group(octets, 5) == 0xffff) {
            return "::ffff:" + dotted(octets, 12);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == from) {
                text.append("::");
                i += most - 1;
            } else {
                text.append(i == 0 || i == from + most && from >= 0 ? "" : ":")
                        .append(Integer.toHexString(group(octets, i)));
            }
        }
        return text.toString();
    }
}
