package org.cloakwork.itests.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cloakwork.itests.vectors.Vectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that many have, each through the HTTP proxy and, where it can, through SOCKS, to servers of this machine.
 * Prints a row of a table for each. What is not installed is left out, in CI it is a failure.
 */
@Timeout(300)
class ProgramsIT {

    private static final int MIB = 1 << 20;
    private static final List<String> ROWS = new ArrayList<>();

    private static World world;
    private static Folders files;

    @TempDir
    Path folder;

    /** Serves what a folder has, and nothing else. */
    private static final class Folders implements AutoCloseable {

        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final Map<String, Path> roots = new ConcurrentHashMap<>();
        private final Map<String, byte[]> made = new ConcurrentHashMap<>();
        private final HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);

        Folders() throws IOException {
            server.setExecutor(threads);
            server.createContext("/", this::answer);
            server.start();
        }

        String url(String path) {
            return "http://127.0.0.1:" + server.getAddress().getPort() + path;
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                String path = exchange.getRequestURI().normalize().getPath();
                byte[] body = made.get(path);
                int slash = path.indexOf('/', 1);
                Path root = slash < 0 ? null : roots.get(path.substring(1, slash));
                if (body == null && root != null) {
                    Path file = root.resolve(path.substring(slash + 1)).normalize();
                    body = file.startsWith(root) && Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
                }
                if (body == null) {
                    exchange.sendResponseHeaders(404, -1);
                    return;
                }
                exchange.getResponseHeaders().set("Content-Type", path.endsWith(".html") || path.endsWith("/")
                        ? "text/html" : path.startsWith("/npm/") && !path.endsWith(".tgz") ? "application/json"
                        : "application/octet-stream");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        world = new World();
        files = new Folders();
        files.made.put("/1MiB", WebServer.made(MIB));
    }

    @AfterAll
    static void end() {
        System.out.println("[programs] | program | version | through | what | seconds | right |");
        ROWS.forEach(row -> System.out.println("[programs] " + row));
        files.close();
        world.close();
    }

    private record Ended(int code, String text) {
    }

