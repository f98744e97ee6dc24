package org.cloakwork.spi.frontend;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Whose program is at the other end of a connection over loopback: Linux tells the user of each TCP socket in
 * {@code /proc/net/tcp} and {@code tcp6}.
 *
 * @since 1.2
 */
public final class LocalPeer {

    private static final Path OURSELVES = Path.of("/proc/self");
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    /** The table may change while it is read, so that a row is missed. */
    private static final int ATTEMPTS = 3;
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int STATE = 3;
    private static final int USER = 7;
    private static final int INODE = 9;
    private static final int FIELDS = 10;
    /** Established, and closed by the other end in one direction: the states of one that has been accepted. */
    private static final Set<String> STATES = Set.of("01", "04", "05", "08");
    private static final int IPV4_LENGTH = 4;
    private static final int IPV6_LENGTH = 16;

    private LocalPeer() {
    }

    private static final class Told {

        /** Whether the kernel tells it right is tried out, once, with a connection of our own. */
        private static final boolean HERE = tryOut();

        private static boolean tryOut() {
            if (!Files.exists(OURSELVES)) {
                return false;
            }
            InetAddress loopback = InetAddress.getLoopbackAddress();
            try (ServerSocket listener = new ServerSocket(0, 1, loopback);
                 Socket there = new Socket(loopback, listener.getLocalPort()); Socket here = listener.accept()) {
                return is(here, ourselves()) && !is(here, ourselves() + 1) && there.isConnected();
            } catch (IOException | RuntimeException e) {
                return false;
            }
        }

        private static boolean is(Socket accepted, int user) throws IOException {
            OptionalInt found = user((InetSocketAddress) accepted.getRemoteSocketAddress(),
                    (InetSocketAddress) accepted.getLocalSocketAddress());
            return found.isPresent() && found.getAsInt() == user;
        }
    }

    /** {@return whether it can be told on this system} */
    public static boolean isTold() {
        return Told.HERE;
    }

    /**
     * Tells whether the program at the other end runs as the same user as this process. To be asked as soon as the
     * connection is accepted and before anything is done for it: who has closed it already is nobody.
     *
     * @param peer the other end of an accepted connection
     * @param own  this end
     * @return whether that is so; true where it cannot be told ({@link #isTold})
     */
    public static boolean isSameUser(InetSocketAddress peer, InetSocketAddress own) {
        if (!isTold()) {
            return true;
        }
        try {
            OptionalInt user = user(peer, own);
            return user.isPresent() && user.getAsInt() == ourselves();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Tells whether the other end is a socket of this process.
     *
     * @param peer the other end of an accepted connection
     * @param own  this end
     * @return whether that is so; false where it cannot be told
     * @since 1.3
     */
    public static boolean isThisProcess(InetSocketAddress peer, InetSocketAddress own) {
        if (!isTold()) {
            return false;
        }
        try {
            Optional<Row> row = find(peer, own);
            return row.isPresent() && isOpenHere("socket:[" + row.get().inode() + ']');
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isOpenHere(String socket) throws IOException {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(OURSELVES.resolve("fd"))) {
            for (Path descriptor : open) {
                try {
                    if (Files.readSymbolicLink(descriptor).toString().equals(socket)) {
                        return true;
                    }
                } catch (IOException e) {
                    // closed meanwhile
                }
            }
        }
        return false;
    }

    private static int ourselves() throws IOException {
        return (int) Files.getAttribute(OURSELVES, "unix:uid");
    }

    private record Row(int user, String inode) {
    }

    private static OptionalInt user(InetSocketAddress peer, InetSocketAddress own) throws IOException {
        return user(find(peer, own));
    }

    private static OptionalInt user(Optional<Row> row) {
        return row.isPresent() ? OptionalInt.of(row.get().user()) : OptionalInt.empty();
    }

    private static Optional<Row> find(InetSocketAddress peer, InetSocketAddress own) throws IOException {
        Optional<Row> row = Optional.empty();
        for (int attempt = 0; attempt < ATTEMPTS && row.isEmpty(); attempt++) {
            for (Path table : TABLES) {
                if (row.isEmpty() && Files.exists(table)) {
                    try (BufferedReader rows = Files.newBufferedReader(table, StandardCharsets.US_ASCII)) {
                        row = find(rows, peer, own);
                    }
                }
            }
        }
        return row;
    }

    /** @param rows a table of the kernel's, with its heading */
    static OptionalInt user(BufferedReader rows, InetSocketAddress peer, InetSocketAddress own) throws IOException {
        return user(find(rows, peer, own));
    }

    private static Optional<Row> find(BufferedReader rows, InetSocketAddress peer, InetSocketAddress own)
            throws IOException {
        Set<String> theirs = Set.of(row(peer, IPV4_LENGTH), row(peer, IPV6_LENGTH));
        Set<String> ours = Set.of(row(own, IPV4_LENGTH), row(own, IPV6_LENGTH));
        for (String line = rows.readLine(); line != null; line = rows.readLine()) {
            String[] fields = line.strip().split(" +");
            // A socket that nobody holds any more has no inode, and then what stands for its user is root's number.
            if (fields.length >= FIELDS && theirs.contains(fields[LOCAL]) && ours.contains(fields[REMOTE])
                    && STATES.contains(fields[STATE]) && !fields[INODE].equals("0")) {
                return Optional.of(new Row(Integer.parseUnsignedInt(fields[USER]), fields[INODE]));
            }
        }
        return Optional.empty();
    }

    /** An address as the kernel writes it: words of four bytes in the order of this machine, in hexadecimal. */
    private static String row(InetSocketAddress address, int length) {
        byte[] bytes = address.getAddress().getAddress();
        ByteBuffer wide = ByteBuffer.allocate(IPV6_LENGTH);
        if (bytes.length == IPV4_LENGTH) {
            wide.put(IPV6_LENGTH - IPV4_LENGTH - 2, new byte[]{-1, -1}).put(IPV6_LENGTH - IPV4_LENGTH, bytes);
        } else {
            wide.put(0, bytes);
        }
        ByteBuffer words = ByteBuffer.allocate(length);
        for (int i = 0; i < length; i += Integer.BYTES) {
            words.putInt(wide.order(ByteOrder.nativeOrder()).getInt(IPV6_LENGTH - length + i));
        }
        return HexFormat.of().withUpperCase().formatHex(words.array()) + ':'
                + HexFormat.of().withUpperCase().toHexDigits((short) address.getPort());
    }
}
