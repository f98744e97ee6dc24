package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.cloakwork.api.MixnetClient;
import org.cloakwork.api.SenderTag;
import org.cloakwork.api.local.LocalNetwork;
import org.cloakwork.frontend.socks5.SocksFrontEnd;
import org.cloakwork.spi.frontend.FrontEnd;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An exit knows a user of SOCKS, who cannot say a user name, for months and over all destinations. */
class A5PseudonymsThatNeverEndIT {

    private static final Duration READY = Duration.ofMinutes(2);

    private static LocalNetwork network;
    private static CollectingExit exit;

    @TempDir
    private Path state;

    @BeforeAll
    static void start() throws Exception {
        network = LocalNetwork.builder().start();
        exit = new CollectingExit(network);
    }

    @AfterAll
    static void end() {
        exit.close();
        network.close();
    }

    private MixnetClient client() throws Exception {
        MixnetClient client = MixnetClient.builder().network(network).state(state).start();
        client.awaitReady(READY);
        return client;
    }

    private static FrontEnd.Serving socks(MixnetClient client, Map<String, String> settings) throws IOException {
        Map<String, String> all = new HashMap<>(Map.of("exit", exit.address().toString(), "port", "0"));
        all.putAll(settings);
        return new SocksFrontEnd(Map.of()).serve(client, all);
    }

    /** {@return a socket that asks for a connection without a user name, as browsers do; the reply is not read} */
    private static Socket ask(FrontEnd.Serving socks, String host, int port) throws IOException {
        URI address = socks.addresses().getFirst();
        Socket socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout((int) READY.toMillis());
        byte[] name = host.getBytes(StandardCharsets.US_ASCII);
        socket.getOutputStream().write(new byte[] {5, 1, 0, 5, 1, 0, 3, (byte) name.length});
        socket.getOutputStream().write(name);
        socket.getOutputStream().write(new byte[] {(byte) (port >> 8), (byte) port});
        socket.getInputStream().readNBytes(2);
        return socket;
    }

    private static SenderTag senderOf(FrontEnd.Serving socks, String host, int port) throws Exception {
        try (Socket ignored = ask(socks, host, port)) {
            CollectingExit.Visit visit = exit.next();
            assertEquals(host + ":" + port, visit.target());
            return visit.sender();
        }
    }

    @Test
    void anExitCannotTellThatTwoDestinationsAreVisitedByTheSameClient() throws Exception {
        try (MixnetClient client = client(); FrontEnd.Serving socks = socks(client, Map.of())) {
            SenderTag first = senderOf(socks, "example.com", 80);
            assertNotEquals(first, senderOf(socks, "example.org", 80));
            assertNotEquals(first, senderOf(socks, "www.example.com", 80));
            assertEquals(first, senderOf(socks, "example.com", 443), "the other port of a host");
        }
    }

    @Test
    void anExitCannotTellThatAClientWasThereBeforeItsRestart() throws Exception {
        Set<SenderTag> senders = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            try (MixnetClient client = client(); FrontEnd.Serving socks = socks(client, Map.of())) {
                senders.add(senderOf(socks, "example.com", 80));
            }
        }
        assertEquals(2, senders.size());
    }

    @Test
    void aPageThatNamesManyHostsMakesNoMoreSendersThanThereMayBe() throws Exception {
        int most = 8;
        int names = 100;
        try (MixnetClient client = client();
             FrontEnd.Serving socks = socks(client, Map.of("max-pseudonyms", String.valueOf(most)))) {
            Set<SenderTag> senders = new HashSet<>();
            for (int i = 0; i < names; i++) {
                if (i < most) {
                    senders.add(senderOf(socks, "n" + i + ".example", 80));
                } else {
                    try (Socket socket = ask(socks, "n" + i + ".example", 80)) {
                        assertEquals(1, socket.getInputStream().readNBytes(10)[1], "general failure");
                    }
                }
            }
            assertEquals(most, senders.size());
            senders.add(senderOf(socks, "n0.example", 443));
            assertEquals(most, senders.size(), "those that were there go on");
            assertEquals(names - most, socks.counters().get("socks5.dropped.pseudonyms-full"));
            System.out.printf("%d host names: %d senders at the exit%n", names, senders.size());
        }
    }
}
