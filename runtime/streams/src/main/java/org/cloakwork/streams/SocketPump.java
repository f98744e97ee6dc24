package org.cloakwork.streams;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketOption;

/**
 * Joins a socket and a stream until both have closed both halves, or one of them breaks: then the other one is broken,
 * too. A half that is closed is closed on the other side, at once and after all that came before.
 */
public final class SocketPump {

    private static final int BUFFER_BYTES = 8 * 1024;
    private static final int MOST_AT_ONCE = 32 * 1024 - 1;
    private static final int KEEP_ALIVE_IDLE_SECONDS = 60;
    private static final int KEEP_ALIVE_INTERVAL_SECONDS = 15;
    private static final int KEEP_ALIVE_COUNT = 4;

    /** Told of the ends of halves, and of what moves. */
    public interface Ends {

        /** @param bytes that the socket gave to the stream */
        default void toStream(int bytes) {
        }

        /** @param bytes that the stream gave to the socket */
        default void toSocket(int bytes) {
        }

        /** The far side has closed its half. */
        default void farClosed() {
        }

        /**
         * The socket's half is closed, and the far side is told when this returns.
         *
         * @throws InterruptedException breaks everything
         */
        default void beforeClose() throws InterruptedException {
        }
    }

    private final Socket socket;
    private final InputStream input;
    private final MessageStream stream;
    private final Ends ends;

    /**
     * @param socket connected; closed in the end
     * @param stream the other side
     * @param ends   told of the ends of halves
     * @throws IOException if the socket is closed
     */
    public SocketPump(Socket socket, MessageStream stream, Ends ends) throws IOException {
        this(socket, socket.getInputStream(), stream, ends);
    }

    /**
     * @param socket connected; closed in the end
     * @param input  what it gives, for whoever has read some of it
     * @param stream the other side
     * @param ends   told of the ends of halves
     * @since 1.2
     */
    public SocketPump(Socket socket, InputStream input, MessageStream stream, Ends ends) {
        this.socket = socket;
        this.input = input;
        this.stream = stream;
        this.ends = ends;
    }

    /**
     * Blocks until it is over and the far side has everything.
     *
     * @param threadName of the second thread this takes
     * @throws InterruptedException if this thread is interrupted; both sides are broken then
     */
    public void run(String threadName) throws InterruptedException {
        Thread back = Thread.ofVirtual().name(threadName + "-back").start(this::fromStream);
        try {
            toStream();
            back.join();
            if (stream.isBroken()) {
                reset(socket);
            } else {
                socket.close();
            }
            stream.awaitDone();
        } catch (IOException e) {
            // it was as good as closed
        } catch (InterruptedException e) {
            stream.abort("interrupted");
            reset(socket);
            throw e;
        }
    }

    /** Reads a byte and then what else is there, so that a connection on which nothing happens holds no buffer. */
    private void toStream() {
        try {
            OutputStream out = stream.output();
            for (int first = input.read(); first >= 0; first = input.read()) {
                byte[] bytes = new byte[1 + Math.min(Math.max(input.available(), 0), MOST_AT_ONCE)];
                bytes[0] = (byte) first;
                int count = 1 + (bytes.length > 1 ? Math.max(0, input.read(bytes, 1, bytes.length - 1)) : 0);
                out.write(bytes, 0, count);
                ends.toStream(count);
            }
            ends.beforeClose();
            out.close();
        } catch (IOException | InterruptedException e) {
            stream.abort("the connection to it broke");
        }
    }

    private void fromStream() {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = stream.input();
            OutputStream out = socket.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                ends.toSocket(count);
            }
            ends.farClosed();
            socket.shutdownOutput();
        } catch (IOException e) {
            stream.abort("the connection to it broke");
            reset(socket);
        }
    }

    /**
     * Lets the system ask now and then whether the other end is still there, so that one that has vanished is noticed
     * while nobody writes: after a minute of silence, four times. Where the system does not let programs choose, after
     * as long as it says itself.
     *
     * @param socket connected
     * @throws IOException if it is closed
     */
    public static void keepAlive(Socket socket) throws IOException {
        socket.setKeepAlive(true);
        for (SocketOption<?> option : socket.supportedOptions()) {
            switch (option.name()) {
                case "TCP_KEEPIDLE" -> set(socket, option, KEEP_ALIVE_IDLE_SECONDS);
                case "TCP_KEEPINTERVAL" -> set(socket, option, KEEP_ALIVE_INTERVAL_SECONDS);
                case "TCP_KEEPCOUNT" -> set(socket, option, KEEP_ALIVE_COUNT);
                default -> { }
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static void set(Socket socket, SocketOption<?> option, int value) throws IOException {
        socket.setOption((SocketOption<Integer>) option, value);
    }

    /**
     * Closes a socket so that its other end sees that the connection broke.
     *
     * @param socket any
     */
    public static void reset(Socket socket) {
        try {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            // it was closed
        }
    }

    /**
     * Reads nothing more from a socket, as if its other end had closed its half.
     *
     * @param socket any
     */
    public static void endInput(Socket socket) {
        try {
            socket.shutdownInput();
        } catch (IOException e) {
            // it was closed
        }
    }
}
