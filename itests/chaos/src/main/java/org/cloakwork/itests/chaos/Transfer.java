package org.cloakwork.itests.chaos;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Random;

/**
 * Bytes both ways over one connection through SOCKS: a seed (8), how many go up (4) and come down (4), what goes up;
 * then the SHA-256 of what came up and what comes down. What goes either way follows from the seed.
 *
 * @param socks    the door
 * @param target   a {@link Target}, or what stands before it
 * @param seed     of the bytes
 * @param up       how many
 * @param down     how many
 * @param patience for each read
 */
public record Transfer(InetSocketAddress socks, InetSocketAddress target, long seed, int up, int down,
                       Duration patience) {

    /** How it ended. */
    public enum End {
        /** Both digests are right. */
        RIGHT,
        /** The connection was refused or ended, and whoever used it knows. */
        BROKEN,
        /** Bytes came that were not sent. */
        WRONG,
        /** Nobody said anything any more. */
        SILENT
    }

    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int SOCKS_VERSION = 5;
    private static final int REPLY_BYTES = 10;
    /** The other way's bytes. */
    private static final long BACK = 0x5deece66dL;

    /** {@return how it ended, once it has} */
    public End run() {
        try (Socket socket = new Socket()) {
            socket.connect(socks, (int) patience.toMillis());
            socket.setSoTimeout((int) patience.toMillis());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            if (!isOpened(out, in)) {
                return End.BROKEN;
            }
            out.writeLong(seed);
            out.writeInt(up);
            out.writeInt(down);
            Thread sender = Thread.ofVirtual().name("transfer-up").start(() -> {
                try {
                    write(out, seed, up);
                } catch (IOException e) {
                    // The reading side says how it ended.
                }
            });
            try {
                byte[] said = in.readNBytes(digestOf(seed, 0).length);
                if (said.length < digestOf(seed, 0).length) {
                    return End.BROKEN;
                }
                DigestInputStream digested = new DigestInputStream(in, sha256());
                if (read(digested, down) < down) {
                    return End.BROKEN;
                }
                return MessageDigest.isEqual(said, digestOf(seed, up))
                        && MessageDigest.isEqual(digested.getMessageDigest().digest(), digestOf(seed ^ BACK, down))
                        ? End.RIGHT : End.WRONG;
            } finally {
                socket.close();
                sender.join();
            }
        } catch (SocketTimeoutException e) {
            return End.SILENT;
        } catch (IOException e) {
            return End.BROKEN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return End.BROKEN;
        }
    }

    /** Source: RFC 1928, 3 and 4. */
    private boolean isOpened(DataOutputStream out, DataInputStream in) throws IOException {
        byte[] host = target.getAddress().getHostAddress().getBytes(StandardCharsets.US_ASCII);
        out.write(new byte[] {SOCKS_VERSION, 1, 0});
        if (in.readUnsignedByte() != SOCKS_VERSION || in.readUnsignedByte() != 0) {
            return false;
        }
        out.write(new byte[] {SOCKS_VERSION, 1, 0, 3, (byte) host.length});
        out.write(host);
        out.writeShort(target.getPort());
        byte[] reply = in.readNBytes(REPLY_BYTES);
        return reply.length == REPLY_BYTES && reply[1] == 0;
    }

    private static void write(DataOutputStream out, long seed, int length) throws IOException {
        Random random = new Random(seed);
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int left = length; left > 0; left -= chunk.length) {
            random.nextBytes(chunk);
            out.write(chunk, 0, Math.min(left, chunk.length));
        }
        out.flush();
    }

    private static int read(InputStream in, int length) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        int total = 0;
        while (total < length) {
            int more = in.read(chunk, 0, Math.min(chunk.length, length - total));
            if (more < 0) {
                return total;
            }
            total += more;
        }
        return total;
    }

    private static byte[] digestOf(long seed, int length) {
        MessageDigest digest = sha256();
        Random random = new Random(seed);
        byte[] chunk = new byte[CHUNK_BYTES];
        for (int left = length; left > 0; left -= chunk.length) {
            random.nextBytes(chunk);
            digest.update(chunk, 0, Math.min(left, chunk.length));
        }
        return digest.digest();
    }

    /** {@return a fresh one} */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The server at the other end of all transfers. */
    public static final class Target implements AutoCloseable {

        private static final int LONGEST_TRANSFER = 1 << 28;

        private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());

        /** @throws IOException if there is no port */
        public Target() throws IOException {
            Thread.ofVirtual().name("transfer-target").start(this::accept);
        }

        /** {@return where it is} */
        public InetSocketAddress address() {
            return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = server.accept();
                    Thread.ofVirtual().name("transfer-target-connection").start(() -> serve(socket));
                }
            } catch (IOException e) {
                // closed
            }
        }

        private static void serve(Socket socket) {
            try (socket) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                long seed = in.readLong();
                int up = in.readInt();
                int down = in.readInt();
                // Where bits are changed on the way, it may be asked for anything.
                if (Math.max(up, down) > LONGEST_TRANSFER || Math.min(up, down) < 0) {
                    return;
                }
                DigestInputStream digested = new DigestInputStream(in, sha256());
                if (read(digested, up) == up) {
                    out.write(digested.getMessageDigest().digest());
                    write(out, seed ^ BACK, down);
                }
            } catch (IOException e) {
                // Whoever asked knows.
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
