package org.cloakwork.itests.line;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.util.Random;
import org.cloakwork.itests.chaos.Transfer;

/** Answers with as many bytes as it is asked for: always the same ones, which are like no others of their length. */
final class Site implements AutoCloseable {

    private static final int BLOCK = 32 * 1024;

    private final ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private volatile byte[] received = {};

    Site() throws IOException {
        Thread.ofVirtual().name("line-site").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** {@return the SHA-256 of what the last question brought along} */
    byte[] received() {
        return received;
    }

    /** Writes so many bytes. */
    static void write(OutputStream to, long bytes) throws IOException {
        for (long at = 0; at < bytes; at += BLOCK) {
            to.write(block(at), 0, (int) Math.min(BLOCK, bytes - at));
        }
    }

    /** {@return the bytes from there on} */
    private static byte[] block(long at) {
        byte[] block = new byte[BLOCK];
        new Random(at).nextBytes(block);
        return block;
    }

    /** {@return the SHA-256 of so many bytes as they are sent} */
    static byte[] digest(long bytes) {
        MessageDigest digest = Transfer.sha256();
        for (long at = 0; at < bytes; at += BLOCK) {
            digest.update(block(at), 0, (int) Math.min(BLOCK, bytes - at));
        }
        return digest.digest();
    }

    /** {@return the SHA-256 of the next so many bytes} */
    static byte[] digest(InputStream from, long bytes) throws IOException {
        MessageDigest digest = Transfer.sha256();
        byte[] into = new byte[BLOCK];
        long left = bytes;
        while (left > 0) {
            int count = from.read(into, 0, (int) Math.min(into.length, left));
            if (count < 0) {
                throw new IOException("ended with " + left + " of " + bytes + " bytes missing");
            }
            digest.update(into, 0, count);
            left -= count;
        }
        return digest.digest();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().name("line-site-connection").start(() -> answer(socket));
            }
        } catch (IOException e) {
            // The site was closed.
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                Question question = new Question(in.readLong(), in.readLong());
                received = digest(in, question.up());
                write(socket.getOutputStream(), question.down());
            }
        } catch (IOException e) {
            // The program has left.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
