package org.cloakwork.itests.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/** Says what another directory says, changed. */
final class LyingDirectory implements AutoCloseable {

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI directory;
    private final UnaryOperator<String> lie;
    private final Duration behind;

    /**
     * @param directory the other one
     * @param lie       changes its answers
     * @param behind    by so much is its clock behind
     */
    LyingDirectory(String directory, UnaryOperator<String> lie, Duration behind) throws IOException {
        this.directory = URI.create(directory);
        this.lie = lie;
        this.behind = behind;
        threads.submit(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/";
    }

    private Void accept() throws IOException {
        while (true) {
            Socket socket = listener.accept();
            threads.submit(() -> answer(socket));
        }
    }

    private void answer(Socket socket) {
        try (socket; BufferedReader in = new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1))) {
            String[] request = in.readLine().split(" ");
            while (!in.readLine().isEmpty()) {
                // fields do not matter
            }
            HttpResponse<String> real = client.send(HttpRequest.newBuilder(directory.resolve(
                    request[1].substring(1))).build(), HttpResponse.BodyHandlers.ofString());
            byte[] body = lie.apply(real.body()).getBytes(StandardCharsets.UTF_8);
            String head = "HTTP/1.1 " + real.statusCode() + " X\r\nContent-Type: application/json\r\nContent-Length: "
                    + body.length + "\r\nConnection: close\r\nDate: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            ZonedDateTime.now(ZoneOffset.UTC).minus(behind)) + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            if (!request[0].equals("HEAD")) {
                socket.getOutputStream().write(body);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
        client.shutdownNow();
    }
}
