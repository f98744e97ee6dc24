package org.cloakwork.streams;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketOption;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.cloakwork.api.MixnetStream;

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

    /**
     * The connection at hand.
     *
     * @since 1.3
     */
    public interface Near {

        /**
         * {@return what it gives}
         *
         * @throws IOException if it is over
         */
        InputStream input() throws IOException;

        /**
         * {@return what it takes}
         *
         * @throws IOException if it is over
         */
        OutputStream output() throws IOException;

        /** @throws IOException if it is over */
        void closeOutput() throws IOException;

        /** @throws IOException if it was as good as closed */
        void close() throws IOException;

        /** Closes it so that its other end sees that the connection broke, where there is a way to say so. */
        void reset();

        /**
         * @param socket connected
         * @return the same, to be joined with something
         */
        static Near of(Socket socket) {
            return new Near() {

                @Override
                public InputStream input() throws IOException {
                    return socket.getInputStream();
                }

                @Override
                public OutputStream output() throws IOException {
                    return socket.getOutputStream();
                }

                @Override
                public void closeOutput() throws IOException {
                    socket.shutdownOutput();
                }

                @Override
                public void close() throws IOException {
                    socket.close();
                }

                @Override
                public void reset() {
                    SocketPump.reset(socket);
                }
            };
        }
    }

    /**
     * What it is joined with.
     *
     * @since 1.3
     */
    public interface Far {

        /** {@return what it gives} */
        InputStream input();

        /** {@return what it takes; closing it closes that half} */
        OutputStream output();

        /** @param detail for people, why it is broken off */
        void abort(String detail);

        /** {@return whether it broke} */
        boolean isBroken();

        /**
         * Waits until it has ended, and the other side has everything.
         *
         * @throws InterruptedException if this thread is interrupted
         */
        void awaitDone() throws InterruptedException;

        /**
         * @param stream open
         * @return the same, to be joined with something
         */
        static Far of(MixnetStream stream) {
            return new Far() {

                @Override
                public InputStream input() {
                    return stream.input();
                }

                @Override
                public OutputStream output() {
                    return stream.output();
                }

                @Override
                public void abort(String detail) {
                    stream.reset(detail);
                }

                @Override
                public boolean isBroken() {
                    return stream.ended().getNow(Optional.empty()).isPresent();
                }

                @Override
                public void awaitDone() throws InterruptedException {
                    try {
                        stream.ended().get();
                    } catch (ExecutionException e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
        }
    }

    private final Near near;
    private final InputStream input;
    private final Far stream;
    private final Ends ends;

    /**
     * @param socket connected; closed in the end
     * @param stream the other side
     * @param ends   told of the ends of halves
     */
    public SocketPump(Socket socket, MessageStream stream, Ends ends) {
        this(Near.of(socket), null, stream, ends);
    }

    /**
     * @param socket connected; closed in the end
     * @param input  what it gives, for whoever has read some of it; null: nobody has
     * @param stream the other side
     * @param ends   told of the ends of halves
     * @since 1.2
     */
    public SocketPump(Socket socket, InputStream input, MessageStream stream, Ends ends) {
        this(Near.of(socket), input, stream, ends);
    }

    /**
     * @param near   connected; closed in the end
     * @param input  what it gives, for whoever has read some of it; null: nobody has
     * @param stream the other side
     * @param ends   told of the ends of halves
     * @since 1.3
     */
    public SocketPump(Near near, InputStream input, Far stream, Ends ends) {
        this.near = near;
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
                near.reset();
            } else {
                near.close();
            }
            stream.awaitDone();
        } catch (IOException e) {
            // it was as good as closed
        } catch (InterruptedException e) {
            stream.abort("interrupted");
            near.reset();
            throw e;
        }
    }

    /** Reads a byte and then what else is there, so that a connection on which nothing happens holds no buffer. */
    private void toStream() {
        try {
            InputStream in = input == null ? near.input() : input;
            OutputStream out = stream.output();
            for (int first = in.read(); first >= 0; first = in.read()) {
                byte[] bytes = new byte[1 + Math.min(Math.max(in.available(), 0), MOST_AT_ONCE)];
                bytes[0] = (byte) first;
                int count = 1 + (bytes.length > 1 ? Math.max(0, in.read(bytes, 1, bytes.length - 1)) : 0);
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
            OutputStream out = near.output();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                ends.toSocket(count);
            }
            ends.farClosed();
            near.closeOutput();
        } catch (IOException e) {
            stream.abort("the connection to it broke");
            near.reset();
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
