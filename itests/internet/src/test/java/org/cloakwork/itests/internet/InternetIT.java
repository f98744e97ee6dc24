package org.cloakwork.itests.internet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLConnection;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.cloakwork.api.Internet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code client.internet()} gives, with targets whose names nobody but the exit can look up. */
@Timeout(180)
class InternetIT {

    private static World world;
    private static WebServer web;
    private static Internet internet;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws Exception {
        world = new World();
        web = WebServer.plain();
        internet = world.client.internet();
    }

    @AfterAll
    static void end() {
        assertEquals(List.of(), LookUps.byOthers().stream().filter(host -> host.endsWith(".test")).toList());
        internet.close();
        web.close();
        world.close();
    }

    private static URI url(String path) {
        return URI.create("http://" + LookUps.freshName() + ':' + web.port() + path);
    }

    private static HttpRequest.Builder request(URI url) {
        return HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(60));
    }

    private static String get(Internet through, URI url) throws Exception {
        HttpResponse<String> answer = through.httpClient().send(request(url).build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        return answer.body();
    }

    private static int free() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return listener.getLocalPort();
        }
    }

    @Test
    void pagesArePostedAndFetched() throws Exception {
        assertEquals("page /a", get(internet, url("/a")));
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        assertArrayEquals(bytes, internet.httpClient().send(request(url("/b"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes)).build(),
                HttpResponse.BodyHandlers.ofByteArray()).body());
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        URI one = url("/c");
        for (int i = 0; i < 8; i++) {
            answers.add(internet.httpClient().sendAsync(request(one).build(), HttpResponse.BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertEquals("page /c", answer.get().body());
        }
        assertFalse(web.fields.contains("Proxy-authorization"), web.fields.toString());
    }

    @Test
    void aPageThatWasFetchedBeforeComesSoon() throws Exception {
        URI page = url("/soon");
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            long started = System.nanoTime();
            get(internet, page);
            millis.add((System.nanoTime() - started) / 1_000_000);
        }
        System.out.printf("[internet] httpClient(): a page in %d ms, then %s ms%n", millis.getFirst(),
                millis.subList(1, 11));
        assertTrue(millis.stream().sorted().toList().get(5) < 10_000, millis.toString());
    }

    @Test
    void tlsEndsAtTheTarget() throws Exception {
        String host = LookUps.freshName();
        SSLContext context = WebServer.selfSigned(folder, host);
        try (WebServer secure = WebServer.secure(context)) {
            HttpClient client = internet.httpClient(HttpClient.newBuilder().sslContext(context));
            URI url = URI.create("https://" + host + ':' + secure.port() + "/s");
            assertEquals("page /s", client.send(request(url).build(), HttpResponse.BodyHandlers.ofString()).body());
            Socket plain = internet.socketFactory().createSocket(host, secure.port());
            SSLSocketFactory layers = context.getSocketFactory();
            try (Socket layered = layers.createSocket(plain, host, secure.port(), true)) {
                assertTrue(exchange(layered, host).endsWith("page /p"));
            }
        }
    }

    private static String exchange(Socket socket, String host) throws IOException {
        socket.getOutputStream().write(("GET /p HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void socketsAreConnectedByTheExit() throws Exception {
        String host = LookUps.freshName();
        try (Socket socket = internet.socketFactory().createSocket(host, web.port())) {
            assertEquals(web.port(), socket.getPort());
            assertTrue(exchange(socket, host).endsWith("page /p"));
        }
        try (Socket socket = internet.socketFactory().createSocket()) {
            socket.connect(InetSocketAddress.createUnresolved(host, web.port()), 60_000);
            assertTrue(exchange(socket, host).endsWith("page /p"));
        }
    }

    @Test
    void aUrlIsOpenedThroughItsProxy() throws Exception {
        URI url = url("/u");
        URLConnection connection = url.toURL().openConnection(internet.proxySelector().select(url).getFirst());
        connection.setReadTimeout(60_000);
        try (InputStream in = connection.getInputStream()) {
            assertEquals("page /u", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aWebsocketOfTheJdkPasses() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().name("websocket-server").start(() -> serveOneWebsocket(listener));
            CompletableFuture<String> heard = new CompletableFuture<>();
            // Leaves a connection to the proxy idle.
            get(internet, url("/before"));
            WebSocket socket = internet.httpClient().newWebSocketBuilder().buildAsync(
                    URI.create("ws://" + LookUps.freshName() + ':' + listener.getLocalPort() + "/"),
                    new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                            heard.complete(data.toString());
                            return null;
                        }
                    }).get(60, TimeUnit.SECONDS);
            socket.sendText("over there", true).get(60, TimeUnit.SECONDS);
            assertEquals("over there", heard.get(60, TimeUnit.SECONDS));
            socket.abort();
        }
    }

    /** Returns the first message, which is short. */
    private static void serveOneWebsocket(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(),
                    StandardCharsets.ISO_8859_1));
            String key = "";
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                key = line.startsWith("Sec-WebSocket-Key: ") ? line.substring(19) : key;
            }
            String accept = Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII)));
            socket.getOutputStream().write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            in.read();
            int length = in.read() & 0x7f;
            int[] mask = {in.read(), in.read(), in.read(), in.read()};
            byte[] frame = new byte[2 + length];
            frame[0] = (byte) 0x81;
            frame[1] = (byte) length;
            for (int i = 0; i < length; i++) {
                frame[2 + i] = (byte) (in.read() ^ mask[i % 4]);
            }
            socket.getOutputStream().write(frame);
            in.read();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theExitSeesAnotherSenderForEachDestinationAndView() throws Exception {
        // Another one, where nobody looks for exits, which is done as somebody else each time.
        try (World quiet = new World();
             Internet named = quiet.client.internet(quiet.exitClient.address())) {
            URI one = url("/1");
            URI two = url("/2");
            get(named, one);
            get(named, one);
            assertEquals(1, quiet.senders.size());
            get(named, two);
            assertEquals(2, quiet.senders.size());
            Internet view = named.isolated("work");
            assertSame(view, named.isolated("work"));
            assertNotSame(view, named.isolated("home"));
            get(view, one);
            assertEquals(3, quiet.senders.size());
            get(view, one);
            get(named.isolated("home"), one);
            assertEquals(4, quiet.senders.size());
        }
    }

    @Test
    void anotherProcessIsNotServedWithoutTheSecret() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "whose a connection is, is told on Linux");
        URI url = url("/o");
        String proxy = internet.proxySelector().select(url).getFirst().address().toString().replaceFirst(".*/", "");
        String[] curl = {"curl", "-s", "--max-time", "60", "-x", "http://" + proxy, "-w", "%{http_code}", "-o",
            folder.resolve("answer").toString(), url.toString(), "--proxy-header", "X: y"};
        assertEquals("407", output(curl));
        curl[curl.length - 1] = "Proxy-Authorization: " + internet.proxyAuthorization();
        assertEquals("200", output(curl));
        assertEquals("page /o", Files.readString(folder.resolve("answer")));
    }

    private static String output(String... command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void whatIsNotReachedIsAnExceptionWithTheReason() throws Exception {
        int port = free();
        for (String[] failure : new String[][] {{LookUps.freshName() + ':' + port, "connection refused"},
            {"no-such-host.invalid:80", "unknown host"}, {"192.0.2.1:80", "not allowed by the exit policy"}}) {
            HttpRequest wanted = request(URI.create("http://" + failure[0] + "/")).build();
            assertEquals(failure[1], assertThrows(ConnectException.class, () -> internet.httpClient()
                    .send(wanted, HttpResponse.BodyHandlers.ofString())).getMessage());
            Throwable later = assertThrows(ExecutionException.class, () -> internet.httpClient().sendAsync(wanted,
                    HttpResponse.BodyHandlers.ofString()).get()).getCause();
            assertEquals(failure[1], assertInstanceOf(ConnectException.class, later).getMessage());
            String[] target = failure[0].split(":");
            assertEquals(failure[1], assertThrows(ConnectException.class, () -> internet.socketFactory()
                    .createSocket(target[0], Integer.parseInt(target[1]))).getMessage());
        }
        assertEquals("not allowed by the exit policy", assertThrows(ConnectException.class, () -> internet.httpClient()
                .send(request(URI.create("https://192.0.2.1/")).build(), HttpResponse.BodyHandlers.ofString()))
                .getMessage());
    }

    @Test
    void closingEndsEverythingAndLeavesNoThread() throws Exception {
        List<String> before = threads();
        Internet own = world.client.internet();
        Internet view = own.isolated("view");
        get(view, url("/v"));
        HttpClient made = own.httpClient(HttpClient.newBuilder());
        Socket open = own.socketFactory().createSocket(LookUps.freshName(), web.port());
        CompletableFuture<HttpResponse<String>> silent;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            silent = made.sendAsync(request(URI.create("http://" + LookUps.freshName() + ':'
                    + listener.getLocalPort() + "/")).build(), HttpResponse.BodyHandlers.ofString());
            listener.accept();
            assertTrue(threads().size() > before.size());
            own.close();
            own.close();
            assertThrows(ExecutionException.class, () -> silent.get(20, TimeUnit.SECONDS));
        }
        assertEquals(-1, endOf(open));
        assertThrows(IOException.class, () -> view.httpClient().send(request(url("/w")).build(),
                HttpResponse.BodyHandlers.ofString()));
        assertThrows(IOException.class, () -> own.isolated("another"));
        for (int i = 0; i < 200 && threads().size() > before.size(); i++) {
            Thread.sleep(50);
        }
        assertTrue(threads().size() <= before.size(), () -> before + " became " + threads());
        assertEquals("page /x", get(internet, url("/x")));
    }

    private static int endOf(Socket socket) {
        try (socket) {
            return socket.getInputStream().read();
        } catch (IOException e) {
            return -1;
        }
    }

    /** {@return the names of the threads that proxies and clients of HTTP have as long as they are there} */
    private List<String> threads() {
        try {
            Path dump = folder.resolve("threads" + System.nanoTime());
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpThreads(dump.toString(),
                    HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
            return Pattern.compile("^#\\d+ \"((?:internet|HttpClient|exits)-[^\"]*"
                            + "(?:acceptor|ticker|SelectorManager))\"", Pattern.MULTILINE)
                    .matcher(Files.readString(dump)).results().map(found -> found.group(1)).sorted().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
