package org.cloakwork.launcher.commands;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;
import org.cloakwork.api.MixnetAddress;
import org.cloakwork.launcher.cli.Arguments;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.StopSignal;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.spi.frontend.LocalPeer;
import org.cloakwork.spi.topology.NodeAddress;

/**
 * {@code cloakwork connect}: a port of a client, joined with standard input and output, or with a port of this machine.
 * The instance that runs with this state folder opens it.
 */
public final class ConnectCommand implements Command {

    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int BACKLOG = 128;
    private static final String LISTEN = "listen";

    private final PrintStream out;
    private final PrintStream err;

    public ConnectCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return "connect";
    }

    @Override
    public String description() {
        return "join a port of a client with standard input and output, through a running instance";
    }

    @Override
    public Optional<String> argument() {
        return Optional.of("NAME PORT");
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Arguments.option(LISTEN, "HOST:PORT",
                        "join each connection to this loopback address instead"))
                .addOption(Arguments.option("key", "FILE", "show this key, made by cloakwork key"))
                .addOption(Arguments.option("client", "NAME", "by this client of the instance (default: the first)"))
                .addOption(StateFolder.option());
    }

    @Override
    public int run(CommandLine line) throws Exception {
        String request = request(line);
        Path state = StateFolder.of(line);
        if (line.hasOption(LISTEN)) {
            return listen(address(line.getOptionValue(LISTEN)), state, request);
        }
        try (ControlClient instance = new ControlClient(state)) {
            ControlClient.Answer answer = instance.ask(request);
            if (answer.code() != DONE) {
                err.print("cloakwork connect: " + answer.text());
                return answer.exitCode();
            }
            // Not System.in and System.out, which hold back what is to go at once.
            join(instance, new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
            return DONE;
        }
    }

    private static String request(CommandLine line) throws UsageException {
        String name = line.getArgList().get(0);
        String port = line.getArgList().get(1);
        if (!MixnetAddress.isHostName(name) && name.indexOf('@') < 0) {
            throw new UsageException("\"" + name + "\": must be a name that ends in .nym, or an address");
        }
        if (name.indexOf('@') >= 0 || MixnetAddress.shortName(name).isEmpty()) {
            try {
                MixnetAddress.parse(name);
            } catch (IllegalArgumentException e) {
                throw new UsageException("\"" + name + "\": " + e.getMessage());
            }
        }
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 0xffff) {
            throw new UsageException("\"" + port + "\": must be a port from 0 to 65535");
        }
        String key = "-";
        if (line.hasOption("key")) {
            Path file = Path.of(line.getOptionValue("key")).toAbsolutePath();
            if (!Files.isReadable(file)) {
                throw new UsageException("--key " + line.getOptionValue("key") + ": cannot be read");
            }
            key = file.toString();
        }
        String client = line.getOptionValue("client", "-");
        if (!client.matches("[A-Za-z0-9_-]+") || name.matches(".*\\s.*") || key.indexOf('\n') >= 0) {
            throw new UsageException("a name has no spaces, a client letters, digits, '-' and '_'");
        }
        return "join " + name + " " + port + " " + client + " " + key;
    }

    private static InetSocketAddress address(String text) throws UsageException {
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(0, colon)).replaceAll("^\\[|\\]$", "");
            InetAddress address = host.equals("localhost") ? InetAddress.getLoopbackAddress()
                    : NodeAddress.parseIp(host);
            if (address.isLoopbackAddress()) {
                return new InetSocketAddress(address, Integer.parseInt(text.substring(colon + 1)));
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new UsageException("--listen " + text + ": must be a loopback address with a port, like 127.0.0.1:2222");
    }

    private int listen(InetSocketAddress address, Path state, String request) throws Exception {
        try (StopSignal stop = new StopSignal(err); ServerSocket listener = new ServerSocket()) {
            listener.bind(address, BACKLOG);
            // So that it is said now that no instance runs.
            new ControlClient(state).close();
            out.println("listening at " + listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort());
            Thread.ofPlatform().daemon().name("cloakwork-connect").start(() -> accept(listener, state, request));
            stop.await();
        }
        return DONE;
    }

    private void accept(ServerSocket listener, Path state, String request) {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                if (LocalPeer.isSameUser((InetSocketAddress) socket.getRemoteSocketAddress(),
                        (InetSocketAddress) socket.getLocalSocketAddress())) {
                    Thread.ofVirtual().name("cloakwork-connect-connection").start(() -> serve(socket, state, request));
                } else {
                    socket.close();
                    err.println("a program of another user was turned away");
                }
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    err.println("cloakwork connect: " + e.getMessage());
                }
            }
        }
    }

    private void serve(Socket socket, Path state, String request) {
        try (socket; ControlClient instance = new ControlClient(state)) {
            socket.setTcpNoDelay(true);
            ControlClient.Answer answer = instance.ask(request);
            if (answer.code() == DONE) {
                join(instance, socket.getInputStream(), socket.getOutputStream());
            } else {
                err.print("cloakwork connect: " + answer.text());
            }
        } catch (IOException e) {
            err.println("cloakwork connect: " + e.getMessage());
        }
    }

    /** Until the other side has closed its half: who waits for more from this one would wait for ever. */
    private static void join(ControlClient instance, InputStream in, OutputStream out) throws IOException {
        Thread.ofPlatform().daemon().name("cloakwork-connect-input").start(() -> {
            try {
                copy(in, instance.output());
                instance.closeOutput();
            } catch (IOException e) {
                // the other side has ended
            }
        });
        copy(instance.input(), out);
        out.close();
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            out.write(buffer, 0, count);
            out.flush();
        }
    }
}
