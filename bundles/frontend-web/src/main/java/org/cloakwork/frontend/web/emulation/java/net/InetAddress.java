package org.cloakwork.frontend.web.emulation.java.net;

import java.util.Arrays;

/** Of numbers; names are not looked up. */
public class InetAddress {

    static final int LENGTH_4 = 4;
    static final int LENGTH_6 = 16;

    private final byte[] octets;

    InetAddress(byte[] octets) {
        this.octets = octets.clone();
    }

    public static InetAddress getByAddress(byte[] octets) throws UnknownHostException {
        return switch (octets.length) {
            case LENGTH_4 -> new Inet4Address(octets);
            case LENGTH_6 -> isMapped(octets) ? new Inet4Address(Arrays.copyOfRange(octets, 12, LENGTH_6))
                    : new Inet6Address(octets);
            default -> throw new UnknownHostException("an address of " + octets.length + " bytes");
        };
    }

    public static InetAddress getByName(String text) throws UnknownHostException {
        try {
            return getByAddress(text.indexOf(':') < 0 ? four(text) : sixteen(text));
        } catch (IllegalArgumentException e) {
            throw new UnknownHostException(text);
        }
    }

    private static boolean isMapped(byte[] octets) {
        for (int i = 0; i < 10; i++) {
            if (octets[i] != 0) {
                return false;
            }
        }
        return octets[10] == -1 && octets[11] == -1;
    }

    private static byte[] sixteen(String text) {
        int gap = text.indexOf("::");
        byte[] head = groups(gap < 0 ? text : text.substring(0, gap));
        byte[] tail = gap < 0 ? new byte[0] : groups(text.substring(gap + 2));
        if (gap < 0 ? head.length != LENGTH_6 : head.length + tail.length > LENGTH_6 - 2) {
            throw new IllegalArgumentException();
        }
        byte[] all = Arrays.copyOf(head, LENGTH_6);
        System.arraycopy(tail, 0, all, LENGTH_6 - tail.length, tail.length);
        return all;
    }

    private static byte[] four(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != LENGTH_4) {
            throw new IllegalArgumentException();
        }
        byte[] octets = new byte[LENGTH_4];
        for (int i = 0; i < LENGTH_4; i++) {
            octets[i] = (byte) number(parts[i], 3, 10, 255);
        }
        return octets;
    }

    private static byte[] groups(String text) {
        byte[] octets = new byte[0];
        if (text.isEmpty()) {
            return octets;
        }
        for (String group : text.split(":", -1)) {
            byte[] more = group.indexOf('.') >= 0 ? four(group) : two(number(group, 4, 16, 0xffff));
            octets = Arrays.copyOf(octets, octets.length + more.length);
            System.arraycopy(more, 0, octets, octets.length - more.length, more.length);
            if (octets.length > LENGTH_6) {
                throw new IllegalArgumentException();
            }
        }
        return octets;
    }

    private static byte[] two(int group) {
        return new byte[] {(byte) (group >> 8), (byte) group};
    }

    private static int number(String digits, int most, int radix, int limit) {
        int value = 0;
        if (digits.isEmpty() || digits.length() > most) {
            throw new IllegalArgumentException();
        }
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) < 128 ? Character.digit(digits.charAt(i), radix) : -1;
            if (digit < 0) {
                throw new IllegalArgumentException();
            }
            value = value * radix + digit;
        }
        if (value > limit) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    public boolean isLoopbackAddress() {
        if (octets.length == LENGTH_4) {
            return octets[0] == 127;
        }
        byte[] one = new byte[LENGTH_6];
        one[LENGTH_6 - 1] = 1;
        return Arrays.equals(octets, one);
    }

    public byte[] getAddress() {
        return octets.clone();
    }

    public String getHostAddress() {
        StringBuilder text = new StringBuilder();
        if (octets.length == LENGTH_4) {
            for (int i = 0; i < LENGTH_4; i++) {
                text.append(i == 0 ? "" : ".").append(octets[i] & 255);
            }
        } else {
            for (int i = 0; i < LENGTH_6; i += 2) {
                text.append(i == 0 ? "" : ":")
                        .append(Integer.toHexString((octets[i] & 255) << 8 | octets[i + 1] & 255));
            }
        }
        return text.toString();
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InetAddress address && Arrays.equals(address.octets, octets);
    }

    @Override
    public String toString() {
        return "/" + getHostAddress();
    }
}
