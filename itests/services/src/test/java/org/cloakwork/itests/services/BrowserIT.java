package org.cloakwork.itests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What browsers do: a page with its script, and a websocket that stays up. */
class BrowserIT {

    private static final int HTTP = 80;
    private static final int WEBSOCKET = 8080;
    /** Without a word in between; 600 is the long form. */
    private static final Duration UP = Duration.ofSeconds(Integer.getInteger("cloakwork.websocket.seconds", 5));

    @TempDir
    Path folder;

    private static HttpServer page;
    private static ServerSocket websocket;
    private static World world;

    @BeforeAll
    static void begin() throws Exception {
        page = Programs.page();
        websocket = Programs.websocket();
        world = new World(Map.of("serve", HTTP + " -> 127.0.0.1:" + page.getAddress().getPort() + ", " + WEBSOCKET
                + " -> 127.0.0.1:" + websocket.getLocalPort()));
    }

    @AfterAll
    static void end() throws Exception {
        world.close();
        page.stop(0);
        websocket.close();
    }

    /** It may look nothing up, and need not. */
    @Test
    void chromiumFetchesAPageAndItsScriptThroughSocksAndTheHttpProxy() throws Exception {
        boolean there = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "chromium")));
        assertTrue(there || System.getenv("CI") == null, "no Chromium, which .ci/run installs");
        assumeTrue(there, "no Chromium");
        for (String proxy : new String[] {"http://" + world.httpProxy(), "socks5://" + world.socksProxy()}) {
            long opened = world.counted("serve.connections.opened");
            Programs.Said said = Programs.run("chromium", "--headless", "--no-sandbox", "--disable-gpu",
                    "--disable-quic", "--no-first-run", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync", "--user-data-dir="
                    + folder.resolve(proxy.replaceFirst(":.*", "")), "--proxy-server=" + proxy,
                    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--virtual-time-budget=60000",
                    "--timeout=60000", "--dump-dom", "http://" + world.name + "/script");
            assertEquals(0, said.exitCode(), proxy + ": " + said.output());
            assertTrue(said.output().contains("over 42"), proxy + ": " + said.output());
            assertTrue(world.counted("serve.connections.opened") > opened, "it did not come through the mixnet");
        }
    }

    @Test
    void aWebsocketStaysUp() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        CompletableFuture<String> over = new CompletableFuture<>();
        HttpClient client = HttpClient.newBuilder().proxy(ProxySelector.of(InetSocketAddress.createUnresolved(
                "127.0.0.1", URI.create("http://" + world.httpProxy()).getPort()))).build();
        WebSocket socket = client.newWebSocketBuilder().buildAsync(URI.create("ws://" + world.name + ":" + WEBSOCKET
                + "/"), new WebSocket.Listener() {

                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        heard.add(data.toString());
                        from.request(1);
                        return null;
                    }

                    @Override
                    public void onError(WebSocket from, Throwable error) {
                        over.complete(error.toString());
                    }

                    @Override
                    public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
                        over.complete("closed: " + status);
                        return null;
                    }
                }).get(60, TimeUnit.SECONDS);
        for (String word : new String[] {"first", "last"}) {
            socket.sendText(word, true).get(60, TimeUnit.SECONDS);
            assertEquals(word, heard.poll(60, TimeUnit.SECONDS));
            if (word.equals("first")) {
                over.completeOnTimeout("up", UP.toMillis(), TimeUnit.MILLISECONDS);
                assertEquals("up", over.get());
            }
        }
        assertFalse(socket.isInputClosed() || socket.isOutputClosed());
        System.out.println("[websocket] up for " + UP.toSeconds() + " s without a word, and then it echoes");
        socket.abort();
    }
}
