package org.cloakwork.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.api.MixnetStream;
import org.cloakwork.api.StreamOptions;
import org.cloakwork.spi.control.Control;
import org.cloakwork.spi.runtime.TextFile;

/**
 * A connection of the shell that becomes a stream: after {@code join HOST PORT CLIENT FILE} (a client, or {@code -} for
 * the first one; a file with a key, or {@code -}) and an answer of code 0 and no text, bytes of a client's port go to
 * and fro. Each is somebody else to the other side.
 */
final class Joining {

    private static final Pattern LINE = Pattern.compile("join (\\S+) ([0-9]{1,5}) ([A-Za-z0-9_-]+) (.+)");
    private static final String NONE = "-";
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int MAX_KEY_FILE_BYTES = 4096;
    private static final int ISOLATION_LENGTH = 16;

    private final Overview overview;
    private final SecureRandom random = new SecureRandom();

    Joining(Overview overview) {
        this.overview = overview;
    }

    static boolean isOne(String line) {
        return line.startsWith("join ");
    }

    /**
     * @return the stream
     * @throws IOException              if there is none
     * @throws IllegalArgumentException if the line is wrong, or what is in the file is no key
     */
    MixnetStream open(String line) throws IOException {
        Matcher words = LINE.matcher(line);
        if (!words.matches() || Integer.parseInt(words.group(2)) > 0xffff) {
            throw new IllegalArgumentException("a port is a number from 0 to 65535");
        }
        String host = words.group(1);
        StreamOptions options = StreamOptions.DEFAULT.withIsolation("join " + randomText());
        if (!words.group(4).equals(NONE)) {
            options = options.withKey(key(Path.of(words.group(4))));
        }
        List<Control.Client> clients = overview.clients();
        Control.Client client = (words.group(3).equals(NONE) ? clients.stream().findFirst()
                : clients.stream().filter(one -> one.name().equals(words.group(3))).findFirst())
                .orElseThrow(() -> new IllegalArgumentException("no such client runs here"));
        int port = Integer.parseInt(words.group(2));
        Optional<MixnetAddress> address = host.indexOf('@') < 0 ? Optional.empty()
                : Optional.of(MixnetAddress.parse(host));
        return address.isPresent() ? client.client().openStream(address.get(), port, options)
                : client.client().openStream(host, port, options);
    }

    private static AccessKey key(Path file) throws IOException {
        try {
            return AccessKey.parse(TextFile.read(file, MAX_KEY_FILE_BYTES));
        } catch (IllegalArgumentException | TextFile.NotTextException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private String randomText() {
        byte[] bytes = new byte[ISOLATION_LENGTH];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Until both halves are over. */
    static void join(MixnetStream stream, SocketChannel connection, InputStream in) throws IOException {
        OutputStream out = Channels.newOutputStream(connection);
        out.write("0 0\n".getBytes(StandardCharsets.US_ASCII));
        stream.ended().thenAccept(why -> why.ifPresent(ignored -> close(connection)));
        Thread there = Thread.ofVirtual().name("cloakwork-control-join").start(() -> {
            try {
                copy(in, stream.output());
                stream.output().close();
            } catch (IOException e) {
                stream.reset("the program left");
            }
        });
        try {
            copy(stream.input(), out);
            connection.shutdownOutput();
            there.join();
            stream.close();
        } catch (IOException e) {
            stream.reset("the program left");
        } catch (InterruptedException e) {
            stream.reset("interrupted");
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            out.write(buffer, 0, count);
            out.flush();
        }
    }

    private static void close(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            // it was closed
        }
    }
}
