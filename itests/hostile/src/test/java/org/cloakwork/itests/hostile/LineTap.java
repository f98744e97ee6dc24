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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Somebody on the line between a client and its gateway: passes everything on, and notes the frames that leave. */
final class LineTap implements AutoCloseable {

    private static final int BINARY = 2;

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private final int gatewayPort;

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
            if (up) {
                passHeader(in, out);
                while (true) {
                    passFrame(in, out);
                }
            }
            in.transferTo(out);
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

    private void passFrame(DataInputStream in, OutputStream out) throws IOException {
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
        byte[] rest = in.readNBytes((int) length + 4);
        if ((head[0] & 0x0f) == BINARY) {
            synchronized (sizes) {
                sizes.add((int) length);
            }
        }
        out.write(head);
        out.write(extended);
        out.write(rest);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
