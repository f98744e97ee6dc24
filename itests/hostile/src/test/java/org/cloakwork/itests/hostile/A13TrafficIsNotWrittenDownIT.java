package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.itests.testing.distribution.Command;
import org.cloakwork.itests.testing.distribution.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A13: {@code run} wrote a line, with sender tag and size, for each piece of what goes through a front-end. */
class A13TrafficIsNotWrittenDownIT {

    private static final Pattern RECEIVED = Pattern.compile("(?s).*, (\\d+) received.*");
    private static final byte[] PAGE = new byte[256 * 1024];

    static {
        new Random(13).nextBytes(PAGE);
    }

    @TempDir
    private Path folder;

    private Command run(LocalNetwork network, String name, String frontEnd, String... more) throws IOException {
        return Command.cloakwork(Stream.concat(Stream.of("run", "--directory", network.directory().toString(),
                "--cover", "none", "--frontends", frontEnd, "--etc", folder.resolve(name).toString(), "--state",
                state(name).toString()), Stream.of(more)).toArray(String[]::new));
    }

    private Path state(String name) {
        return folder.resolve(name + "-state");
    }

    /** {@return the folder for the files of one instance} */
    private Path etc(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    private static String after(String beginning, Command program) throws InterruptedException {
        return program.awaitLine(line -> line.startsWith(beginning)).substring(beginning.length());
    }

    @Test
    void noPieceIsPrintedACounterTellsHowManyAndOnlyVerboseWritesTheirHashes() throws Exception {
        for (String name : List.of("exit", "socks")) {
            Files.writeString(etc(name).resolve("cloakwork.cfg"), String.join("\n", "topology = nym-api",
                    "transport = websocket", "sphinx = fast", "retransmission = timeout", "cover = none"));
        }
        Files.writeString(etc("exit").resolve("org.cloakwork.exit.cfg"),
                "policy = accept 127.0.0.0/8:*\nallow-private = true\n");
        try (LocalNetwork network = LocalNetwork.builder().start(); ServerSocket server = server()) {
            try (Command exit = run(network, "exit", "exit")) {
                String address = after("address ", exit);
                exit.awaitLine("ready"::equals);
                Files.writeString(etc("socks").resolve("org.cloakwork.frontend.socks5.cfg"),
                        "exit = " + address + "\nport = 0\n");
                try (Command socks = run(network, "socks", "socks5")) {
                    URI proxy = URI.create(after("socks5 ", socks));
                    socks.awaitLine("ready"::equals);
                    fetch(proxy, server);
                    for (Command program : List.of(exit, socks)) {
                        String printed = program.text();
                        assertTrue(!printed.contains("received") && !printed.contains("bytes"), printed);
                    }
                    long atExit = received("exit");
                    System.out.println("A13: " + atExit + " and " + received("socks")
                            + " messages at exit and SOCKS for a page of " + PAGE.length + " bytes, none printed");
                    assertTrue(atExit >= 1 && received("socks") >= 1, "no counter tells");
                    exit.signal("TERM");
                    exit.end();

                    try (Command verbose = run(network, "exit", "exit", "--verbose")) {
                        verbose.awaitLine("ready"::equals);
                        fetch(proxy, server);
                        String line = verbose.awaitLine(text -> text.contains(" received ") && text.contains(" from "));
                        assertTrue(line.matches(".* received \\d+ bytes from [0-9a-f]{8}"), line);
                    }
                }
            }
        }
    }

    private long received(String name) throws IOException {
        String state = new Shell(state(name)).ask("state");
        Matcher matcher = RECEIVED.matcher(state);
        assertTrue(matcher.matches(), state);
        return Long.parseLong(matcher.group(1));
    }

    private static ServerSocket server() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("page").start(() -> {
            while (!server.isClosed()) {
                try (Socket connection = server.accept(); OutputStream out = connection.getOutputStream()) {
                    out.write(PAGE);
                } catch (IOException e) {
                    // the next one
                }
            }
        });
        return server;
    }

    private static void fetch(URI proxy, ServerSocket server) throws IOException {
        try (Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS,
                new InetSocketAddress(proxy.getHost(), proxy.getPort())))) {
            socket.setSoTimeout((int) Command.PATIENCE.toMillis());
            socket.connect(server.getLocalSocketAddress());
            assertArrayEquals(PAGE, socket.getInputStream().readAllBytes());
        }
    }
}
