package org.cloakwork.itests.hostile;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Somebody on the line between a client and its gateway, or the gateway itself: passes everything on, notes the frames
 * that leave, and says again what came.
 */
final class LineTap implements AutoCloseable {

    private static final int BINARY = 2;
    private static final int MASK_BYTES = 4;

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private final List<byte[]> came = new ArrayList<>();
    private final int gatewayPort;
    private OutputStream client;

    /** @param gatewayPort of the real gateway, on this machine */
    LineTap(int gatewayPort) throws IOException {
        this.gatewayPort = gatewayPort;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** {@return the payload lengths of the binary frames that have left, in order} */
    List<Integer> sizes() {
        synchronized (sizes) {
            return List.copyOf(sizes);
        }
    }

    /**
     * Says every binary frame again that the gateway has ever said.
     *
     * @return how many
     */
    int sayAgain() throws IOException {
        synchronized (came) {
            for (byte[] frame : came) {
                client.write(frame);
            }
            return came.size();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket gateway = new Socket(InetAddress.getLoopbackAddress(), gatewayPort);
                sockets.addAll(List.of(client, gateway));
                Thread.ofVirtual().start(() -> pass(client, gateway, true));
                Thread.ofVirtual().start(() -> pass(gateway, client, false));
            }
        } catch (IOException e) {
            // it was closed
        }
    }

    private void pass(Socket from, Socket to, boolean up) {
        try (from; to) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
            OutputStream out = to.getOutputStream();
            passHeader(in, out);
            if (!up) {
                synchronized (came) {
                    client = out;
                }
            }
            while (true) {
                passFrame(in, out, up);
            }
        } catch (IOException e) {
            // either end left
        }
    }

    private static void passHeader(InputStream in, OutputStream out) throws IOException {
        int tail = 0;
        while (tail != 0x0d0a0d0a) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            out.write(next);
            tail = tail << 8 | next;
        }
    }

    private void passFrame(DataInputStream in, OutputStream out, boolean up) throws IOException {
        byte[] head = in.readNBytes(2);
        if (head.length < 2) {
            throw new EOFException();
        }
        int more = switch (head[1] & 0x7f) {
            case 126 -> 2;
            case 127 -> 8;
            default -> 0;
        };
        byte[] extended = in.readNBytes(more);
        long length = head[1] & 0x7f;
        if (more > 0) {
            length = 0;
            for (byte b : extended) {
                length = length << 8 | b & 0xff;
            }
        }
        byte[] rest = in.readNBytes((int) length + (up ? MASK_BYTES : 0));
        byte[] frame = ByteBuffer.allocate(head.length + more + rest.length).put(head).put(extended).put(rest).array();
        boolean binary = (head[0] & 0x0f) == BINARY;
        synchronized (up ? sizes : came) {
            if (binary && up) {
                sizes.add((int) length);
            } else if (binary) {
                came.add(frame);
            }
            out.write(frame);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
