package org.cloakwork.itests.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.cloakwork.itests.vectors.Vectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** curl and a browser, through SOCKS, the mixnet and the exit, to a web server. */
class TransfersIT {

    private static final int MIB = 1 << 20;

    private static World world;
    private static WebServer web;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws Exception {
        world = new World();
        web = new WebServer();
    }

    @AfterAll
    static void end() {
        web.close();
        world.close();
    }

    private static void report(String what, long bytes, long startedNanos) {
        double seconds = (System.nanoTime() - startedNanos) / 1e9;
        System.out.printf("%s: %d bytes in %.1f s, %.2f MB/s%n", what, bytes, seconds, bytes / seconds / 1e6);
    }

    private void download(int length, String file) throws Exception {
        Path to = folder.resolve(file);
        assertEquals(new Curl(0, ""),
                Curl.run("--socks5-hostname", world.proxy(), web.url("/" + length), "-o", to.toString()));
        assertEquals(Vectors.sha256(WebServer.made(length)), Vectors.sha256(Files.readAllBytes(to)));
    }

    @Test
    void aDownloadOf16MiBIsTheSame() throws Exception {
        long started = System.nanoTime();
        download(16 * MIB, "f");
        report("download of 16 MiB", 16 * MIB, started);
    }

    @Test
    void eightDownloadsOf2MiBAtOnceAreTheSame() throws Exception {
        long started = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> downloads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int number = i;
                downloads.add(threads.submit(() -> {
                    download(2 * MIB + number, "f" + number);
                    return null;
                }));
            }
            for (Future<?> download : downloads) {
                download.get();
            }
        }
        report("8 downloads of 2 MiB at once", 16 * MIB, started);
    }

    @Test
    void anUploadOf8MiBIsTheSame() throws Exception {
        byte[] bytes = WebServer.made(8 * MIB);
        Path file = Files.write(folder.resolve("up"), bytes);
        long started = System.nanoTime();
        assertEquals(new Curl(0, Vectors.sha256(bytes)), Curl.run("--socks5-hostname", world.proxy(), "--data-binary",
                "@" + file, web.url("/upload")));
        report("upload of 8 MiB", 8 * MIB, started);
    }

    @Test
    void everyVersionOfSOCKSThatCurlSpeaksWorks() throws Exception {
        byte[] expected = WebServer.made(777);
        for (String[] how : new String[][] {{"--socks4"}, {"--socks4a"}, {"--socks5"}, {"--socks5-hostname"}}) {
            Path to = folder.resolve("small");
            assertEquals(new Curl(0, ""), Curl.run(how[0], world.proxy(), web.url("/777"), "-o", to.toString()),
                    how[0]);
            assertArrayEquals(expected, Files.readAllBytes(to), how[0]);
        }
        assertEquals(0, Curl.run("--proxy", "socks5h://user:password@" + world.proxy(), web.url("/777"), "-o",
                folder.resolve("u").toString()).exitCode());
    }

    @Test
    void aGatewayThatRestartsInTheMiddleCostsTimeOnly() throws Exception {
        for (int gateway = 0; gateway < 2; gateway++) {
            Path to = folder.resolve("restart" + gateway);
            long started = System.nanoTime();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Curl> curl = threads.submit(() -> Curl.run("--no-buffer", "--socks5-hostname", world.proxy(),
                        web.url("/" + 4 * MIB), "-o", to.toString()));
                while (!Files.exists(to) || Files.size(to) < MIB) {
                    assertTrue(!curl.isDone(), "it was over before the restart");
                    TimeUnit.MILLISECONDS.sleep(10);
                }
                long before = Files.size(to);
                world.network.restartGateway(world.network.topology().gateways().get(gateway).identity(),
                        Duration.ofSeconds(3));
                System.out.printf("gateway %d was away for 3 s from byte %d on%n", gateway, before);
                assertEquals(new Curl(0, ""), curl.get());
            }
            assertEquals(Vectors.sha256(WebServer.made(4 * MIB)), Vectors.sha256(Files.readAllBytes(to)));
            report("download of 4 MiB with a restart", 4 * MIB, started);
        }
    }

    @Test
    void aBrowserShowsThePageAndItsPicture() throws Exception {
        boolean browser = Files.isExecutable(Path.of("/usr/bin/chromium"));
        assertTrue(browser || System.getenv("CI") == null, "no /usr/bin/chromium, which .ci/run installs");
        assumeTrue(browser, "no /usr/bin/chromium");
        Process chromium = new ProcessBuilder("/usr/bin/chromium", "--headless", "--no-sandbox", "--disable-gpu",
                "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--user-data-dir=" + folder.resolve("profile"),
                // Chromium goes around proxies for this machine's addresses, unless told not to.
                "--proxy-server=socks5://" + world.proxy(), "--proxy-bypass-list=<-loopback>",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                "--virtual-time-budget=60000", "--timeout=60000", "--dump-dom", web.url("/page"))
                .redirectError(folder.resolve("chromium.log").toFile()).start();
        String dom = new String(chromium.getInputStream().readAllBytes());
        assertTrue(chromium.waitFor(120, TimeUnit.SECONDS));
        assertTrue(dom.contains("Through the mixnet. The picture is 123 wide."), dom);
        assertTrue(world.socks.counters().get("socks5.connections.opened") > 0);
        System.out.println("Chromium showed text and picture");
    }
}
