package org.cloakwork.wire.socks5;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** Which addresses a rule of an {@link ExitPolicy} fits: all, all of a family, or those with a prefix. */
public final class AddressPattern {

    /** Fits every address. */
    public static final AddressPattern ANY = new AddressPattern("*", null, 0);

    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[0-9][0-9]?)";
    private static final Pattern V4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    /** What begins with a point the JDK would look up. */
    private static final Pattern V6 = Pattern.compile("(?!\\.)[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private final String text;
    /** 4 or 16 bytes; null for any. */
    private final byte[] prefix;
    private final int bits;

    private AddressPattern(String text, byte[] prefix, int bits) {
        this.text = text;
        this.prefix = prefix;
        this.bits = bits;
    }

    /**
     * @param text {@code *}, {@code *4}, {@code *6}, or an address with or without {@code /bits}; an IPv6 address may
     *             stand in brackets
     * @return the pattern
     * @throws IllegalArgumentException if it is none
     */
    public static AddressPattern parse(String text) {
        switch (text) {
            case "*" -> {
                return ANY;
            }
            case "*4" -> {
                return new AddressPattern(text, new byte[4], 0);
            }
            case "*6" -> {
                return new AddressPattern(text, new byte[16], 0);
            }
            default -> {
                int slash = text.indexOf('/');
                String address = slash < 0 ? text : text.substring(0, slash);
                byte[] prefix = literal(address);
                int bits = slash < 0 ? prefix.length * 8 : bits(text.substring(slash + 1), prefix.length * 8);
                return new AddressPattern(text, prefix, bits);
            }
        }
    }

    private static int bits(String text, int most) {
        if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) > most) {
            throw new IllegalArgumentException("\"/" + text + "\" is not 0 to " + most + " bits");
        }
        return Integer.parseInt(text);
    }

    private static byte[] literal(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String bare = bracketed ? text.substring(1, text.length() - 1) : text;
        if (!bracketed && V4.matcher(bare).matches() || V6.matcher(bare).matches()) {
            try {
                return InetAddress.getByName(bare).getAddress();
            } catch (UnknownHostException e) {
                // as below
            }
        }
        throw new IllegalArgumentException("\"" + text + "\" is no address: *, *4, *6, or one in digits");
    }

    /**
     * @param address of a target
     * @return whether it fits
     */
    public boolean matches(InetAddress address) {
        if (prefix == null) {
            return true;
        }
        byte[] bytes = address.getAddress();
        if (bytes.length != prefix.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit += 8) {
            int mask = bits - bit >= 8 ? 0xff : 0xff << 8 - (bits - bit) & 0xff;
            if ((bytes[bit / 8] & mask) != (prefix[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressPattern pattern && text.equals(pattern.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** {@return as it was written} */
    @Override
    public String toString() {
        return text;
    }
}