    private Ended run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        builder.environment().putAll(environment);
        Path log = folder.resolve("log");
        Process process = builder.redirectOutput(log.toFile()).start();
        process.getOutputStream().close();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            return new Ended(-1, "does not end: " + Files.readString(log));
        }
        return new Ended(process.exitValue(), new String(Files.readAllBytes(log), StandardCharsets.UTF_8));
    }

    private boolean has(String program) {
        boolean there = Files.isExecutable(Path.of(program)) || List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
        assertTrue(there || System.getenv("CI") == null, "no " + program + ", which .ci/run installs");
        return there;
    }

    private String version(String... command) throws Exception {
        Matcher number = Pattern.compile("\\d+\\.\\d[\\w.]*").matcher(run(Map.of(), command).text());
        return number.find() ? number.group() : "?";
    }

    /** Runs it, checks what came of it, and remembers the row. */
    private void row(String program, String version, String through, String what, Map<String, String> environment,
                     BooleanSupplier right, String... command) throws Exception {
        long opened = opened();
        long started = System.nanoTime();
        Ended ended = run(environment, command);
        double seconds = (System.nanoTime() - started) / 1e9;
        assertEquals(0, ended.code(), program + ", " + through + ": " + ended.text());
        assertTrue(right.getAsBoolean(), program + ", " + through + ": " + ended.text());
        assertTrue(opened() > opened, program + " did not come through the mixnet");
        ROWS.add(String.format("| %s | %s | %s | %s | %.1f | yes |", program, version, through, what, seconds));
    }

    private static long opened() {
        return world.http.counters().get("http.connections.opened")
                + world.socks.counters().get("socks5.connections.opened");
    }

    private BooleanSupplier same(Path file, byte[] bytes) {
        return () -> {
            try {
                return Vectors.sha256(bytes).equals(Vectors.sha256(Files.readAllBytes(file)));
            } catch (IOException e) {
                return false;
            }
        };
    }

    private static String http() {
        return "http://" + world.httpProxy();
    }

    @Test
    void curl() throws Exception {
        if (has("curl")) {
            for (String proxy : new String[] {http(), "socks5h://" + world.proxy()}) {
                Path to = folder.resolve(proxy.startsWith("http") ? "a" : "b");
                row("curl", version("curl", "--version"), proxy.replaceFirst(":.*", ""), "1 MiB, SHA-256", Map.of(),
                        same(to, WebServer.made(MIB)), "curl", "-sS", "-x", proxy, files.url("/1MiB"), "-o",
                        to.toString());
            }
        }
    }

    @Test
    void wget() throws Exception {
        if (has("wget")) {
            Path to = folder.resolve("w");
            row("wget", version("wget", "--version"), "http", "1 MiB, SHA-256", Map.of("http_proxy", http()),
                    same(to, WebServer.made(MIB)), "wget", "-q", files.url("/1MiB"), "-O", to.toString());
        }
    }

    @Test
    void npm() throws Exception {
        if (has("npm") && has("node")) {
            Path made = Files.createDirectories(folder.resolve("made/package"));
            Files.writeString(made.resolve("package.json"), "{\"name\":\"through\",\"version\":\"1.0.0\"}");
            Files.writeString(made.resolve("index.js"), "module.exports = 7;\n");
            assertEquals(0, run(Map.of(), "tar", "-C", "made", "-czf", "through.tgz", "package").code());
            byte[] archive = Files.readAllBytes(folder.resolve("through.tgz"));
            files.made.put("/npm/through/-/through-1.0.0.tgz", archive);
            String digest = Base64.getEncoder().encodeToString(
                    MessageDigest.getInstance("SHA-512").digest(archive));
            files.made.put("/npm/through", ("{\"name\":\"through\",\"dist-tags\":{\"latest\":\"1.0.0\"},\"versions\":"
                    + "{\"1.0.0\":{\"name\":\"through\",\"version\":\"1.0.0\",\"dist\":{"
                    + "\"integrity\":\"sha512-" + digest
                    + "\",\"tarball\":\"" + files.url("/npm/through/-/through-1.0.0.tgz") + "\"}}}}")
                    .getBytes(StandardCharsets.UTF_8));
            Path project = Files.createDirectories(folder.resolve("project"));
            Files.writeString(project.resolve("package.json"), "{\"name\":\"p\",\"version\":\"1.0.0\"}");
            row("npm", version("npm", "--version"), "http", "install of one package, SHA-512", Map.of(),
                    same(project.resolve("node_modules/through/index.js"),
                            "module.exports = 7;\n".getBytes(StandardCharsets.UTF_8)),
                    "npm", "install", "through", "--prefix", project.toString(), "--registry", files.url("/npm/"),
                    "--proxy", http(), "--noproxy", "", "--no-audit", "--no-fund", "--no-update-notifier", "--cache",
                    folder.resolve("cache").toString());
        }
    }

    @Test
    void git() throws Exception {
        if (has("git")) {
            byte[] content = WebServer.made(100_000);
            Path work = Files.createDirectories(folder.resolve("work"));
            Files.write(work.resolve("f"), content);
            assertEquals(0, run(Map.of(), "sh", "-c", "cd work && git init -q && git add f && git -c user.name=a -c "
                    + "user.email=a@b commit -qm a && git clone -q --bare . ../bare.git && cd ../bare.git && "
                    + "git update-server-info").code());
            files.roots.put("git", folder.resolve("bare.git"));
            for (String proxy : new String[] {http(), "socks5h://" + world.proxy()}) {
                Path to = folder.resolve("clone-" + proxy.replaceFirst(":.*", ""));
                row("git", version("git", "--version"), proxy.replaceFirst(":.*", ""), "clone, 100 kB", Map.of(),
                        same(to.resolve("f"), content), "git", "-c", "http.proxy=" + proxy, "clone", "-q",
                        files.url("/git/"), to.toString());
            }
        }
    }

    @Test
    void pip() throws Exception {
        if (has("python3") && run(Map.of(), "python3", "-m", "pip", "--version").code() == 0) {
            String wheel = "through-1.0-py3-none-any.whl";
            Files.writeString(folder.resolve("wheel.py"), """
                    import zipfile
                    with zipfile.ZipFile('%s', 'w') as z:
                        z.writestr('through.py', 'x = 7\\n')
                        z.writestr('through-1.0.dist-info/METADATA',
                                   'Metadata-Version: 2.1\\nName: through\\nVersion: 1.0\\n')
                        z.writestr('through-1.0.dist-info/WHEEL',
                                   'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
                        z.writestr('through-1.0.dist-info/RECORD', '')
                    """.formatted(wheel));
            assertEquals(0, run(Map.of(), "python3", "wheel.py").code());
            byte[] archive = Files.readAllBytes(folder.resolve(wheel));
            files.made.put("/pip/" + wheel, archive);
            files.made.put("/pip/through/", ("<a href='/pip/" + wheel + "#sha256=" + Vectors.sha256(archive) + "'>"
                    + wheel + "</a>").getBytes(StandardCharsets.UTF_8));
            Path to = folder.resolve("site");
            row("pip", version("python3", "-m", "pip", "--version"), "http", "install of one wheel, SHA-256", Map.of(),
                    same(to.resolve("through.py"), "x = 7\n".getBytes(StandardCharsets.UTF_8)),
                    "python3", "-m", "pip", "install", "-q", "--isolated", "--disable-pip-version-check",
                    "--no-cache-dir", "--proxy", http(), "--index-url", files.url("/pip/"), "--target", to.toString(),
                    "through");
        }
    }

    @Test
    void apt() throws Exception {
        if (has("apt-get")) {
            byte[] packages = ("Package: through\nVersion: 1.0\nArchitecture: all\nMaintainer: a <a@b>\n"
                    + "Description: nothing\nFilename: ./through.deb\nSize: 1\nSHA256: " + "0".repeat(64) + "\n\n")
                    .getBytes(StandardCharsets.UTF_8);
            files.made.put("/apt/Packages", packages);
            files.made.put("/apt/Release", ("Suite: local\nDate: Sat, 01 Jan 2022 00:00:00 UTC\nSHA256:\n "
                    + Vectors.sha256(packages) + " " + packages.length + " Packages\n")
                    .getBytes(StandardCharsets.UTF_8));
            Path list = Files.writeString(folder.resolve("sources.list"), "deb [trusted=yes] " + files.url("/apt/")
                    + " ./\n");
            for (String proxy : new String[] {http(), "socks5h://" + world.proxy()}) {
                Path state = folder.resolve("state-" + proxy.replaceFirst(":.*", ""));
                Files.createDirectories(state.resolve("lists/partial"));
                Files.createDirectories(state.resolve("cache/archives/partial"));
                Path status = Files.writeString(state.resolve("status"), "");
                row("apt-get", version("apt-get", "--version"), proxy.replaceFirst(":.*", ""), "update, SHA-256",
                        Map.of(), () -> arrived(state.resolve("lists"), packages),
                        "apt-get", "-o", "Dir::State=" + state, "-o", "Dir::State::status=" + status, "-o",
                        "Dir::Cache=" + state.resolve("cache"), "-o", "Dir::Etc::sourcelist=" + list, "-o",
                        "Dir::Etc::sourceparts=-", "-o", "Acquire::http::Proxy=" + proxy, "-o",
                        "APT::Sandbox::User=" + System.getProperty("user.name"), "-o", "APT::Update::Error-Mode=any",
                        "-o", "Debug::NoLocking=true", "-o", "Acquire::GzipIndexes=false", "-o",
                        "Acquire::Languages=none", "update");
            }
        }
    }

    private static boolean arrived(Path lists, byte[] packages) {
        try (Stream<Path> all = Files.list(lists)) {
            Path file = all.filter(path -> path.toString().endsWith("Packages")).findFirst().orElseThrow();
            return Arrays.equals(packages, Files.readAllBytes(file));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void chromium() throws Exception {
        if (has("chromium")) {
            files.made.put("/page.html", "<p id=t>-</p><script>t.textContent='over '+(40+2)</script>"
                    .getBytes(StandardCharsets.UTF_8));
            for (String proxy : new String[] {http(), "socks5://" + world.proxy()}) {
                String scheme = proxy.replaceFirst(":.*", "");
                row("Chromium", version("chromium", "--version"), scheme, "a page and its script", Map.of(),
                        () -> logged("over 42"), "chromium", "--headless", "--no-sandbox", "--disable-gpu",
                        "--disable-quic", "--no-first-run", "--disable-background-networking",
                        "--disable-component-update", "--disable-sync", "--user-data-dir=" + folder.resolve(scheme),
                        "--proxy-server=" + proxy, "--proxy-bypass-list=<-loopback>",
                        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--virtual-time-budget=60000",
                        "--timeout=60000", "--dump-dom", files.url("/page.html"));
            }
        }
    }

    private boolean logged(String text) {
        try {
            return new String(Files.readAllBytes(folder.resolve("log")), StandardCharsets.UTF_8).contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void theJdk() throws Exception {
        HttpClient client = HttpClient.newBuilder().proxy(ProxySelector.of(
                InetSocketAddress.createUnresolved("127.0.0.1", URI.create(http()).getPort()))).build();
        long opened = opened();
        long started = System.nanoTime();
        byte[] body = client.send(HttpRequest.newBuilder(URI.create(files.url("/1MiB"))).build(),
                HttpResponse.BodyHandlers.ofByteArray()).body();
        assertEquals(Vectors.sha256(WebServer.made(MIB)), Vectors.sha256(body));
        assertTrue(opened() > opened);
        ROWS.add(String.format("| JDK HttpClient | %s | http | 1 MiB, SHA-256 | %.1f | yes |",
                Runtime.version().feature(), (System.nanoTime() - started) / 1e9));
    }

    @Test
    void ssh() throws Exception {
        // There is another one of that name, which knows no proxies.
        if (has("ssh") && has("nc") && has("/usr/sbin/sshd") && run(Map.of(), "nc", "-h").text().contains("-X")) {
            int port;
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            for (String key : new String[] {"host", "user"}) {
                assertEquals(0, run(Map.of(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).code());
            }
            Files.copy(folder.resolve("user.pub"), folder.resolve("authorized"));
            if (System.getProperty("user.name").equals("root")) {
                Files.createDirectories(Path.of("/run/sshd"));
            }
            Process server = new ProcessBuilder("/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-o", "ListenAddress="
                    + "127.0.0.1:" + port, "-h", folder.resolve("host").toString(), "-o", "AuthorizedKeysFile="
                    + folder.resolve("authorized"), "-o", "StrictModes=no", "-o", "UsePAM=no", "-o", "PidFile=none",
                    "-o", "PermitRootLogin=yes").redirectErrorStream(true)
                    .redirectOutput(folder.resolve("sshd.log").toFile()).start();
            try {
                awaitPort(port);
                String version = run(Map.of(), "ssh", "-V").text().replaceAll("(?s)[^_]*_([\\w.]+).*", "$1");
                for (String[] way : new String[][] {{"http", "connect", world.httpProxy()},
                    {"socks", "5", world.proxy()}}) {
                    row("ssh, nc -X " + way[1], version, way[0], "a command, its output", Map.of(),
                            () -> logged("over there 42"), "ssh", "-i", folder.resolve("user").toString(), "-o",
                            "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes",
                            "-F", "/dev/null", "-o", "ProxyCommand=nc -X " + way[1] + " -x " + way[2] + " %h %p", "-p",
                            String.valueOf(port), System.getProperty("user.name") + "@127.0.0.1",
                            "echo over there $((40+2))");
                }
            } finally {
                server.destroy();
            }
        }
    }

    private static void awaitPort(int port) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
        throw new AssertionError("sshd does not listen");
    }
}
