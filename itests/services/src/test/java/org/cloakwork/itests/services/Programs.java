package org.cloakwork.itests.services;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Programs of this machine: what is served, and what comes to it. */
final class Programs {

    static final String PAGE = "a page that lives in the mixnet";
    private static final int LIMIT_SECONDS = 300;

    /** What a program started as a user would has said. */
    record Said(int exitCode, String output) {
    }

    private Programs() {
    }

    static Said run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command[0] + " does not end");
        }
        return new Said(process.exitValue(), output);
    }

    static Said curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "120"));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    static HttpServer page() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] page = (PAGE + " " + exchange.getRequestHeaders().getFirst("Host")).getBytes(
                        StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
            }
        });
        server.createContext("/script", exchange -> {
            try (exchange) {
                byte[] page = "<p id=t>-</p><script>t.textContent='over '+(40+2)</script>".getBytes(
                        StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/html");
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
            }
        });
        server.start();
        return server;
    }

    /** Says again each short message of a websocket (RFC 6455). */
    static ServerSocket websocket() throws IOException {
        return listener(socket -> {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(),
                    StandardCharsets.ISO_8859_1));
            String key = "";
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                key = line.startsWith("Sec-WebSocket-Key: ") ? line.substring(19) : key;
            }
            byte[] accept = MessageDigest.getInstance("SHA-1").digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                    .getBytes(StandardCharsets.US_ASCII));
            OutputStream out = socket.getOutputStream();
            out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(accept) + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            for (int first = in.read(); first >= 0; first = in.read()) {
                byte[] frame = new byte[2 + (in.read() & 0x7f)];
                int[] mask = {in.read(), in.read(), in.read(), in.read()};
                frame[0] = (byte) first;
                frame[1] = (byte) (frame.length - 2);
                for (int i = 2; i < frame.length; i++) {
                    frame[i] = (byte) (in.read() ^ mask[(i - 2) % 4]);
                }
                out.write(frame);
            }
        });
    }

    /** Says again what it hears, to the end of it. */
    static ServerSocket echo() throws IOException {
        return listener(socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
    }

    private interface Program {
        void talk(Socket socket) throws IOException, NoSuchAlgorithmException;
    }

    private static ServerSocket listener(Program program) throws IOException {
        ServerSocket listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket socket = listener.accept();
                    Thread.ofVirtual().start(() -> talk(program, socket));
                }
            } catch (IOException e) {
                // closed
            }
        });
        return listener;
    }

    private static void talk(Program program, Socket socket) {
        try (socket) {
            program.talk(socket);
        } catch (IOException e) {
            // the other side has ended
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends all that comes in one connection after the other, and answers with its length. */
    static BlockingQueue<byte[]> recorder(Path path) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> {
            try (listener) {
                while (true) {
                    SocketChannel channel = listener.accept();
                    Thread.ofVirtual().start(() -> record(channel, heard));
                }
            } catch (IOException e) {
                // closed
            }
        });
        return heard;
    }

    private static void record(SocketChannel channel, BlockingQueue<byte[]> heard) {
        try (channel; InputStream in = Channels.newInputStream(channel);
             OutputStream out = Channels.newOutputStream(channel)) {
            byte[] all = in.readAllBytes();
            heard.add(all);
            out.write(String.valueOf(all.length).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // the other side has ended
        }
    }
}
