package org.cloakwork.wire.topology;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * What may stand as the host of a URI: a name of DNS (RFC 1123, 2.1) or a numeric address, and none of
 * the mixnet. Names that others announce
 * are checked with it before they are used.
 */
public final class HostName {

    private static final int MAX_LENGTH = 253;
    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    /** A last label that begins with a digit could be taken for a numeric address. */
    private static final Pattern NAME = Pattern.compile("(?:" + LABEL + "\\.)*(?=[A-Za-z])" + LABEL);
    private static final Pattern LOOPBACK_NAME = Pattern.compile("(?:.*\\.)?[Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]");

    private HostName() {
    }

    /**
     * @param text a host name, or a numeric address, an IPv6 one with brackets or without
     * @return the same, without brackets
     * @throws IllegalArgumentException if the text is anything else; nothing is looked up
     */
    public static String parse(String text) {
        if (text.length() <= MAX_LENGTH && NAME.matcher(text).matches() && !MixnetAddress.isHostName(text)) {
            return text;
        }
        boolean bracketed = text.startsWith("[") && text.endsWith("]") && text.indexOf(':') >= 0;
        String bare = bracketed ? text.substring(1, text.length() - 1) : text;
        try {
            NodeAddress.parseIp(bare);
            return bare;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a host name", e);
        }
    }

    /**
     * @param host as {@link #parse} returns it
     * @return whether it is this machine whatever DNS says: {@code localhost}, a name below it (RFC 6761, 6.3), or a
     *         numeric loopback address
     */
    public static boolean isLoopback(String host) {
        return NAME.matcher(host).matches() ? LOOPBACK_NAME.matcher(host).matches()
                : NodeAddress.parseIp(host).isLoopbackAddress();
    }

    /**
     * @param host as {@link #parse} returns it
     * @return as it stands in a URI, an IPv6 address in brackets
     */
    public static String inUri(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    /**
     * @param address of a host
     * @return as it stands in a URI, without a scope
     */
    public static String inUri(InetAddress address) {
        String text = new NodeAddress(address, 1).toString();
        return text.substring(0, text.lastIndexOf(':'));
    }

    /** {@return the address as in RFC 5952, without a scope} */
    static String text(InetAddress address) {
        return inUri(address).replaceAll("[\\[\\]]", "");
    }
}
