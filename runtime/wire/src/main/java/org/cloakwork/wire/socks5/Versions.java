package org.cloakwork.wire.socks5;

/**
 * The versions a request is written in; the {@linkplain #answer answer} is written in the same. Numbers 0 to 2 on the
 * wire mean that there is no version, which is 0 here. Source: protocol/6-frontends, 2.2.
 *
 * @param providerInterface the framing common to all of Nym's service providers, 0 to 255
 * @param protocol          of what is inside, 0 to 255
 */
public record Versions(int providerInterface, int protocol) {

    /** What Nym's clients of release 2026.9 write. */
    public static final Versions CURRENT = new Versions(3, 3);
    /**
     * What a client writes that understands {@link ProviderResponse.Window}. To Nym's exits the interface version is
     * just a number, which they put into the answer; an exit that understands windows puts another one.
     */
    public static final Versions WINDOWS = new Versions('W', 3);
    private static final int WINDOWS_ANSWER = 'X';
    /** What each end may send before it hears of a window, where both understand them. */
    public static final int FIRST_WINDOW_BYTES = 64 * 1024;

    static final int NEWEST_PROTOCOL = 3;
    private static final int LAST_UNVERSIONED = 2;

    public Versions {
        check(providerInterface);
        check(protocol);
        if (providerInterface == 0 && protocol != 0) {
            throw new IllegalArgumentException("a protocol version cannot be told without an interface version");
        }
    }

    private static void check(int version) {
        if (version < 0 || version > 255 || version == 1 || version == LAST_UNVERSIONED) {
            throw new IllegalArgumentException("a version is 0 or 3 to 255, not " + version);
        }
    }

    /** {@return the version that a byte tells; 0 if it tells none} */
    static int of(byte first) {
        int version = first & 0xff;
        return version <= LAST_UNVERSIONED ? 0 : version;
    }

    /** {@return whether the client that wrote a request understands windows} */
    public boolean hasWindows() {
        return providerInterface == WINDOWS.providerInterface;
    }

    /** {@return whether the exit that wrote an answer understands windows} */
    public boolean answersWithWindows() {
        return providerInterface == WINDOWS_ANSWER;
    }

    /** {@return what an exit that understands windows answers with} */
    public Versions answer() {
        return hasWindows() ? new Versions(WINDOWS_ANSWER, protocol) : this;
    }
}
