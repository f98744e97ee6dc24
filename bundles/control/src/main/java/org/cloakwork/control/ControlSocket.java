package org.cloakwork.control;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.cloakwork.spi.runtime.OwnFiles;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers Gogo commands on a Unix domain socket that only its owner can reach: a folder with rights 0700, the socket in
 * it with 0600. {@code socket} of {@code org.cloakwork.control} is its path; without it there is none.
 *
 * <p>Asked is a line of UTF-8. Answered are a line with an exit code (0 done, 1 it was tried and failed, 2 what was
 * asked for is wrong, 3 it is told that not all is well), a space and the number of bytes that follow, and that many
 * bytes of text. What {@link Joining} understands is no command.
 */
@Component(configurationPid = "org.cloakwork.control", configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true, service = {})
public final class ControlSocket {

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);

    /** They always tell something. */
    private static final Pattern OURS = Pattern.compile("(cloakwork:)?(parts|swap|clients|state|drops|exits)\\b");
    private static final int MAX_LINE_BYTES = 64 * 1024;
    private static final int MAX_ANSWER_BYTES = 4 * 1024 * 1024;
    private static final int MAX_CONNECTIONS = 16;
    private static final int MAX_JOINED = 256;
    private static final Duration ACCEPT_AGAIN = Duration.ofMillis(500);
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG = 2;
    private static final int NOT_WELL = 3;

    private final CommandProcessor processor;
    private final Joining joining;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final Set<SocketChannel> joined = ConcurrentHashMap.newKeySet();
    private Path path;
    private ServerSocketChannel server;
    private String said = "";

    /**
     * Opens the socket. If it cannot be opened, that is said, and everything else works.
     *
     * @param processor  runs the commands
     * @param commands   ours, there before somebody asks for them
     * @param overview   what runs here
     * @param properties of the component
     */
    @Activate
    public ControlSocket(@Reference CommandProcessor processor, @Reference Commands commands,
                         @Reference Overview overview, Map<String, Object> properties) {
        this.processor = processor;
        joining = new Joining(overview);
        listen(properties);
    }

    /** Who is connected stays so; where nobody listens yet, somebody may from now on. */
    @Modified
    void listen(Map<String, Object> properties) {
        Object configured = properties.get("socket");
        if (configured != null && server == null) {
            try {
                open(Path.of(configured.toString()));
            } catch (IOException | UnsupportedOperationException e) {
                String why = configured + ": " + (e.getMessage() == null ? "no such sockets here" : e.getMessage());
                if (!why.equals(said)) {
                    said = why;
                    LOG.warn("no shell for this instance: {}", why);
                }
            }
        }
    }

    private void open(Path socket) throws IOException {
        Path folder = socket.getParent();
        Files.createDirectories(folder);
        OwnFiles.restrict(folder);
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            try (SocketChannel other = SocketChannel.open(address)) {
                throw new IOException("another instance is controlled there; give this one a --state of its own");
            } catch (ConnectException e) {
                Files.delete(socket);
            }
        }
        ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            opened.bind(address);
            OwnFiles.restrict(socket);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        path = socket;
        server = opened;
        Thread.ofVirtual().name("cloakwork-control").start(this::accept);
    }

    /** Closes it, and every connection. */
    @Deactivate
    void close() {
        if (server != null) {
            try {
                server.close();
                Files.deleteIfExists(path);
            } catch (IOException e) {
                LOG.warn("{}: {}", path, e.getMessage());
            }
            connections.forEach(ControlSocket::close);
            joined.forEach(ControlSocket::close);
        }
    }

    private static void close(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("closing a connection failed", e);
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel connection = server.accept();
                if (connections.size() >= MAX_CONNECTIONS) {
                    connection.close();
                } else {
                    connections.add(connection);
                    Thread.ofVirtual().name("cloakwork-control-connection").start(() -> serve(connection));
                }
            } catch (IOException | RuntimeException | Error e) {
                if (server.isOpen() && !pause(e)) {
                    return;
                }
            }
        }
    }

    /** Out of file descriptors or memory, most likely: what is there may end in the meantime. */
    private boolean pause(Throwable why) {
        try {
            LOG.warn("{}: a connection could not be accepted: {}", path, why.toString());
        } catch (RuntimeException | Error again) {
            // not even a line can be written
        }
        try {
            Thread.sleep(ACCEPT_AGAIN);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void serve(SocketChannel connection) {
        Answer printed = new Answer();
        try (connection; CommandSession session = processor.createSession(
                new ByteArrayInputStream(new byte[0]), printed, printed)) {
            InputStream in = new BufferedInputStream(Channels.newInputStream(connection));
            OutputStream out = Channels.newOutputStream(connection);
            for (String line = line(in); line != null; line = line(in)) {
                if (Joining.isOne(line)) {
                    join(connection, in, out, line);
                    return;
                }
                int code = execute(session, line, printed);
                out.write((code + " " + printed.size() + "\n").getBytes(StandardCharsets.UTF_8));
                out.write(printed.toByteArray());
                out.flush();
                printed.reset();
            }
        } catch (IOException e) {
            LOG.debug("a connection ended", e);
        } finally {
            connections.remove(connection);
        }
    }

    private void join(SocketChannel connection, InputStream in, OutputStream out, String line) throws IOException {
        String fault;
        int code = FAILED;
        // What is joined is no longer one who asks.
        connections.remove(connection);
        joined.add(connection);
        try {
            if (joined.size() > MAX_JOINED) {
                throw new IOException("there are " + MAX_JOINED + " connections, as many as there may be");
            }
            Joining.join(joining.open(line), connection, in);
            return;
        } catch (IllegalArgumentException e) {
            code = WRONG;
            fault = e.getMessage();
        } catch (NoSuchFileException e) {
            fault = e.getMessage() + ": no such file";
        } catch (IOException e) {
            fault = String.valueOf(e.getMessage());
        } finally {
            joined.remove(connection);
        }
        byte[] text = (fault + "\n").getBytes(StandardCharsets.UTF_8);
        out.write((code + " " + text.length + "\n").getBytes(StandardCharsets.UTF_8));
        out.write(text);
        out.flush();
    }

    /** {@return the next line; null at the end} */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return line.toString(StandardCharsets.UTF_8).strip();
            }
            if (line.size() == MAX_LINE_BYTES) {
                throw new IOException("a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            line.write(next);
        }
        return null;
    }

    private static int execute(CommandSession session, String line, Answer printed) {
        try {
            Object result = session.execute(line);
            PrintStream console = session.getConsole();
            if (result instanceof CharSequence text) {
                console.print(text);
            } else if (result != null) {
                console.println(session.format(result, Converter.INSPECT));
            }
            console.flush();
            if (result == null && OURS.matcher(line).lookingAt()) {
                // Gogo's answer while a command is there and who gives it is not.
                printed.say("no answer: bundles are being exchanged; ask again");
                return FAILED;
            }
            return result instanceof Verdict verdict && !verdict.good() ? NOT_WELL : DONE;
        } catch (Exception e) {
            // Gogo's own: no such command, or a line it cannot read.
            boolean wrong = e instanceof IllegalArgumentException
                    || e.getClass().getName().startsWith("org.apache.felix.gogo.");
            printed.say(e.getMessage() == null ? e.toString() : e.getMessage());
            return wrong ? WRONG : FAILED;
        } catch (StackOverflowError e) {
            printed.say("a line that is nested too deep");
            return WRONG;
        } catch (Error e) {
            printed.say(e.toString());
            return FAILED;
        }
    }

    /** What is said in answer, within a limit. */
    private static final class Answer extends ByteArrayOutputStream {

        @Override
        public synchronized void write(int b) {
            if (count < MAX_ANSWER_BYTES) {
                super.write(b);
            }
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, Math.min(length, MAX_ANSWER_BYTES - count));
        }

        void say(String text) {
            writeBytes((text + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
