package org.cloakwork.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Resident memory of {@code cloakwork run} with a SOCKS port: when it is there, after a download through it, and some
 * minutes later. Network and exit are processes of their own; nobody sends cover, to be done sooner.
 */
final class MemoryMeasurement {

    private static final int MIB = 1024 * 1024;

    private final Path home;
    private final int mebibytes;
    private final int seconds;

    /**
     * @param home      an unpacked distribution
     * @param mebibytes to download
     * @param seconds   how long the client is left alone afterwards
     */
    MemoryMeasurement(Path home, int mebibytes, int seconds) {
        this.home = home;
        this.mebibytes = mebibytes;
        this.seconds = seconds;
    }

    /** {@return the figures} */
    List<Figure> run() throws Exception {
        try (Launched network = new Launched(Map.of(), Launched.cloakwork(home, "localnet"));
             ServerSocket source = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().name("source").start(() -> serve(source));
            String directory = network.await("directory");
            try (Launched exit = client(directory, "frontends = exit", "exit.policy = accept *:*",
                    "exit.allow-private = true")) {
                String address = exit.await("address");
                try (Launched client = client(directory, "frontends = socks5", "socks5.port = 0",
                        "socks5.exit = " + address)) {
                    return download(URI.create(client.await("socks5")), source.getLocalPort(), client, exit);
                }
            }
        }
    }

    private Launched client(String directory, String... frontEnd) throws IOException {
        Path etc = Files.createTempDirectory("cloakwork-bench-");
        Files.writeString(etc.resolve("cloakwork.cfg"), "cover = none\n" + String.join("\n", frontEnd) + "\n");
        return new Launched(Map.of(), Launched.cloakwork(home, "run", "--etc", etc.toString(),
                "--directory", directory, "--state", etc.resolve("state").toString()));
    }

    private void serve(ServerSocket source) {
        byte[] piece = new byte[MIB];
        try (Socket socket = source.accept(); OutputStream out = socket.getOutputStream()) {
            for (int i = 0; i < mebibytes; i++) {
                out.write(piece);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Figure> download(URI socks, int port, Launched client, Launched exit) throws Exception {
        double before = client.residentMebibytes();
        long started = System.nanoTime();
        long bytes = 0;
        try (Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS,
                new InetSocketAddress(socks.getHost(), socks.getPort())))) {
            socket.connect(InetSocketAddress.createUnresolved("127.0.0.1", port));
            InputStream in = socket.getInputStream();
            byte[] piece = new byte[MIB];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                bytes += read;
            }
        }
        if (bytes != (long) mebibytes * MIB) {
            throw new IOException(bytes + " bytes came of " + mebibytes + " MiB");
        }
        double megabytes = bytes / 1e6 / ((System.nanoTime() - started) / 1e9);
        double after = client.residentMebibytes();
        double exitAfter = exit.residentMebibytes();
        Thread.sleep(seconds * 1000L);
        String what = "a download of " + mebibytes + " MiB through SOCKS";
        return List.of(figure("memory-start", "resident memory of run with a SOCKS port", "MiB", before),
                figure("memory-speed", what, "MB/s", megabytes),
                figure("memory-after", "resident memory right after it", "MiB", after),
                figure("memory-later", "and " + seconds + " s later", "MiB", client.residentMebibytes()),
                figure("memory-exit-after", "that of the exit right after it", "MiB", exitAfter),
                figure("memory-exit-later", "and " + seconds + " s later", "MiB", exit.residentMebibytes()));
    }

    private static Figure figure(String name, String title, String unit, double value) {
        return new Figure(name, title, unit, new double[] {value});
    }
}
