package org.cloakwork.launcher.commands;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.cloakwork.launcher.cli.Command;

/** Asks a running instance; the bundle {@code org.cloakwork.control} is the other end and says what is spoken. */
final class ControlClient implements AutoCloseable {

    private static final int MAX_HEAD_BYTES = 64;

    private final SocketChannel channel;
    private final InputStream in;

    /** A code and what to print. */
    record Answer(int code, String text) {

        private static final int NOT_WELL = 3;

        /** {@return whether what was asked for was done or is told, be it that not all is well} */
        boolean isTold() {
            return code == Command.DONE || code == NOT_WELL;
        }

        int exitCode() {
            return code == NOT_WELL ? Command.FAILED : code;
        }
    }

    /** @throws NoInstanceException if no instance listens there */
    ControlClient(Path state) throws IOException {
        Path socket = socket(state);
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            throw notThere(state);
        }
        try {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (ConnectException e) {
            throw notThere(state);
        }
        in = new BufferedInputStream(Channels.newInputStream(channel));
    }

    private static NoInstanceException notThere(Path state) {
        return new NoInstanceException("no instance runs with the state folder " + state
                + " (run or demo is one; --state DIR names another folder)");
    }

    static Path socket(Path state) {
        return state.resolve("control").resolve("socket");
    }

    /** @param line a command of the shell */
    Answer ask(String line) throws IOException {
        ByteBuffer question = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (question.hasRemaining()) {
            channel.write(question);
        }
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || head.length() == MAX_HEAD_BYTES) {
                throw new EOFException("the instance has ended");
            }
            head.append((char) next);
        }
        String[] fields = head.toString().split(" ");
        return new Answer(Integer.parseInt(fields[0]),
                new String(in.readNBytes(Integer.parseInt(fields[1])), StandardCharsets.UTF_8));
    }

    /** {@return what comes over a stream} */
    InputStream input() {
        return in;
    }

    /** {@return what goes over a stream} */
    OutputStream output() {
        return Channels.newOutputStream(channel);
    }

    /** Ends what goes over a stream. */
    void closeOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
